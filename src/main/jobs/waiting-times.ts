import { runningIn } from '../../shared/car-link.ts'
import type { JobTile } from '../../shared/job.ts'

/** Since when a job has its phase, and since when its car cannot be reached; Unix ms. */
export class WaitingTimes {
  #phase: { readonly phase: JobTile['phase']; readonly since: number } | undefined
  #linkSince: number | undefined

  /** The times after a look at the job. A link that fell silent did so with its last message. */
  at(
    now: number,
    { phase, link, lastSeenAt }: Pick<JobTile, 'phase' | 'link'> & { readonly lastSeenAt: number | undefined },
  ): Pick<JobTile, 'phaseSince' | 'linkSince'> {
    if (this.#phase?.phase !== phase) this.#phase = { phase, since: now }
    const isSilent = link === 'lost' || link === 'reconnecting'
    if (runningIn(link) !== 'impossible') this.#linkSince = undefined
    else this.#linkSince ??= isSilent ? (lastSeenAt ?? now) : now
    const phaseSince = this.#phase.since
    return this.#linkSince === undefined ? { phaseSince } : { phaseSince, linkSince: this.#linkSince }
  }
}
