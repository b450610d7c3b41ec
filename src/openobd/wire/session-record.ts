import type { ServiceResult } from '../../shared/service-result.ts'
import type { SessionState } from '../../shared/session.ts'
import { MalformedMessage } from '../failure.ts'
import type { ContextRecord__Output } from '../generated/types/workbench/v1/ContextRecord.ts'
import type { SessionRecord__Output } from '../generated/types/workbench/v1/SessionRecord.ts'
import type { SessionTransition__Output } from '../generated/types/workbench/v1/SessionTransition.ts'
import { knownNumber, uint32, unixMs } from './plausible.ts'
import { serviceResultFromWire } from './service-result.ts'
import { sessionStateFromWire } from './session-info.ts'

/** A change of a session's state and its cause in English. */
export interface SessionTransition {
  readonly from: SessionState
  readonly to: SessionState
  /** Absent, as every time here, when the server sent none or an impossible one. */
  readonly at?: number
  readonly cause: string
}

/** A function context of a session; the root has an empty parent. */
export interface ContextRecord {
  readonly id: string
  readonly parentId: string
  readonly state: SessionState
  readonly functionName?: string
  readonly serviceResult?: ServiceResult
  readonly startedAt?: number
  readonly finishedAt?: number
}

/** The engine's record of a session, also after its end. All times are Unix ms of the engine's clock. */
export interface SessionRecord {
  readonly sessionId: string
  readonly state: SessionState
  readonly createdAt?: number
  /** Absent for a session on a connector. */
  readonly ticketNumber?: string
  readonly connectorNumber: string
  readonly transitions: readonly SessionTransition[]
  readonly contexts: readonly ContextRecord[]
  readonly serviceResult?: ServiceResult
  readonly acceptedFinishes?: number
  readonly startedBy: string
}

/** A received SessionRecord; one without a session id is a named error. */
export function sessionRecordFromWire(wire: SessionRecord__Output): SessionRecord {
  if (!wire.session_id) throw new MalformedMessage('SessionRecord', 'session_id')
  return {
    sessionId: wire.session_id,
    state: sessionStateFromWire(wire.state),
    createdAt: knownNumber('SessionRecord.created_at', wire.created_at, unixMs),
    connectorNumber: wire.connector_number,
    transitions: wire.transitions.map(transitionFromWire),
    contexts: wire.contexts.map(contextRecordFromWire),
    acceptedFinishes: knownNumber('SessionRecord.accepted_finishes', wire.accepted_finishes, uint32),
    startedBy: wire.started_by,
    ...(wire.ticket_number ? { ticketNumber: wire.ticket_number } : {}),
    ...(wire.service_result ? { serviceResult: serviceResultFromWire(wire.service_result) } : {}),
  }
}

/** A received SessionTransition. */
export const transitionFromWire = ({ from, to, at, cause }: SessionTransition__Output): SessionTransition => ({
  from: sessionStateFromWire(from),
  to: sessionStateFromWire(to),
  at: knownNumber('SessionTransition.at', at, unixMs),
  cause,
})

/** A received ContextRecord. */
export const contextRecordFromWire = (wire: ContextRecord__Output): ContextRecord => ({
  id: wire.id,
  parentId: wire.parent_id,
  state: sessionStateFromWire(wire.state),
  startedAt: knownNumber('ContextRecord.started_at', wire.started_at, unixMs),
  ...(wire.details?.name ? { functionName: wire.details.name } : {}),
  ...(wire.service_result ? { serviceResult: serviceResultFromWire(wire.service_result) } : {}),
  // A context whose end has no usable time has ended all the same.
  ...(wire.finished_at === undefined
    ? {}
    : { finishedAt: knownNumber('ContextRecord.finished_at', wire.finished_at, unixMs) ?? 0 }),
})
