import type { CustodyState } from '../../openobd/session/custody/custody-state.ts'
import type { NewFact } from '../../shared/facts.ts'
import { plainFailure } from './plain-failure.ts'

/** The facts that follow from a change of a custody. */
export function custodyFacts(session: string, before: CustodyState, after: CustodyState): NewFact[] {
  if (before.phase === after.phase) return []
  switch (after.phase) {
    case 'claiming':
      return [{ kind: 'session-started', actor: 'server', session, sessionId: after.sessionId }]
    case 'active':
      // From 'finishing' back to 'active' the finish was refused, which its caller records with the reason.
      if (before.phase === 'finishing') return []
      return [{ kind: before.phase === 'claiming' ? 'session-claimed' : 'session-resumed', actor: 'server', session }]
    case 'finishing':
      return [{ kind: 'finish-sent', actor: 'application', session, serviceResult: after.serviceResult }]
    case 'ended':
      return endFacts(session, before, after)
    default:
      return []
  }
}

function endFacts(session: string, before: CustodyState, after: Extract<CustodyState, { phase: 'ended' }>): NewFact[] {
  const { kind, serviceResult, failure } = after.end
  const hasSession = after.sessionId !== undefined || before.phase !== 'starting'
  if (!hasSession && failure)
    return [{ kind: 'session-not-started', actor: 'server', session, failure: plainFailure(failure) }]
  const isConfirmed = kind === 'finished' && serviceResult !== undefined
  return [
    ...(isConfirmed ? [{ kind: 'finish-confirmed', actor: 'server', session, serviceResult } as const] : []),
    {
      kind: 'session-ended',
      actor: kind === 'interrupted-here' ? 'mechanic' : 'server',
      session,
      end: kind,
      ...(serviceResult ? { serviceResult } : {}),
      ...(failure ? { failure: plainFailure(failure) } : {}),
    },
  ]
}
