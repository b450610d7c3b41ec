import type { Clock, Timer } from './clock.ts'

/** Longest delay that is waited for turn by turn; Node's timers have whole milliseconds. */
const preciseBelowMs = 2

interface RealTimer extends Timer {
  readonly dueMs: number
  readonly run: () => void
  timeout?: NodeJS.Timeout
}

/**
 * The real clock, based on the monotonic clock of the computer. A timer never fires before `performance.now()` has reached its time.
 * Node's timers have whole milliseconds from the start of the current turn and may be early, so the rest is waited
 * for turn by turn. One check per turn serves all timers that are due soon.
 */
export class RealClock implements Clock {
  readonly #pending = new Set<RealTimer>()
  /** Sorted by time, then by creation; some may be cancelled. */
  readonly #near: RealTimer[] = []

  get pendingTimers(): number {
    return this.#pending.size
  }

  now(): number {
    return performance.timeOrigin + performance.now()
  }

  after(delayMs: number, run: () => void): Timer {
    const timer: RealTimer = {
      dueMs: performance.now() + delayMs,
      run,
      cancel: () => {
        this.#pending.delete(timer)
        clearTimeout(timer.timeout)
      },
    }
    this.#pending.add(timer)
    this.#wait(timer)
    return timer
  }

  soon(run: () => void): void {
    queueMicrotask(run)
  }

  #wait(timer: RealTimer) {
    const leftMs = timer.dueMs - performance.now()
    if (leftMs >= preciseBelowMs) timer.timeout = setTimeout(() => this.#wait(timer), leftMs)
    else this.#waitTurnByTurn(timer)
  }

  #waitTurnByTurn(timer: RealTimer) {
    if (this.#near.length === 0) setImmediate(this.#look)
    const place = this.#near.findLastIndex(({ dueMs }) => dueMs <= timer.dueMs) + 1
    this.#near.splice(place, 0, timer)
  }

  /** A timer that is set meanwhile waits for the next turn, even when it is due. */
  readonly #look = () => {
    const nowMs = performance.now()
    const firstLater = this.#near.findIndex(({ dueMs }) => dueMs > nowMs)
    const due = this.#near.splice(0, firstLater < 0 ? this.#near.length : firstLater)
    if (this.#near.length > 0) setImmediate(this.#look)
    for (const timer of due) if (this.#pending.delete(timer)) timer.run()
  }
}
