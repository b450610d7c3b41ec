import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../openobd/clock.ts'
import type { JobTile } from '../../shared/job.ts'
import type { EarlierRuns, SessionView } from '../../shared/session.ts'
import type { Server } from '../services/server.ts'
import type { FunctionRuns } from './function-runs.ts'
import type { LiveSession } from './live-session.ts'
import { type JobState, lastSession } from './projections/job-state.ts'
import { earlierRunsOf, jobTileOf, sessionViewOf } from './projections/job-views.ts'
import { WaitingTimes } from './waiting-times.ts'

/** What the views are made from. */
export interface JobSource {
  readonly server: Server
  readonly state: JobState
  readonly session: LiveSession | undefined
  readonly isOpen: boolean
  readonly runs: Pick<FunctionRuns, 'holdOf'>
  readonly clock: Clock
}

/** What a screen shows of a job. Each view is the same object as before while nothing in it has changed. */
export class JobScreen {
  readonly #job: JobSource
  readonly #times = new WaitingTimes()
  #tile: JobTile | undefined
  #view: SessionView | null = null
  #earlierRuns: EarlierRuns = { runs: [], forgotten: 0 }

  constructor(job: JobSource) {
    this.#job = job
  }

  get tile(): JobTile | undefined {
    const { server, state, session, runs, clock } = this.#job
    const phase = this.#phase
    const link = session?.link ? session.carLink.state : 'none'
    const lastSeenAt = session?.link?.lastSeenAt
    const hold = phase === 'active' ? runs.holdOf({ lastSeenAt }) : undefined
    const tile = jobTileOf(state, {
      profileId: server.profile.id,
      serverName: server.profile.name,
      isSimulated: server.profile.kind === 'embedded',
      phase,
      link,
      ...this.#times.at(clock.wallMs(), { phase, link, lastSeenAt }),
      ...(hold ? { hold } : {}),
    })
    if (!isDeepStrictEqual(tile, this.#tile)) this.#tile = tile
    return this.#tile
  }

  get view(): SessionView | null {
    const view = this.#makeView()
    if (!isDeepStrictEqual(view, this.#view)) this.#view = view
    return this.#view
  }

  get earlierRuns(): EarlierRuns {
    const { state } = this.#job
    const view = earlierRunsOf(state, lastSession(state)?.handle ?? '')
    // A run may end after the next session of its job was asked for, so each one is compared, and not their number.
    if (!isSameRuns(view, this.#earlierRuns)) this.#earlierRuns = view
    return this.#earlierRuns
  }

  /** A session whose start was refused before any call is over, although its custody has seen nothing. */
  get #phase(): SessionView['phase'] {
    return this.#job.isOpen ? (this.#job.session?.live.phase ?? 'ended') : 'ended'
  }

  #makeView(): SessionView | null {
    const { server, state, session: live } = this.#job
    const session = lastSession(state)
    if (!session || !live) return null
    const { profile, view } = server
    const shown = { name: profile.name, isSimulated: profile.kind === 'embedded', status: view.status }
    return sessionViewOf(state, session, { ...live.live, phase: this.#phase }, shown)
  }
}

/** The view of a run is the same object as long as the run has not changed. */
const isSameRuns = (one: EarlierRuns, other: EarlierRuns): boolean =>
  one.forgotten === other.forgotten &&
  one.runs.length === other.runs.length &&
  one.runs.every((run, index) => run === other.runs[index])
