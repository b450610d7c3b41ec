import { assertNever } from '../../../shared/assert-never.ts'
import type { ServiceResult } from '../../../shared/service-result.ts'
import type { SessionState } from '../../../shared/session.ts'
import type { CallFailure } from '../../failure.ts'

/** How a session that we started ended. `lost`: the server no longer knows it; `expired`: our token ran out. */
export interface CustodyEnd {
  readonly kind: 'finished' | 'interrupted-here' | 'interrupted' | 'failed' | 'expired' | 'lost'
  /** The result of our finish. */
  readonly serviceResult?: ServiceResult
  readonly failure?: CallFailure
}

/** Known state of our session. `checking`: an answer was lost and the server is being asked. */
export type CustodyState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'starting'; readonly checking: boolean }
  | { readonly phase: 'claiming'; readonly sessionId: string; readonly checking: boolean }
  | { readonly phase: 'active'; readonly sessionId: string }
  | {
      readonly phase: 'finishing'
      readonly sessionId: string
      readonly serviceResult: ServiceResult
      readonly checking: boolean
    }
  | { readonly phase: 'ended'; readonly sessionId?: string; readonly end: CustodyEnd }

/** What happened, in past tense. */
export type CustodyEvent =
  | { readonly type: 'start-requested' }
  | { readonly type: 'start-lost' }
  | { readonly type: 'started'; readonly sessionId: string }
  | { readonly type: 'start-failed'; readonly failure: CallFailure }
  | { readonly type: 'claim-lost' }
  | { readonly type: 'claimed' }
  /** A session that an earlier process claimed is held again. */
  | { readonly type: 'resumed'; readonly sessionId: string }
  | { readonly type: 'claim-failed'; readonly failure: CallFailure }
  | { readonly type: 'finish-requested'; readonly serviceResult: ServiceResult }
  | { readonly type: 'finish-lost' }
  | { readonly type: 'finish-confirmed' }
  | { readonly type: 'finish-refused' }
  | { readonly type: 'observed'; readonly state: SessionState }
  | { readonly type: 'forgotten-by-server' }
  | { readonly type: 'interrupted-here' }
  | { readonly type: 'expired' }

/** The initial state. */
export const idleCustody: CustodyState = { phase: 'idle' }

/**
 * Transition of the state of our session. An event that does not fit the phase changes nothing, and nothing changes
 * after the end.
 */
export function nextCustodyState(state: CustodyState, event: CustodyEvent): CustodyState {
  if (state.phase === 'ended') return state
  switch (event.type) {
    case 'start-requested':
      return state.phase === 'idle' ? { phase: 'starting', checking: false } : state
    case 'start-lost':
      return state.phase === 'starting' ? { ...state, checking: true } : state
    case 'started':
      return state.phase === 'starting' ? { phase: 'claiming', sessionId: event.sessionId, checking: false } : state
    case 'start-failed':
      return state.phase === 'starting' ? ended(state, { kind: 'failed', failure: event.failure }) : state
    case 'claim-lost':
      return state.phase === 'claiming' ? { ...state, checking: true } : state
    case 'claimed':
      return state.phase === 'claiming' ? { phase: 'active', sessionId: state.sessionId } : state
    case 'resumed':
      return state.phase === 'idle' ? { phase: 'active', sessionId: event.sessionId } : state
    case 'claim-failed':
      return state.phase === 'claiming' ? ended(state, { kind: 'failed', failure: event.failure }) : state
    case 'finish-requested':
      if (state.phase === 'finishing') return { ...state, checking: true }
      if (state.phase !== 'active') return state
      return { ...state, phase: 'finishing', serviceResult: event.serviceResult, checking: false }
    case 'finish-lost':
      return state.phase === 'finishing' ? { ...state, checking: true } : state
    case 'finish-confirmed':
      return state.phase === 'finishing' ? finished(state) : state
    case 'finish-refused':
      return state.phase === 'finishing' ? { phase: 'active', sessionId: state.sessionId } : state
    case 'observed':
      return observed(state, event.state)
    case 'forgotten-by-server':
      return 'sessionId' in state ? ended(state, { kind: 'lost' }) : state
    case 'interrupted-here':
      return 'sessionId' in state ? ended(state, { kind: 'interrupted-here' }) : state
    case 'expired':
      // A finish without answer may have been accepted; then only the server knows how the session ended.
      return state.phase === 'active' ? ended(state, { kind: 'expired' }) : state
    default:
      return assertNever(event)
  }
}

type LivingState = Exclude<CustodyState, { phase: 'ended' }>

/** Handles the answer of getSession. Only final states change anything; DirectCustody handles `available` and `active`. */
function observed(state: LivingState, seen: SessionState): CustodyState {
  if (!('sessionId' in state)) return state
  switch (seen) {
    case 'finished':
      return state.phase === 'finishing' ? finished(state) : ended(state, { kind: 'finished' })
    case 'interrupted':
      return ended(state, { kind: 'interrupted' })
    case 'failed':
      return ended(state, { kind: 'failed' })
    case 'available':
    case 'active':
    case 'unknown':
      return state
    default:
      return assertNever(seen)
  }
}

const finished = (state: Extract<CustodyState, { phase: 'finishing' }>): CustodyState =>
  ended(state, { kind: 'finished', serviceResult: state.serviceResult })

const ended = (state: LivingState, end: CustodyEnd): CustodyState => ({
  phase: 'ended',
  ...('sessionId' in state ? { sessionId: state.sessionId } : {}),
  end,
})
