import { succeeded } from '../../shared/outcome.ts'
import { type CallOutcome, mapOutcome } from '../failure.ts'
import { openObdV1 } from '../grpc/protos.ts'
import { type TicketDetails, ticketDetailsFromWire } from '../wire/ticket-details.ts'
import type { SessionCalls } from './session-calls.ts'

/** The ticket of the session; undefined on a connector session and on servers older than this service (protocol.md §12). */
export async function getTicketDetails(calls: SessionCalls): Promise<CallOutcome<TicketDetails | undefined>> {
  const outcome = await calls.unary(openObdV1.ticketInfo.service.getTicketDetails, {})
  if (!outcome.ok && (outcome.failure.code === 'not-supported-by-server' || outcome.failure.code === 'not-found')) {
    return succeeded(undefined)
  }
  return mapOutcome('ticketInfo/getTicketDetails', outcome, ticketDetailsFromWire)
}
