import type { Clock } from '../../openobd/clock.ts'
import { type Fact, readable } from '../../shared/facts.ts'
import type { JobEntry } from '../../shared/job.ts'
import { fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { Journal } from './journal/journal.ts'
import type { JobQuery } from './journal/journal-database.ts'

const pageLength = 50
const dayMs = 86_400_000

/** Dependencies of the history. */
export interface HistoryOptions {
  readonly journal: Pick<Journal, 'list' | 'facts' | 'remove' | 'removeOlderThan'>
  readonly clock: Clock
  readonly keptDays: () => number | null
  /** Whether the job is open in this run, or its session may still be open on a server. */
  readonly isInUse: (job: string) => boolean
}

/** Jobs of all days. */
export class History {
  readonly #options: HistoryOptions
  #cancel: () => void = () => undefined

  constructor(options: HistoryOptions) {
    this.#options = options
  }

  /** A page of jobs, newest first, whose plate, car, VIN, ticket, adapter or lift contains the text. */
  async list(search: string, before: JobQuery['before']): Promise<Outcome<{ jobs: JobEntry[]; hasMore: boolean }>> {
    const query = { search, limit: pageLength + 1, ...(before === undefined ? {} : { before }) }
    const found = await this.#options.journal.list(query)
    if (!found.ok) return found
    return succeeded({ jobs: found.value.slice(0, pageLength), hasMore: found.value.length > pageLength })
  }

  /** The facts of a job in order, those with a higher number than `after`. */
  async read(job: string, after = 0): Promise<Outcome<{ facts: Fact[]; unreadable: number }>> {
    const stored = await this.#options.journal.facts(job, after)
    if (!stored.ok) return stored
    if (stored.value.length === 0 && after === 0) return fail('not-found')
    const facts = readable(stored.value)
    return succeeded({ facts, unreadable: stored.value.length - facts.length })
  }

  /** Jobs as JSON, with everything that is stored of them, also what this version cannot read. */
  async exported(jobs: readonly string[]): Promise<Outcome<string>> {
    const all: unknown[] = []
    for (const job of jobs) {
      const stored = await this.#options.journal.facts(job)
      if (!stored.ok) return stored
      if (stored.value.length === 0) return fail('not-found')
      all.push({ job, facts: stored.value.map((fact) => (fact.kind === 'unreadable' ? fact.raw : fact)) })
    }
    const exportedAt = new Date(this.#options.clock.wallMs()).toISOString()
    return succeeded(`${JSON.stringify({ format: 'workbench-jobs', version: 1, exportedAt, jobs: all }, null, 2)}\n`)
  }

  /** Deletes jobs for good. Fails without deleting anything when one of them is in use. */
  async delete(jobs: readonly string[]): Promise<Outcome<null>> {
    if (jobs.some((job) => this.#options.isInUse(job))) return fail('not-allowed-now')
    return this.#options.journal.remove(jobs)
  }

  /** Deletes closed jobs that are older than the settings allow, now and then once a day. */
  deleteOld(): void {
    const { keptDays, clock, journal } = this.#options
    this.#cancel()
    this.#cancel = clock.after(dayMs, () => this.deleteOld())
    const days = keptDays()
    if (days !== null) void journal.removeOlderThan(clock.wallMs() - days * dayMs)
  }

  /** Stops the daily deletion. */
  stop(): void {
    this.#cancel()
  }
}
