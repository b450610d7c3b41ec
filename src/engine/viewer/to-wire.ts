import type { ConnectorInformation } from '../../openobd/generated/types/openOBD/v1/ConnectorInformation.ts'
import type { Connector } from '../../openobd/generated/types/workbench/v1/Connector.ts'
import type { ContextRecord } from '../../openobd/generated/types/workbench/v1/ContextRecord.ts'
import type { ScriptLogLine as WireScriptLogLine } from '../../openobd/generated/types/workbench/v1/ScriptLogLine.ts'
import type { SessionRecord } from '../../openobd/generated/types/workbench/v1/SessionRecord.ts'
import type { SessionTransition as WireTransition } from '../../openobd/generated/types/workbench/v1/SessionTransition.ts'
import type { Ticket as WireTicket } from '../../openobd/generated/types/workbench/v1/Ticket.ts'
import type { DiagnosticSession, SessionTransition } from '../session/diagnostic-session.ts'
import type { FunctionContext } from '../session/function-context.ts'
import type { VehicleBay } from '../workshop/vehicle-bay.ts'
import type { Ticket } from '../workshop/workshop.ts'
import type { ScriptLogLine } from './script-log.ts'

/** Whole milliseconds for `uint64` fields. */
const ms = (at: number): number => Math.floor(at)

/** A ticket; it is in use by the session that was started on it or that holds its connector. */
export const ticketToWire = (ticket: Ticket): WireTicket => ({
  number: ticket.number,
  id: ticket.id,
  connector_number: ticket.bay.number,
  subject: ticket.subject,
  vehicle_name: ticket.vehicleName,
  session_id: ticket.bay.session?.id ?? '',
  license_plate: ticket.licensePlate,
})

/** A connector and its car; identity and voltage only while it is plugged. */
export const connectorToWire = (bay: VehicleBay): Connector => ({
  number: bay.number,
  id: bay.id,
  name: bay.name,
  online: bay.isOnline,
  plugged: bay.isPlugged,
  vehicle_name: bay.isPlugged ? bay.car.name : '',
  vin: bay.isPlugged ? bay.car.vin : '',
  ...(bay.isPlugged ? { voltage: bay.car.voltage } : {}),
  ignition_on: bay.isPlugged && bay.car.ignitionOn,
  link: connectorInformation(bay),
  session_id: bay.session?.id ?? '',
})

/** A line of the ScriptLog. */
export const logLineToWire = (line: ScriptLogLine): WireScriptLogLine => ({
  session_id: line.session.id,
  context_id: line.context.isRoot ? '' : line.context.id,
  at: ms(line.at),
  level: line.level,
  content: line.content,
})

/** The record of a session. */
export const sessionToWire = (session: DiagnosticSession): SessionRecord => ({
  session_id: session.id,
  state: session.state,
  created_at: ms(session.createdAt),
  ticket_number: session.ticket?.number ?? '',
  connector_number: session.bay.number,
  transitions: session.transitions.map(transitionToWire),
  contexts: session.contexts.map(contextToWire),
  ...(session.serviceResult === undefined ? {} : { service_result: session.serviceResult }),
  accepted_finishes: session.acceptedFinishes,
  started_by: session.startedBy,
})

/** A change of a session's state. */
export const transitionToWire = ({ from, to, at, cause }: SessionTransition): WireTransition => ({
  from,
  to,
  at: ms(at),
  cause,
})

/** A function context. */
export const contextToWire = (context: FunctionContext): ContextRecord => ({
  id: context.id,
  parent_id: context.parent?.id ?? '',
  state: context.state,
  details: context.details ?? { id: context.id },
  ...(context.end === undefined ? {} : { service_result: context.end.result }),
  started_at: ms(context.startedAt),
  ...(context.finishedAt === undefined ? {} : { finished_at: ms(context.finishedAt) }),
})

/** The link of a connector as a wire message. */
export function connectorInformation(bay: VehicleBay): ConnectorInformation {
  const { isConnected, connectedSince, latencyMs, isHealthy } = bay.link
  return {
    connected: isConnected,
    connected_since: Math.floor(connectedSince ?? 0),
    latency: latencyMs,
    healthy: isHealthy,
  }
}
