/** A pending callback of a {@link BusClock}; opaque to its users. */
export interface BusTimer {
  cancel(): void
}

/** The time that everything in the simulated car lives by, in milliseconds with fractions. */
export interface BusClock {
  /** Milliseconds since the Unix epoch (real) or since the seeded start (manual). */
  now(): number
  /** Calls `run` once after `delayMs`; delays below one millisecond are kept as exactly as the host can. */
  after(delayMs: number, run: () => void): BusTimer
  /** Calls `run` as soon as the current work is done, without moving time. */
  soon(run: () => void): void
  /** Callbacks that wait for their time. */
  readonly pendingTimers: number
}

/** Longest delay that is worth spinning the event loop for: Node's own timers are whole milliseconds. */
const preciseBelowMs = 2

interface RealTimer extends BusTimer {
  readonly dueMs: number
  readonly run: () => void
  timeout?: NodeJS.Timeout
}

/**
 * The bus clock that follows the machine's monotonic clock. A timer never fires before `performance.now()` has reached its time:
 * Node counts its own in whole milliseconds from the start of the present turn, so they may be early, and the rest is waited
 * for turn by turn. One look in each turn serves all timers that are so near.
 */
export class RealBusClock implements BusClock {
  readonly #pending = new Set<RealTimer>()
  /** In order of their time, then of their coming; some may be cancelled already. */
  readonly #near: RealTimer[] = []

  get pendingTimers(): number {
    return this.#pending.size
  }

  now(): number {
    return performance.timeOrigin + performance.now()
  }

  after(delayMs: number, run: () => void): BusTimer {
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

interface ManualTimer extends BusTimer {
  dueAt: number
  order: number
  run: () => void
}

/** 2026-01-01T08:00:00Z: the morning on which every manually clocked workshop opens. */
export const manualStartMs = 1_767_254_400_000

/**
 * The bus clock that moves only by {@link advance}: callbacks run in order of their time, then of their making.
 * What is due at once runs without any advance, so that a car without delays answers by itself.
 */
export class ManualBusClock implements BusClock {
  #now: number
  #order = 0
  #timers: ManualTimer[] = []

  constructor(startMs = manualStartMs) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  get pendingTimers(): number {
    return this.#timers.length
  }

  after(delayMs: number, run: () => void): BusTimer {
    const timer: ManualTimer = {
      dueAt: this.#now + Math.max(0, delayMs),
      order: this.#order++,
      run,
      cancel: () => {
        const index = this.#timers.indexOf(timer)
        if (index >= 0) this.#timers.splice(index, 1)
      },
    }
    this.#insert(timer)
    if (timer.dueAt <= this.#now) queueMicrotask(() => this.#fire(timer))
    return timer
  }

  soon(run: () => void): void {
    queueMicrotask(run)
  }

  /** Moves time forward by `milliseconds`, running everything that falls due; resolves when the car is quiet again. */
  async advance(milliseconds: number): Promise<void> {
    const target = this.#now + milliseconds
    await settle()
    for (let next = this.#timers[0]; next && next.dueAt <= target; next = this.#timers[0]) {
      this.#now = Math.max(this.#now, next.dueAt)
      this.#fire(next)
      await settle()
    }
    this.#now = target
  }

  #insert(timer: ManualTimer) {
    const before = (other: ManualTimer) =>
      other.dueAt > timer.dueAt || (other.dueAt === timer.dueAt && other.order > timer.order)
    let index = this.#timers.length
    for (let above = this.#timers[index - 1]; above && before(above); above = this.#timers[index - 1]) index -= 1
    this.#timers.splice(index, 0, timer)
  }

  #fire(timer: ManualTimer) {
    const index = this.#timers.indexOf(timer)
    if (index < 0) return
    this.#timers.splice(index, 1)
    timer.run()
  }
}

/** Lets queued microtasks run: one turn of the event loop ends only when none is left. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
