import type { Clock } from '../../openobd/clock.ts'
import type { Fact, FactOf, NewFact } from '../../shared/facts.ts'
import type { Outcome } from '../../shared/outcome.ts'
import type { Journal } from './journal/journal.ts'
import { type JobState, openedJob, withFact } from './projections/job-state.ts'

/** The part of the journal that a job writes to. */
export type FactSink = Pick<Journal, 'append' | 'recorded'>

/** Dependencies of the record of a job. */
export interface JobRecordOptions {
  readonly journal: FactSink
  readonly clock: Pick<Clock, 'wallMs'>
  /** Removes secrets and tokens: they are no facts. */
  readonly clean: <T>(value: T) => T
  /** The state has changed. */
  readonly changed: () => void
}

/** The facts of one job: gives each its number and time, keeps the state that follows from them, and passes them to the journal. */
export class JobRecord {
  readonly #options: JobRecordOptions
  #state: JobState
  /** The first fact of a new job, which is written together with the next ones: one commit on a slow disk, not two. */
  #first: readonly Fact[]

  private constructor(options: JobRecordOptions, state: JobState, first: readonly Fact[] = []) {
    this.#options = options
    this.#state = state
    this.#first = first
  }

  /** Begins a new job; its first fact is written together with the next ones. */
  static open(
    options: JobRecordOptions,
    job: string,
    opened: Omit<NewFact & { kind: 'job-opened' }, 'kind'>,
  ): JobRecord {
    const at = options.clock.wallMs()
    const fact: FactOf<'job-opened'> = { ...options.clean(opened), kind: 'job-opened', job, sequence: 1, at }
    return new JobRecord(options, openedJob(fact), [fact])
  }

  /** Continues a job of an earlier run. `sequence` is its highest number, which an unreadable fact may have. */
  static resume(options: JobRecordOptions, state: JobState, sequence: number): JobRecord {
    return new JobRecord(options, { ...state, sequence: Math.max(sequence, state.sequence) })
  }

  get state(): JobState {
    return this.#state
  }

  /** Adds facts. `durable` resolves when they are on the disk, which may be never. */
  add(...facts: NewFact[]): { readonly durable: Promise<void> } {
    const numbered = this.#take(facts)
    return this.#options.journal.append(this.#state.id, numbered)
  }

  /** Adds facts and waits until they are on the disk; fails with `not-recorded` when the disk takes longer. */
  addAndWait(facts: readonly NewFact[], limitMs: number): Promise<Outcome<null>> {
    const numbered = this.#take(facts)
    return this.#options.journal.recorded(this.#state.id, numbered, limitMs)
  }

  #take(facts: readonly NewFact[]): Fact[] {
    const { clock, clean, changed } = this.#options
    const first = this.#first
    this.#first = []
    const numbered = facts.map((fact, index) => {
      const sequence = this.#state.sequence + 1 + index
      return { ...clean(fact), job: this.#state.id, sequence, at: clock.wallMs() } as Fact
    })
    this.#state = numbered.reduce(withFact, this.#state)
    changed()
    return [...first, ...numbered]
  }
}
