import type { TicketDetails__Output } from '../generated/types/openOBD/v1/TicketDetails.ts'
import { knownNumber, uint32 } from './plausible.ts'

/** Number and identifier of the session's ticket. */
export interface TicketDetails {
  /** Absent when the server sent none that can be true. */
  readonly number?: number
  readonly id: string
}

/** A received TicketDetails. */
export function ticketDetailsFromWire(wire: TicketDetails__Output): TicketDetails {
  const number = knownNumber('TicketDetails.number', wire.number, uint32)
  return { ...(number === undefined ? {} : { number }), id: wire.id }
}
