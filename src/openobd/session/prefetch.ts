import type { CallOutcome } from '../failure.ts'
import type { ConnectorInformation } from '../wire/connector-information.ts'
import type { Product } from '../wire/product-details.ts'
import type { TicketDetails } from '../wire/ticket-details.ts'
import type { VehicleDetails } from '../wire/vehicle-details.ts'
import { getConnectorInformation } from './connection-monitor.ts'
import { getProductList } from './product-info.ts'
import type { SessionCalls } from './session-calls.ts'
import { getTicketDetails } from './ticket-info.ts'
import { type EcuDetection, getEcuList, getVehicleDetails } from './vehicle-info.ts'

/** What a session screen wants to know at once; each part may fail alone. */
export interface SessionFacts {
  readonly vehicle: CallOutcome<VehicleDetails>
  readonly ecus: CallOutcome<EcuDetection>
  readonly products: CallOutcome<readonly Product[]>
  readonly ticket: CallOutcome<TicketDetails | undefined>
  readonly link: CallOutcome<ConnectorInformation>
}

/** Asks for everything in one burst after the claim: one round trip instead of five (quality.md C.2). */
export async function prefetchFacts(calls: SessionCalls): Promise<SessionFacts> {
  const [vehicle, ecus, products, ticket, link] = await Promise.all([
    getVehicleDetails(calls),
    getEcuList(calls),
    getProductList(calls),
    getTicketDetails(calls),
    getConnectorInformation(calls),
  ])
  return { vehicle, ecus, products, ticket, link }
}
