import type { ServiceResult } from '../../shared/service-result.ts'
import type { SessionState } from '../../shared/session.ts'
import { MalformedMessage } from '../failure.ts'
import type { SessionUpdate__Output } from '../generated/types/workbench/v1/SessionUpdate.ts'
import { knownNumber, uint32 } from './plausible.ts'
import { serviceResultFromWire } from './service-result.ts'
import { sessionStateFromWire } from './session-info.ts'
import {
  type ContextRecord,
  contextRecordFromWire,
  type SessionRecord,
  type SessionTransition,
  transitionFromWire,
} from './session-record.ts'

/** Changes of a session since the last event; absent fields have not changed. */
export interface SessionUpdate {
  readonly sessionId: string
  readonly state?: SessionState
  readonly newTransitions: readonly SessionTransition[]
  readonly changedContexts: readonly ContextRecord[]
  readonly forgottenContexts: readonly string[]
  readonly serviceResult?: ServiceResult
  readonly acceptedFinishes?: number
}

/** A received SessionUpdate; one without a session id is a named error. */
export function sessionUpdateFromWire(wire: SessionUpdate__Output): SessionUpdate {
  if (!wire.session_id) throw new MalformedMessage('SessionUpdate', 'session_id')
  const acceptedFinishes = knownNumber('SessionUpdate.accepted_finishes', wire.accepted_finishes, uint32)
  return {
    sessionId: wire.session_id,
    newTransitions: wire.new_transitions.map(transitionFromWire),
    changedContexts: wire.changed_contexts.map(contextRecordFromWire),
    forgottenContexts: wire.forgotten_contexts,
    ...(wire.state === undefined ? {} : { state: sessionStateFromWire(wire.state) }),
    ...(wire.service_result ? { serviceResult: serviceResultFromWire(wire.service_result) } : {}),
    ...(acceptedFinishes === undefined ? {} : { acceptedFinishes }),
  }
}

/** The record of a session after an update. */
export function updatedRecord(record: SessionRecord, update: SessionUpdate): SessionRecord {
  const { state, serviceResult, acceptedFinishes } = update
  return {
    ...record,
    transitions: [...record.transitions, ...update.newTransitions],
    contexts: updatedContexts(record.contexts, update),
    ...(state === undefined ? {} : { state }),
    ...(serviceResult === undefined ? {} : { serviceResult }),
    ...(acceptedFinishes === undefined ? {} : { acceptedFinishes }),
  }
}

function updatedContexts(known: readonly ContextRecord[], update: SessionUpdate): ContextRecord[] {
  const contexts = new Map(known.map((context) => [context.id, context]))
  for (const context of update.changedContexts) contexts.set(context.id, context)
  for (const id of update.forgottenContexts) contexts.delete(id)
  return [...contexts.values()]
}
