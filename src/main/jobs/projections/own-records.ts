import type { SessionTarget } from '../../../shared/session.ts'
import type { JobState } from './job-state.ts'

/** A session that this application started: the proof that it is ours. */
export interface OwnRecord {
  readonly handle: string
  readonly sessionId: string
  readonly target: SessionTarget
  readonly startedAt: number
  readonly isEnded: boolean
}

/** The sessions of jobs on one server of which the server's id is known, newest first. A record proves nothing for another server. */
export function ownRecordsOf(jobs: readonly JobState[], serverKey: string): OwnRecord[] {
  const here = jobs.filter(({ server }) => server.key === serverKey)
  const records = here.flatMap(({ sessions }) =>
    sessions.flatMap(({ handle, sessionId, target, requestedAt, end }) =>
      sessionId === undefined
        ? []
        : [{ handle, sessionId, target, startedAt: requestedAt, isEnded: end !== undefined }],
    ),
  )
  return records.sort((a, b) => b.startedAt - a.startedAt)
}
