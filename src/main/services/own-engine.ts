import type { Clock } from '../../openobd/clock.ts'
import { fail, newFailure, type Outcome } from '../../shared/outcome.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { embeddedProfileId } from './profiles.ts'
import type { Servers } from './servers.ts'

/** An engine that ends this often within this time, in ms, is not restarted automatically. */
const mostDeaths = 3
const deathsWithinMs = 60_000

/** Dependencies of the own engine. */
export interface OwnEngineOptions {
  readonly servers: Pick<Servers, 'byKey'>
  readonly jobs: Pick<Jobs, 'endWithServer'>
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/** The application's own engine as a server of jobs: its end is the end of its sessions. */
export class OwnEngine {
  readonly #options: OwnEngineOptions
  #deaths: number[] = []

  constructor(options: OwnEngineOptions) {
    this.#options = options
  }

  /** Restarts the engine; its sessions are lost. Fails when it is not in use. */
  async restart(): Promise<Outcome<null>> {
    const { servers, jobs } = this.#options
    const server = servers.byKey(embeddedProfileId)
    if (!server) return fail('not-allowed-now')
    jobs.endWithServer(server, newFailure('engine-failed'))
    server.forget()
    return server.restartEngine()
  }

  /**
   * The engine ended by itself: its sessions are lost, the screen says so, and the engine is restarted. After three ends within a
   * minute a person must restart it.
   */
  died(): void {
    const { servers, jobs, clock } = this.#options
    const server = servers.byKey(embeddedProfileId)
    if (!server) return
    const failure = server.engineDied()
    jobs.endWithServer(server, failure)
    server.forget()
    const now = clock.monotonicMs()
    this.#deaths = [...this.#deaths.filter((at) => now - at < deathsWithinMs), now]
    if (this.#deaths.length < mostDeaths) void server.reconnect()
  }
}
