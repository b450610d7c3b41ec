import type { Cancel, Clock } from './clock.ts'

interface Timer {
  dueAt: number
  order: number
  callback: () => void
}

/** A clock that only moves when it is advanced; for tests and for the manual clock of the application. */
export class ManualClock implements Clock {
  #monotonicMs = 0
  #wallMs: number
  #order = 0
  readonly #timers = new Set<Timer>()

  constructor(wallMs = 1_700_000_000_000) {
    this.#wallMs = wallMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  wallMs(): number {
    return this.#wallMs
  }

  after(delayMs: number, callback: () => void): Cancel {
    this.#order += 1
    const timer: Timer = { dueAt: this.#monotonicMs + Math.max(0, delayMs), order: this.#order, callback }
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  /** Number of pending timers, for leak tests. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  /** Moves both clocks forward and fires the due timers in order, also those set meanwhile. */
  advance(byMs: number): void {
    const target = this.#monotonicMs + byMs
    for (let next = this.#nextDue(target); next; next = this.#nextDue(target)) {
      this.#moveTo(next.dueAt)
      this.#timers.delete(next)
      next.callback()
    }
    this.#moveTo(target)
  }

  /** Like `advance`, but lets promises settle after each timer. */
  async advanceAsync(byMs: number): Promise<void> {
    const target = this.#monotonicMs + byMs
    await settle()
    for (let next = this.#nextDue(target); next; next = this.#nextDue(target)) {
      this.#moveTo(next.dueAt)
      this.#timers.delete(next)
      next.callback()
      await settle()
    }
    this.#moveTo(target)
  }

  /** Changes the wall clock only. */
  jumpWall(byMs: number): void {
    this.#wallMs += byMs
  }

  /** Lets the wall clock and the monotonic clock move without firing timers, as a sleeping computer does. */
  sleep(byMs: number): void {
    this.#moveTo(this.#monotonicMs + byMs)
  }

  #nextDue(limit: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.dueAt > limit) continue
      if (!first || timer.dueAt < first.dueAt || (timer.dueAt === first.dueAt && timer.order < first.order))
        first = timer
    }
    return first
  }

  #moveTo(monotonicMs: number): void {
    const step = Math.max(0, monotonicMs - this.#monotonicMs)
    this.#monotonicMs += step
    this.#wallMs += step
  }
}

/** Runs pending promise callbacks. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}
