import type { Cancel, Clock } from '../../../openobd/clock.ts'
import { Backoff } from '../../../openobd/grpc/backoff.ts'
import type { Fact, UnreadableFact } from '../../../shared/facts.ts'
import type { JobEntry, JournalView } from '../../../shared/job.ts'
import type { JournalTrouble } from '../../../shared/journal-trouble.ts'
import { fail, type Outcome, succeeded } from '../../../shared/outcome.ts'
import type { JobQuery } from './journal-database.ts'
import type { JournalThread } from './journal-thread.ts'
import type { KeptToken } from './kept-tokens.ts'
import { WaitingFacts } from './waiting-facts.ts'

/** A write that takes longer than this counts as slow, in ms. */
const slowAfterMs = 2_000
/** How long the end of the application waits for the disk, in ms. */
const closeLimitMs = 2_000

/** How long the disk counts as slow after a slow write that no other one has followed, in ms. */
const calmAfterMs = 10_000

/** Session tokens that outlive this process, in the file of the journal; they are no facts. */
export interface KeptTokens {
  /** Stores the newest token of a session in place of the one before. */
  set(token: KeptToken): Promise<Outcome<null>>
  /** The token of a session; null when there is none. */
  get(handle: string): Promise<Outcome<KeptToken | null>>
  remove(handle: string): Promise<Outcome<null>>
  /** Removes tokens that were received before the given time (Unix ms). */
  removeOlderThan(at: number): Promise<Outcome<null>>
}

/** Dependencies of the journal. */
export interface JournalOptions {
  readonly thread: JournalThread
  readonly clock: Clock
  readonly random: () => number
  readonly onView: (view: JournalView) => void
}

/**
 * The facts of all jobs on disk. Facts of all jobs that arrive while a write runs are written together by the next one. While the
 * disk refuses, they wait in memory and the write is repeated.
 */
export class Journal {
  readonly tokens: KeptTokens = {
    set: (token) => this.#read({ kind: 'keep-token', token }),
    get: (handle) => this.#read({ kind: 'kept-token', handle }),
    remove: (handle) => this.#read({ kind: 'forget-token', handle }),
    removeOlderThan: (at) => this.#read({ kind: 'forget-older-tokens', at }),
  }
  readonly #options: JournalOptions
  readonly #waiting = new WaitingFacts()
  readonly #backoff: Backoff
  readonly #failures = new Set<(cause: JournalTrouble) => void>()
  #isWriting = false
  #cancelRetry: Cancel | undefined
  #cancelCalm: Cancel = () => undefined
  #trouble: { readonly cause: JournalTrouble; readonly since: number } | undefined
  #setAside: string | undefined
  #closing: PromiseWithResolvers<void> | undefined

  constructor(options: JournalOptions) {
    this.#options = options
    this.#backoff = new Backoff({ random: options.random })
    this.#restartBackoff()
    void options.thread.call({ kind: 'open' }).then((answer) => {
      this.#note(answer)
      if (!answer.ok) this.#onFailure(answer.cause)
    })
  }

  /** Why facts are not written now; undefined while they are. */
  get trouble(): { readonly cause: JournalTrouble; readonly since: number } | undefined {
    return this.#trouble
  }

