/** Stops a timer that has not fired yet; later calls do nothing. */
export type Cancel = () => void

/** Every reading of time and every timer of the client library, so that tests can set the time. */
export interface Clock {
  /** Milliseconds since an arbitrary moment; never jumps with the wall clock. All ages and limits use it. */
  monotonicMs(): number
  /** Unix milliseconds of the computer's clock; for display only. */
  wallMs(): number
  /** Calls once after the given milliseconds. The timer does not keep a process alive. */
  after(delayMs: number, callback: () => void): Cancel
}

/** The clocks of this computer. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.max(0, delayMs))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Resolves after the given milliseconds of the given clock. */
export const delay = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(delayMs, resolve)
  })
