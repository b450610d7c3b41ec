import { failedPrecondition, permissionDenied, type Refusal } from '../../server/refusal.ts'
import { choices } from '../protocol-choices.ts'

/** States of a session as `SessionInfo.state` spells them (protocol.md §2). */
export type SessionState = 'available' | 'active' | 'interrupted' | 'finished' | 'failed'
/** How a session ended. */
export type FinalState = 'interrupted' | 'finished' | 'failed'
/** States of a function context; the root context is the session. */
export type ContextState = 'available' | 'active' | 'ended'
/** Events of a context. */
export type ContextEvent = 'authenticate' | 'child-ended' | 'end'
/** In which state of the own context a call is allowed (protocol.md §2.1). */
export type ContextRule = 'available' | 'active' | 'any'

const contextTransitions: Record<ContextState, Partial<Record<ContextEvent, ContextState>>> = {
  available: { authenticate: 'active', 'child-ended': 'available', end: 'ended' },
  active: { 'child-ended': 'active', end: 'ended' },
  ended: {},
}

/** The state after an event; refuses events that the table does not allow, with the documented text. */
export function nextContextState(state: ContextState, event: ContextEvent): ContextState {
  const next = contextTransitions[state][event]
  if (next === undefined) throw refusalOf(state, event === 'authenticate' ? 'available' : 'any')
  return next
}

/** Throws unless a call under `rule` is allowed in `state`. */
export function assertAllowed(state: ContextState, rule: ContextRule): void {
  if (state === 'ended' || (rule !== 'any' && rule !== state)) throw refusalOf(state, rule)
}

function refusalOf(state: ContextState, rule: ContextRule): Refusal {
  if (state === 'ended') return failedPrecondition('the function context has ended')
  if (rule === 'active') return permissionDenied('only authenticate() is allowed now')
  return permissionDenied('session already authenticated')
}

/** The state of a session, derived from its open contexts, root first. */
export function sessionStateOf(contexts: readonly { readonly state: ContextState }[]): 'available' | 'active' {
  if (contexts[0]?.state === 'active') return 'active'
  return contexts.some(({ state }) => state === 'active') ? choices.stateWhileOnlyChildActive : 'available'
}
