import { asksSomething } from '../../../shared/asks-something.ts'
import type { JobTile } from '../../../shared/job.ts'
import type { EarlierRuns, FunctionRun, SessionView } from '../../../shared/session.ts'
import { type JobState, lastSession, type PromptHistory, type RunHistory, type SessionHistory } from './job-state.ts'

/** What is known of the session of a job and is no fact: it is lost when the application ends. */
export type LiveView = Pick<SessionView, 'phase' | 'state' | 'token' | 'vehicle' | 'checking'>

/** More runs than a working day has; the page gets the newest ones and the number of the others. */
const shownEarlierRuns = 500

/** A job as the list of open jobs shows it; undefined before its first session. */
export function jobTileOf(
  job: JobState,
  more: Pick<
    JobTile,
    'profileId' | 'serverName' | 'isSimulated' | 'phase' | 'link' | 'phaseSince' | 'linkSince' | 'hold'
  >,
): JobTile | undefined {
  const session = lastSession(job)
  if (!session) return undefined
  const { id, target, licensePlate, lift, vehicleName, openedAt } = job
  const run = job.runs.at(-1)
  return {
    id,
    handle: session.handle,
    target,
    ...(licensePlate ? { licensePlate } : {}),
    ...(lift ? { lift } : {}),
    ...(vehicleName ? { vehicleName } : {}),
    openedAt,
    ...more,
    ...(session.end ? { end: session.end.kind } : {}),
    questions: job.prompts.filter(isOpenQuestion).length,
    ...(run && run.endedAt === undefined ? { functionName: run.name, functionSince: run.startedAt } : {}),
  }
}

const isOpenQuestion = ({ control, isAnswered, answer }: PromptHistory) =>
  asksSomething(control) && !isAnswered && answer === undefined

/** A session of a job as the screen shows it. */
export function sessionViewOf(
  job: JobState,
  session: SessionHistory,
  live: LiveView,
  server: SessionView['server'],
): SessionView {
  const { handle, target, sessionId, requestedAt, claimedAt, finish, end } = session
  const run = job.runs.at(-1)
  const isPending =
    finish !== undefined && (live.phase === 'finishing' || (end !== undefined && end.kind !== 'finished'))
  return {
    ...live,
    handle,
    server,
    target,
    startedAt: requestedAt,
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(claimedAt === undefined ? {} : { claimedAt }),
    ...(run?.session === handle ? { functionRun: runView(run) } : {}),
    ...(isPending ? { pendingResult: finish.serviceResult } : {}),
    ...(end ? { phase: 'ended', checking: false, end } : {}),
  }
}

/** The runs of a job before the one that `sessionViewOf` shows. */
export function earlierRunsOf({ runs }: JobState, handle: string): EarlierRuns {
  const earlier = runs.at(-1)?.session === handle ? runs.slice(0, -1) : runs
  const forgotten = Math.max(0, earlier.length - shownEarlierRuns)
  return { runs: earlier.slice(forgotten).map(runView), forgotten }
}

const views = new WeakMap<RunHistory, FunctionRun>()

/** The run without its session; always the same object for the same run. */
function runView(run: RunHistory): FunctionRun {
  const known = views.get(run)
  if (known) return known
  const { session: _session, ...view } = run
  views.set(run, view)
  return view
}
