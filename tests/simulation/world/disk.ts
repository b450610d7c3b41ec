import type { JournalAnswer, JournalCall } from '../../../src/main/jobs/journal/journal-calls.ts'
import { serveJournal } from '../../../src/main/jobs/journal/journal-calls.ts'
import { JournalDatabase } from '../../../src/main/jobs/journal/journal-database.ts'
import type { JournalThread } from '../../../src/main/jobs/journal/journal-thread.ts'
import { type Fact, readable } from '../../../src/shared/facts.ts'
import type { SimProcess } from '../time/scheduler.ts'
import type { World } from './world.ts'

/** What is wrong with the disk. `slow`: each write takes ten seconds. */
export type DiskTrouble = 'none' | 'full' | 'read-only' | 'locked' | 'slow'

const causes = { full: 'disk-full', 'read-only': 'read-only', locked: 'locked' } as const
const writes: ReadonlySet<JournalCall['kind']> = new Set([
  ...(['append', 'remove', 'remove-older', 'keep-token', 'forget-token', 'forget-older-tokens'] as const),
])
const writeMs = 3
const slowWriteMs = 10_000

/** The disk of the workshop's computer and the journal on it. */
export class Disk {
  #trouble: DiskTrouble = 'none'
  /** World time at which the disk was slow last; answers came late until ten seconds after it. */
  #slowAtMs = Number.NEGATIVE_INFINITY
  /** World time at which anything was wrong last. */
  #troubledAtMs = Number.NEGATIVE_INFINITY
  /** Facts that the journal has acknowledged to main, by job. */
  readonly #acknowledged = new Map<string, Set<number>>()
  readonly #world: World
  readonly #folder: string
  #database: JournalDatabase | undefined
  #openJobs: readonly (readonly Fact[])[] = []

  constructor(world: World, folder: string) {
    this.#world = world
    this.#folder = folder
  }

  get trouble(): DiskTrouble {
    return this.#trouble
  }

  set trouble(trouble: DiskTrouble) {
    this.#troubledAtMs = this.#world.scheduler.nowMs
    if (this.#trouble === 'slow' || trouble === 'slow') this.#slowAtMs = this.#world.scheduler.nowMs
    this.#trouble = trouble
  }

  /** Whether every answer of the disk has come in time since a time of the world. */
  wasFastSince(atMs: number): boolean {
    return this.#trouble !== 'slow' && this.#slowAtMs + slowWriteMs < atMs
  }

  /** Whether everything was written since a time of the world. */
  wasWellSince(atMs: number): boolean {
    return this.#trouble === 'none' && this.#troubledAtMs + slowWriteMs < atMs
  }

  /** The facts of all jobs that nobody has closed, as they are on the disk at the start of main. */
  get openJobs(): readonly (readonly Fact[])[] {
    return this.#openJobs
  }

  /** The thread of the journal, for one run of main; what it has not answered when main dies is lost. */
  journalOf(main: SimProcess): JournalThread {
    const { scheduler } = this.#world
    const database = new JournalDatabase(this.#folder, () => scheduler.wallMs(main.computer))
    this.#database = database
    this.#checkAcknowledged(database)
    this.#openJobs = database
      .list({ openOnly: true, limit: Number.MAX_SAFE_INTEGER })
      .map(({ id }) => readable(database.facts(id)))
    return {
      call: <C extends JournalCall>(call: C) =>
        new Promise<JournalAnswer<C['kind']>>((resolve) => {
          const ms = this.trouble === 'slow' ? slowWriteMs : writeMs
          scheduler.deliver(ms, main, () => {
            const answer = this.#serve(database, call)
            scheduler.deliver(0, main, () => {
              if (answer.ok && call.kind === 'append') this.#acknowledge(call.batches)
              resolve(answer as JournalAnswer<C['kind']>)
            })
          })
        }),
    }
  }

  /** Main died: the file is closed as the operating system would. */
  powerOff(): void {
    this.#database?.close()
    this.#database = undefined
  }

  #serve(database: JournalDatabase, call: JournalCall): JournalAnswer {
    const { trouble } = this
    if (writes.has(call.kind) && trouble !== 'none' && trouble !== 'slow') return { ok: false, cause: causes[trouble] }
    return serveJournal(database, call)
  }

  #acknowledge(batches: readonly { readonly job: string; readonly facts: readonly Fact[] }[]): void {
    for (const { job, facts } of batches) {
      const known = this.#acknowledged.get(job) ?? new Set()
      for (const { sequence } of facts) known.add(sequence)
      this.#acknowledged.set(job, known)
    }
  }

  /** Every acknowledged fact must be there after a crash. */
  #checkAcknowledged(database: JournalDatabase): void {
    for (const [job, sequences] of this.#acknowledged) {
      const stored = new Set(database.facts(job).map(({ sequence }) => sequence))
      const lost = [...sequences].filter((sequence) => !stored.has(sequence))
      if (lost.length > 0)
        this.#world.violated('P7', `the facts ${lost.join(', ')} of job ${job} were acknowledged and are lost`)
    }
    if (database.setAside !== undefined) this.#world.violated('P7', 'a sound journal was set aside')
  }
}
