import type { AppState } from '../../../src/shared/app-state.ts'
import type { Application } from '../world/application.ts'
import type { World } from '../world/world.ts'

/** Timers that main may have without a job, and for each job: tokens, heartbeats, limits of calls. */
const withoutJobs = 40
const perJob = 8

/** The timers of main must follow from its jobs, however long it has been running (row 48). */
export class Leaks {
  /** The most timers at once beyond those that its jobs account for. */
  most = 0
  readonly #world: World
  readonly #application: Application
  #isReported = false

  constructor(world: World, application: Application) {
    this.#world = world
    this.#application = application
  }

  check({ jobs, unfinishedSessions }: AppState): void {
    const timers = this.#world.scheduler.timersOf(this.#application.process)
    const count = jobs.length + unfinishedSessions.length
    this.most = Math.max(this.most, timers - perJob * count)
    if (timers <= withoutJobs + perJob * count || this.#isReported) return
    this.#isReported = true
    this.#world.violated('row 48', `main has ${timers} timers with ${count} jobs`)
  }
}