  /** Adds facts of a job. `durable` resolves when they are on the disk: never, as long as the disk refuses. */
  append(job: string, facts: readonly Fact[]): { readonly durable: Promise<void> } {
    const durable = this.#waiting.add(job, facts)
    if (this.#cancelRetry === undefined) this.#write()
    return { durable }
  }

  /**
   * Adds facts and waits until they are on the disk. Fails with `not-recorded` when the disk refuses or takes longer than the limit in
   * ms; the facts are then written as soon as the disk accepts them.
   */
  recorded(job: string, facts: readonly Fact[], limitMs: number): Promise<Outcome<null>> {
    const { durable } = this.append(job, facts)
    return new Promise((resolve) => {
      const settle = (outcome: Outcome<null>): void => {
        cancel()
        this.#failures.delete(refuse)
        resolve(outcome)
      }
      const refuse = (cause: JournalTrouble): void => settle(fail('not-recorded', { parameters: { cause } }))
      const cancel = this.#options.clock.after(limitMs, () => refuse(this.#trouble?.cause ?? 'slow'))
      this.#failures.add(refuse)
      void durable.then(() => settle(succeeded(null)))
      this.#write()
    })
  }

  /** The facts of a job in order, those with a higher number than `after`, also those that are not on the disk yet. */
  async facts(job: string, after = 0): Promise<Outcome<(Fact | UnreadableFact)[]>> {
    const waiting = this.#waiting.of(job).filter(({ sequence }) => sequence > after)
    const stored = await this.#read({ kind: 'facts', job, after })
    if (!stored.ok) return waiting.length > 0 ? succeeded(waiting) : stored
    const known = new Set(stored.value.map(({ sequence }) => sequence))
    const all = [...stored.value, ...waiting.filter(({ sequence }) => !known.has(sequence))]
    return succeeded(all.sort((a, b) => a.sequence - b.sequence))
  }

  /** Jobs on the disk, newest first. */
  list(query: JobQuery): Promise<Outcome<JobEntry[]>> {
    return this.#read({ kind: 'list', query })
  }

  /** Removes jobs so that nothing of them is left in the file. */
  async remove(jobs: readonly string[]): Promise<Outcome<null>> {
    this.#waiting.forget(jobs)
    return this.#read({ kind: 'remove', jobs })
  }

  /** Removes closed jobs without facts since the given time (Unix ms); returns their number. */
  removeOlderThan(at: number): Promise<Outcome<number>> {
    return this.#read({ kind: 'remove-older', at })
  }

  /** Writes what waits, at most two seconds long, and closes the file. */
  async close(): Promise<void> {
    const { clock, thread } = this.#options
    this.#cancelRetry?.()
    this.#cancelCalm()
    this.#closing = Promise.withResolvers()
    const limit = new Promise<void>((resolve) => {
      const cancel = clock.after(closeLimitMs, resolve)
      void this.#closing?.promise.then(cancel)
    })
    this.#write()
    if (!this.#isWriting) this.#closing.resolve()
    await Promise.race([this.#closing.promise, limit])
    await Promise.race([thread.call({ kind: 'close' }), limit])
  }

  #write(): void {
    if (this.#isWriting) return
    const batch = this.#waiting.take()
    if (batch === undefined) return
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    this.#isWriting = true
    const { clock } = this.#options
    let isSlow = false
    const cancelSlow = clock.after(slowAfterMs, () => {
      isSlow = true
      this.#cancelCalm()
      this.#setTrouble('slow')
    })
    void this.#options.thread.call({ kind: 'append', batches: batch.batches }).then((answer) => {
      cancelSlow()
      this.#isWriting = false
      this.#note(answer)
      if (answer.ok) {
        this.#restartBackoff()
        this.#cancelCalm()
        // The next write of a slow disk is slow, too: saying so is not taken back between two of them.
        if (isSlow) this.#cancelCalm = clock.after(calmAfterMs, () => this.#setTrouble(undefined))
        else this.#setTrouble(undefined)
        batch.written()
        this.#write()
      } else {
        batch.putBack()
        this.#onFailure(answer.cause)
      }
      if (!this.#isWriting) this.#closing?.resolve()
    })
  }

  /** The first delay of a back-off is zero, which a disk that has just refused does not need. */
  #restartBackoff(): void {
    this.#backoff.reset()
    this.#backoff.next()
  }

  #onFailure(cause: JournalTrouble): void {
    this.#cancelCalm()
    this.#setTrouble(cause)
    for (const refuse of [...this.#failures]) refuse(cause)
    if (this.#closing) return
    this.#cancelRetry?.()
    this.#cancelRetry = this.#options.clock.after(this.#backoff.next(), () => {
      this.#cancelRetry = undefined
      this.#write()
    })
  }

  async #read<C extends Parameters<JournalThread['call']>[0]>(call: C) {
    const answer = await this.#options.thread.call(call)
    this.#note(answer)
    return answer.ok ? succeeded(answer.value) : fail('not-recorded', { parameters: { cause: answer.cause } })
  }

  #note({ setAside }: { readonly setAside?: string }): void {
    if (setAside === undefined || setAside === this.#setAside) return
    this.#setAside = setAside
    this.#publish()
  }

  #setTrouble(cause: JournalTrouble | undefined): void {
    if (cause === this.#trouble?.cause) return
    this.#trouble = cause && { cause, since: this.#trouble?.since ?? this.#options.clock.wallMs() }
    this.#publish()
  }

  #publish(): void {
    const { cause: trouble, since } = this.#trouble ?? {}
    this.#options.onView({
      ...(trouble === undefined ? {} : { trouble, since }),
      ...(this.#setAside === undefined ? {} : { setAside: this.#setAside }),
    })
  }
}
