import type { ServiceResult } from '../../shared/service-result.ts'
import type { SessionSummary, UnfinishedSession } from '../../shared/session.ts'
import { embeddedProfileId } from '../services/profiles.ts'
import type { JobRecord } from './job-record.ts'
import { hasOpenSession, type JobState, lastSession } from './projections/job-state.ts'
import type { lastActivity } from './projections/last-activity.ts'

/** A job of an earlier run. */
export interface EarlierJob {
  readonly record: JobRecord
  /** The server's answer; undefined while it was not asked. */
  seen?: SessionSummary | 'ended'
  isHidden: boolean
  /** Its session is being held again: its facts belong to the job of this run. */
  isResuming: boolean
  resume: UnfinishedSession['resume']
  readonly activity: ReturnType<typeof lastActivity>
}

/** The job on the start screen; undefined when nothing is to be decided. */
export function unfinishedView(job: EarlierJob): UnfinishedSession | undefined {
  const { record, activity, isHidden, resume, seen: answer } = job
  const { state } = record
  const session = lastSession(state)
  if (!session || isHidden || state.isClosed) return undefined
  const isEnded = !hasOpenSession(state)
  if (!isEnded && session.sessionId === undefined) return undefined
  const { licensePlate, lift, vehicleName, server } = state
  const pendingResult = unsentResult(state)
  const seen = isEnded ? 'ended' : answer
  return {
    handle: session.handle,
    target: session.target,
    startedAt: session.requestedAt,
    ...(server.key === embeddedProfileId ? {} : { server: server.key }),
    ...(pendingResult ? { pendingResult } : {}),
    ...(typeof seen === 'object' ? { state: 'open', summary: seen } : { state: seen ?? 'not-checked' }),
    ...(licensePlate ? { licensePlate } : {}),
    ...(lift ? { lift } : {}),
    ...(vehicleName ? { vehicleName } : {}),
    ...activity,
    resume: isEnded ? 'ended' : resume,
  }
}

/** A result that was chosen and of which nobody knows whether the server has it. */
export function unsentResult(state: JobState): ServiceResult | undefined {
  const session = lastSession(state)
  if (!session?.finish || session.finish.step === 'confirmed' || session.end?.kind === 'finished') return undefined
  return session.finish.serviceResult
}
