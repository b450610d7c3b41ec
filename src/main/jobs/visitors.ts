import type { Clock } from '../../openobd/clock.ts'
import { type Fact, type FactOf, visitorsJob } from '../../shared/facts.ts'
import type { Journal } from './journal/journal.ts'

type VisitorFact = Omit<FactOf<'visitor-answered'>, 'job' | 'sequence' | 'at'>

/** The visitors' log: answers that were given here to prompts of sessions that are not ours. */
export class Visitors {
  readonly #journal: Pick<Journal, 'append' | 'facts'>
  readonly #clock: Pick<Clock, 'wallMs'>
  #last: Promise<number> | undefined

  constructor(journal: Pick<Journal, 'append' | 'facts'>, clock: Pick<Clock, 'wallMs'>) {
    this.#journal = journal
    this.#clock = clock
  }

  /** Adds a fact; `durable` resolves when it is on the disk. */
  record(fact: VisitorFact): { readonly durable: Promise<void> } {
    const at = this.#clock.wallMs()
    const number = (this.#last ?? this.#lastNumber()).then((last) => last + 1)
    this.#last = number
    return { durable: number.then((sequence) => this.#append({ ...fact, job: visitorsJob, sequence, at })) }
  }

  #append(fact: Fact): Promise<void> {
    return this.#journal.append(visitorsJob, [fact]).durable
  }

  async #lastNumber(): Promise<number> {
    const facts = await this.#journal.facts(visitorsJob)
    return facts.ok ? Math.max(0, ...facts.value.map(({ sequence }) => sequence)) : 0
  }
}
