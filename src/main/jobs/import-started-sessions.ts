import type { Fact, NewFact } from '../../shared/facts.ts'
import type { StartedSession, StartedSessionStore } from '../storage/started-sessions.ts'
import type { Journal } from './journal/journal.ts'

/** How long the disk may take for one record, in ms; otherwise the next start tries again. */
const limitMs = 5_000

/**
 * Takes the started sessions of an earlier version over into the journal, then removes them. A job gets the handle of its session as
 * its id, so that an import that was interrupted can be repeated.
 */
export async function importStartedSessions(
  store: Pick<StartedSessionStore, 'all' | 'clear'>,
  journal: Pick<Journal, 'recorded'>,
): Promise<void> {
  const sessions = store.all()
  if (sessions.length === 0) return
  for (const session of sessions) {
    const recorded = await journal.recorded(session.handle, factsOf(session), limitMs)
    if (!recorded.ok) return
  }
  try {
    store.clear()
  } catch {
    // The disk refuses; the next start imports the same facts again.
  }
}

/** The facts of one record. */
export function factsOf(record: StartedSession): Fact[] {
  const { handle: session, sessionId, target, profileId, endpoint, startedAt, pendingResult, end } = record
  const actor = 'application'
  const server = { key: endpoint, profileId }
  const isSettled = end !== undefined && (pendingResult === undefined || end.kind === 'finished')
  const timed: [NewFact, number][] = [
    [{ kind: 'job-opened', actor, server, target, imported: true }, startedAt],
    [{ kind: 'session-requested', actor, session, target }, startedAt],
  ]
  if (sessionId !== undefined) timed.push([{ kind: 'session-started', actor, session, sessionId }, startedAt])
  if (pendingResult)
    timed.push([{ kind: 'finish-chosen', actor, session, serviceResult: pendingResult }, end?.at ?? startedAt])
  if (end) timed.push([{ kind: 'session-ended', actor, session, end: end.kind }, end.at])
  if (isSettled) timed.push([{ kind: 'job-closed', actor }, end.at])
  return timed.map(([fact, at], index) => ({ ...fact, job: session, sequence: index + 1, at }) as Fact)
}
