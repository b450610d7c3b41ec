import type { Clock } from '../openobd/clock.ts'
import type { ClosingAnswer, ClosingView } from '../shared/app-state.ts'
import { assertNever } from '../shared/assert-never.ts'
import { fail, type Outcome, succeeded } from '../shared/outcome.ts'
import type { SessionView } from '../shared/session.ts'

/** How long a page may take to show the question; after that a further request to close is not held back any more. */
export const pagePatienceMs = 3000

/** What the guard needs from around it. */
export interface ClosingGuardOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Our session as it is now, also after it ended. */
  readonly session: () => SessionView | null
  readonly publish: (closing: ClosingView | null) => void
  /** Brings the window to the front, also from the task bar. */
  readonly showWindow: () => void
  readonly interrupt: (handle: string) => Promise<Outcome<null>>
  /** Begins to quit; `mayQuit` is asked again on the way. */
  readonly quit: () => void
}

interface Asked {
  readonly handle: string
  readonly question: number
  /** Since when the page has not said that it shows the question; undefined once it did. */
  unseenSince: number | undefined
  isWithdrawn: boolean
}

/**
 * Decides whether the application may close. While a session of ours is not over, a request is held back and the page
 * asks the person. A page that does not say that it asks cannot keep the application open, and neither can anything
 * keep the operating system from ending.
 */
export class ClosingGuard {
  readonly #options: ClosingGuardOptions
  #ending: 'no' | 'yes' | 'with-system' = 'no'
  #asked: Asked | undefined
  #lastQuestion = 0

  constructor(options: ClosingGuardOptions) {
    this.#options = options
  }

  /** The operating system ends: nothing may be held back, not even for a moment. */
  get endsWithSystem(): boolean {
    return this.#ending === 'with-system'
  }

  /** A window is about to close. False: it stays. */
  mayCloseWindow(): boolean {
    const verdict = this.#judge()
    // The page of a window that does not answer might not let it close either, so the whole application goes.
    if (verdict === 'give-up') this.#quit()
    return verdict === 'go'
  }

  /** The application is about to quit. False: it stays; true is final. */
  mayQuit(): boolean {
    if (this.#judge() === 'hold') return false
    if (this.#ending === 'no') this.#ending = 'yes'
    return true
  }

  /** Somebody who cannot be asked wants the application to end, e.g. a signal from a terminal or a session manager. */
  quitWithoutQuestion(): void {
    this.#quit()
  }

  /** The operating system shuts down, restarts or logs the person off. */
  systemEnds(): void {
    this.#ending = 'with-system'
  }

  /** The page says that the person sees a question. */
  shown(question: number): Outcome<null> {
    if (this.#asked?.question === question) this.#asked.unseenSince = undefined
    return succeeded(null)
  }

  /** What the person decided about the session that the question was about. */
  async answer(handle: string, answer: ClosingAnswer): Promise<Outcome<null>> {
    const asked = this.#asked
    if (asked?.handle !== handle) return fail('not-allowed-now')
    switch (answer) {
      case 'stay':
        asked.isWithdrawn = true
        this.#forget()
        return succeeded(null)
      case 'leave-open':
        this.#quit()
        return succeeded(null)
      case 'interrupt': {
        const outcome = await this.#options.interrupt(handle)
        if (outcome.ok && !asked.isWithdrawn) this.#quit()
        return outcome
      }
      default:
        return assertNever(answer)
    }
  }

  /** Our session changed: a question about one that is over is not asked any longer. */
  sessionChanged(): void {
    if (this.#asked && this.#openSession()?.handle !== this.#asked.handle) this.#forget()
  }

  #judge(): 'go' | 'hold' | 'give-up' {
    if (this.#ending !== 'no') return 'go'
    const session = this.#openSession()
    if (!session) return 'go'
    const unseenSince = this.#asked?.unseenSince
    if (unseenSince === undefined) this.#ask(session.handle)
    else if (this.#options.clock.monotonicMs() - unseenSince >= pagePatienceMs) return 'give-up'
    this.#options.showWindow()
    return 'hold'
  }

  // Every request is a question of its own: a page that showed one may have stopped answering since.
  #ask(handle: string): void {
    this.#lastQuestion += 1
    const question = this.#lastQuestion
    this.#asked = { handle, question, unseenSince: this.#options.clock.monotonicMs(), isWithdrawn: false }
    this.#options.publish({ handle, question })
  }

  #forget(): void {
    this.#asked = undefined
    this.#options.publish(null)
  }

  #quit(): void {
    if (this.#ending === 'no') this.#ending = 'yes'
    this.#options.quit()
  }

  #openSession(): SessionView | undefined {
    const session = this.#options.session()
    return session && session.phase !== 'ended' ? session : undefined
  }
}
