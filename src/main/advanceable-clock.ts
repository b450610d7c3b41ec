import type { Cancel, Clock } from '../openobd/clock.ts'

interface Timer {
  dueAtMs: number
  task: () => void
  cancelReal: Cancel
}

/**
 * The real clock, which tests can advance: `advance` adds to monotonic time and fires due timers. The wall clock does not
 * change. Only for unpackaged builds (docs/architecture.md, hooks).
 */
export class AdvanceableClock implements Clock {
  readonly #real: Clock
  readonly #timers = new Set<Timer>()
  #aheadMs = 0

  constructor(real: Clock) {
    this.#real = real
  }

  monotonicMs(): number {
    return this.#real.monotonicMs() + this.#aheadMs
  }

  wallMs(): number {
    return this.#real.wallMs()
  }

  after(delayMs: number, task: () => void): Cancel {
    const timer: Timer = { dueAtMs: this.monotonicMs() + delayMs, task, cancelReal: () => undefined }
    this.#timers.add(timer)
    this.#arm(timer)
    return () => {
      this.#timers.delete(timer)
      timer.cancelReal()
    }
  }

  /** Lets the given time pass at once. */
  advance(byMs: number): void {
    this.#aheadMs += Math.max(0, byMs)
    for (const timer of [...this.#timers]) {
      timer.cancelReal()
      this.#arm(timer)
    }
  }

  #arm(timer: Timer): void {
    const waitMs = Math.max(0, timer.dueAtMs - this.monotonicMs())
    timer.cancelReal = this.#real.after(waitMs, () => {
      if (this.#timers.delete(timer)) timer.task()
    })
  }
}
