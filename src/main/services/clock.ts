/** Time as the services see it: Unix ms for what is shown, monotonic ms for what is decided, and timers. */
export type Clock = {
  now(): number
  monotonicMs(): number
  /** Runs `task` once after `delayMs` unless the returned function is called before. */
  schedule(delayMs: number, task: () => void): () => void
}

/** The computer's clock. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    timer.unref?.()
    return () => clearTimeout(timer)
  },
}
