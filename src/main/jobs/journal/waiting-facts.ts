import type { Fact } from '../../../shared/facts.ts'
import type { FactBatch } from './journal-database.ts'

/** Most facts of one write. */
const mostAtOnce = 2_000
/** Most bytes of facts that wait for the disk (UTF-16 code units of their JSON). */
const mostBytes = 32 * 1024 * 1024

interface Waiting {
  readonly job: string
  fact: Fact
  bytes: number
  durable: PromiseWithResolvers<void>
}

/** Facts that are taken for one write. */
export interface TakenFacts {
  readonly batches: readonly FactBatch[]
  /** The disk has them. */
  written(): void
  /** The disk refused; they wait again, before all others. */
  putBack(): void
}

/**
 * Facts that are not on the disk yet; those of one job in the order in which they came. Beyond 32 Mi characters the largest kinds are
 * only counted.
 */
export class WaitingFacts {
  #waiting: Waiting[] = []
  #taken: readonly Waiting[] = []
  #bytes = 0

  /** Adds facts; resolves when the last of them is written. */
  add(job: string, facts: readonly Fact[]): Promise<void> {
    for (const fact of facts) {
      const bytes = JSON.stringify(fact).length
      this.#waiting.push({ job, fact, bytes, durable: Promise.withResolvers() })
      this.#bytes += bytes
    }
    if (this.#bytes > mostBytes) this.#shrink()
    return this.#waiting.at(-1)?.durable.promise ?? Promise.resolve()
  }

  /** The facts of a job that are not on the disk. */
  of(job: string): Fact[] {
    return [...this.#taken, ...this.#waiting].filter((one) => one.job === job).map(({ fact }) => fact)
  }

  /** Drops the facts of deleted jobs. */
  forget(jobs: readonly string[]): void {
    const gone = new Set(jobs)
    for (const one of this.#waiting.filter(({ job }) => gone.has(job))) this.#remove(one)
    this.#waiting = this.#waiting.filter(({ job }) => !gone.has(job))
  }

  /**
   * Takes the oldest facts of each job for a write, the same number of each, so that a flood of one job never delays an answer in
   * another; undefined when nothing waits.
   */
  take(): TakenFacts | undefined {
    if (this.#waiting.length === 0) return undefined
    const jobs = Map.groupBy(this.#waiting, ({ job }) => job)
    const share = Math.max(1, Math.floor(mostAtOnce / jobs.size))
    const taken = [...jobs.values()].flatMap((facts) => facts.slice(0, share))
    const isTaken = new Set(taken)
    this.#waiting = this.#waiting.filter((one) => !isTaken.has(one))
    this.#taken = taken
    return {
      batches: batchesOf(taken),
      written: () => {
        this.#taken = []
        for (const one of taken) this.#remove(one)
      },
      putBack: () => {
        this.#taken = []
        this.#waiting = [...taken, ...this.#waiting]
      },
    }
  }

  #remove({ bytes, durable }: Waiting): void {
    this.#bytes -= bytes
    durable.resolve()
  }

  /** Until half of the room is free: log lines first, then findings and prompts, then all others; the oldest first. */
  #shrink(): void {
    const isLog = ({ kind }: Fact) => kind === 'function-logged'
    const isLarge = ({ kind }: Fact) => kind === 'function-found' || kind === 'prompt-shown'
    for (const isNext of [isLog, isLarge, ({ kind }: Fact) => kind !== 'facts-left-out']) this.#leaveOut(isNext)
  }

  /** Puts a small fact that says so in the place of each fact; the promise of a fact that is left out never resolves. */
  #leaveOut(isNext: (fact: Fact) => boolean): void {
    for (const one of this.#waiting.filter(({ fact }) => isNext(fact))) {
      if (this.#bytes <= mostBytes / 2) return
      const { job, sequence, at } = one.fact
      one.durable = Promise.withResolvers()
      one.fact = { kind: 'facts-left-out', job, sequence, at, actor: 'application', count: 1 }
      const bytes = JSON.stringify(one.fact).length
      this.#bytes += bytes - one.bytes
      one.bytes = bytes
    }
  }
}

function batchesOf(waiting: readonly Waiting[]): FactBatch[] {
  const byJob = new Map<string, Fact[]>()
  for (const { job, fact } of waiting) {
    const facts = byJob.get(job)
    if (facts) facts.push(fact)
    else byJob.set(job, [fact])
  }
  return [...byJob].map(([job, facts]) => ({ job, facts }))
}
