/** A callback that waits for its time on a {@link Clock}. */
export interface Timer {
  /** Cancels the callback; no effect after it ran. */
  cancel(): void
}

/** The source of time for everything in a server that waits; nothing else may call setTimeout or Date.now. */
export interface Clock {
  /** Milliseconds since the Unix epoch, with fractions; never goes backwards. */
  now(): number
  /** Calls `run` once after `delayMs`; for zero or less as soon as possible, but never before `after` has returned. */
  after(delayMs: number, run: () => void): Timer
  /** Calls `run` as soon as the current work is done, without moving time. */
  soon(run: () => void): void
  /** Callbacks that wait for their time; leak tests compare it before and after. */
  readonly pendingTimers: number
}
