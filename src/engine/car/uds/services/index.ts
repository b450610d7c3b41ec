import type { UdsService } from '../service.ts'
import { inputOutputControl, readDataByIdentifier, readMemoryByAddress, writeDataByIdentifier } from './data.ts'
import { clearDiagnosticInformation, controlTroubleCodeSetting, readTroubleCodes } from './faults.ts'
import {
  clearCodes,
  confirmedCodes,
  freezeFrame,
  pendingCodes,
  permanentCodes,
  presentValues,
  vehicleInformation,
} from './obd.ts'
import { routineControl } from './routines.ts'
import { communicationControl, diagnosticSessionControl, ecuReset, securityAccess, testerPresent } from './session.ts'
import { requestDownload, requestTransferExit, requestUpload, transferData } from './transfer.ts'

/** Every service that a simulated ECU may offer, by service identifier. */
export const udsServices: ReadonlyMap<number, UdsService> = new Map([
  [0x01, presentValues],
  [0x02, freezeFrame],
  [0x03, confirmedCodes],
  [0x04, clearCodes],
  [0x07, pendingCodes],
  [0x09, vehicleInformation],
  [0x0a, permanentCodes],
  [0x10, diagnosticSessionControl],
  [0x11, ecuReset],
  [0x14, clearDiagnosticInformation],
  [0x19, readTroubleCodes],
  [0x22, readDataByIdentifier],
  [0x23, readMemoryByAddress],
  [0x27, securityAccess],
  [0x28, communicationControl],
  [0x2e, writeDataByIdentifier],
  [0x2f, inputOutputControl],
  [0x31, routineControl],
  [0x34, requestDownload],
  [0x35, requestUpload],
  [0x36, transferData],
  [0x37, requestTransferExit],
  [0x3e, testerPresent],
  [0x85, controlTroubleCodeSetting],
])
