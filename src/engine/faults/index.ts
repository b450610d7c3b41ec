import * as brokerFaults from './broker-faults.ts'
import * as carFaults from './car-faults.ts'
import type { EngineFault } from './define-fault.ts'
import { partnerApi } from './partner-api-faults.ts'
import * as sessionFaults from './session-faults.ts'

/** Every kind of fault that scenarios and `workbench.v1.control` know. */
export const engineFaults: readonly EngineFault[] = [
  ...Object.values(sessionFaults),
  ...Object.values(brokerFaults),
  ...Object.values(carFaults),
  partnerApi,
]
