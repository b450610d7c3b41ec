import { MalformedMessage } from '../failure.ts'
import type { Ticket__Output } from '../generated/types/workbench/v1/Ticket.ts'

/** A ticket of the workshop (workbench.v1.Ticket). */
export interface WorkshopTicket {
  readonly number: string
  readonly id: string
  readonly connectorNumber: string
  readonly subject: string
  readonly vehicleName: string
  readonly licensePlate: string
  /** The session that uses the connection; absent when it is free. */
  readonly sessionId?: string
}

/** A received Ticket; one without a number is a named error. */
export function workshopTicketFromWire(wire: Ticket__Output): WorkshopTicket {
  if (!wire.number) throw new MalformedMessage('Ticket', 'number')
  return {
    number: wire.number,
    id: wire.id,
    connectorNumber: wire.connector_number,
    subject: wire.subject,
    vehicleName: wire.vehicle_name,
    licensePlate: wire.license_plate,
    ...(wire.session_id ? { sessionId: wire.session_id } : {}),
  }
}
