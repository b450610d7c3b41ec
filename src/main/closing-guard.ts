import type { Clock } from '../openobd/clock.ts'
import type { ClosingAnswer, ClosingView } from '../shared/app-state.ts'
import { assertNever } from '../shared/assert-never.ts'
import type { JobTile } from '../shared/job.ts'
import { fail, type Outcome, succeeded } from '../shared/outcome.ts'

/** How long a page may take to show the question, in ms; after that the next request to close is allowed. */
export const questionTimeoutMs = 3000

/** Dependencies of the guard. */
export interface ClosingGuardOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Our jobs, also those whose session has ended. */
  readonly jobs: () => readonly JobTile[]
  readonly publish: (closing: ClosingView | null) => void
  /** Brings the window to the front, also when it is minimised. */
  readonly showWindow: () => void
  readonly interrupt: (handle: string) => Promise<Outcome<null>>
  /** Starts to quit; this calls `mayQuit` again. */
  readonly quit: () => void
}

interface Asked {
  /** Handles of the open sessions that the question names. */
  readonly handles: ReadonlySet<string>
  readonly question: number
  /** Since when the question waits to be shown; undefined once the page has shown it. */
  unseenSince: number | undefined
  isWithdrawn: boolean
}

/**
 * Decides whether the application may close. While a session of ours is open, a request is held back and the page asks the person. A
 * page that does not confirm the question cannot keep the application open, and nothing delays a shutdown of the operating
 * system.
 */
export class ClosingGuard {
  readonly #options: ClosingGuardOptions
  #ending: 'no' | 'yes' | 'with-system' = 'no'
  #asked: Asked | undefined
  #lastQuestion = 0

  constructor(options: ClosingGuardOptions) {
    this.#options = options
  }

  /** The operating system shuts down: nothing may be held back. */
  get endsWithSystem(): boolean {
    return this.#ending === 'with-system'
  }

  /** Whether a window may close. */
  mayCloseWindow(): boolean {
    const verdict = this.#judge()
    // A page that hangs may not let its window close, so the whole application quits.
    if (verdict === 'give-up') this.#quit()
    return verdict === 'go'
  }

  /** Whether the application may quit; true is final. */
  mayQuit(): boolean {
    if (this.#judge() === 'hold') return false
    if (this.#ending === 'no') this.#ending = 'yes'
    return true
  }

  /** Quits without a question, e.g. after a signal from a terminal or a session manager. */
  quitWithoutQuestion(): void {
    this.#quit()
  }

  /** The operating system shuts down, restarts or logs the person off. */
  systemEnds(): void {
    this.#ending = 'with-system'
  }

  /** The page confirms that it shows a question. */
  shown(question: number): Outcome<null> {
    if (this.#asked?.question === question) this.#asked.unseenSince = undefined
    return succeeded(null)
  }

  /** Applies the person's decision about the sessions of the question. */
  async answer(question: number, answer: ClosingAnswer): Promise<Outcome<null>> {
    const asked = this.#asked
    if (asked?.question !== question) return fail('not-allowed-now')
    switch (answer) {
      case 'stay':
        asked.isWithdrawn = true
        this.#forget()
        return succeeded(null)
      case 'leave-open':
        this.#quit()
        return succeeded(null)
      case 'interrupt': {
        const outcome = await this.#interruptAll(asked)
        if (outcome.ok && !asked.isWithdrawn) this.#quit()
        return outcome
      }
      default:
        return assertNever(answer)
    }
  }

  /** Our jobs changed: removes the question when all its sessions are over, and asks again when another session was started. */
  jobsChanged(): void {
    if (!this.#asked || this.#ending !== 'no') return
    const open = this.#openJobs()
    if (open.length === 0) this.#forget()
    else if (open.some(({ handle }) => !this.#asked?.handles.has(handle))) this.#ask(open)
    else this.#publish(open, this.#asked.question)
  }

  /** All sessions at once; the first failure is the outcome. */
  async #interruptAll({ handles }: Asked): Promise<Outcome<null>> {
    const open = this.#openJobs().filter(({ handle }) => handles.has(handle))
    const outcomes = await Promise.all(open.map(({ handle }) => this.#options.interrupt(handle)))
    return outcomes.find(({ ok }) => !ok) ?? succeeded(null)
  }

  #judge(): 'go' | 'hold' | 'give-up' {
    if (this.#ending !== 'no') return 'go'
    const open = this.#openJobs()
    if (open.length === 0) return 'go'
    const unseenSince = this.#asked?.unseenSince
    if (unseenSince === undefined) this.#ask(open)
    else if (this.#options.clock.monotonicMs() - unseenSince >= questionTimeoutMs) return 'give-up'
    this.#options.showWindow()
    return 'hold'
  }

  // Every request is a new question: a page that has shown an earlier one may hang since then.
  #ask(open: JobTile[]): void {
    this.#lastQuestion += 1
    const question = this.#lastQuestion
    const handles = new Set(open.map(({ handle }) => handle))
    this.#asked = { handles, question, unseenSince: this.#options.clock.monotonicMs(), isWithdrawn: false }
    this.#publish(open, question)
  }

  #publish(jobs: JobTile[], question: number): void {
    this.#options.publish({ jobs, question })
  }

  #forget(): void {
    this.#asked = undefined
    this.#options.publish(null)
  }

  #quit(): void {
    if (this.#ending === 'no') this.#ending = 'yes'
    this.#options.quit()
  }

  #openJobs(): JobTile[] {
    return this.#options.jobs().filter(({ phase }) => phase !== 'ended')
  }
}
