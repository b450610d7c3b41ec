import type { Clock, Timer } from '../../../server/clock/clock.ts'

/** Rounding that adding fractions of milliseconds may bring. */
const toleranceMs = 1e-6

/**
 * A time limit that is moved or lifted for every frame. That only changes a number; the timer of the clock stays and checks again
 * when it fires. {@link cancel} also cancels the timer.
 */
export class Deadline {
  readonly #clock: Clock
  readonly #missed: () => void
  #dueAt: number | undefined
  #timer: Timer | undefined

  constructor(clock: Clock, missed: () => void) {
    this.#clock = clock
    this.#missed = missed
  }

  /** Calls `missed` after `milliseconds` unless the deadline is moved or lifted before. */
  moveTo(milliseconds: number): void {
    this.#dueAt = this.#clock.now() + milliseconds
    this.#timer ??= this.#clock.after(milliseconds, () => this.#look())
  }

  /** Lifts the limit for now. */
  lift(): void {
    this.#dueAt = undefined
  }

  /** Ends the limit. */
  cancel(): void {
    this.#dueAt = undefined
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #look() {
    this.#timer = undefined
    if (this.#dueAt === undefined) return
    const left = this.#dueAt - this.#clock.now()
    if (left > toleranceMs) {
      this.#timer = this.#clock.after(left, () => this.#look())
      return
    }
    this.#dueAt = undefined
    this.#missed()
  }
}
