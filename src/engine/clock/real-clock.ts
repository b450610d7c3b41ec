import type { Clock, ScheduledTask } from './clock.ts'

/** Clock of the machine; monotonic, so a corrected wall clock does not age a token. */
export class RealClock implements Clock {
  readonly #waiting = new Set<NodeJS.Timeout>()

  get pendingTasks(): number {
    return this.#waiting.size
  }

  now(): number {
    return performance.timeOrigin + performance.now()
  }

  schedule(delayMs: number, task: () => void): ScheduledTask {
    const timeout = setTimeout(
      () => {
        this.#waiting.delete(timeout)
        task()
      },
      Math.max(0, delayMs),
    )
    this.#waiting.add(timeout)
    return {
      cancel: () => {
        clearTimeout(timeout)
        this.#waiting.delete(timeout)
      },
    }
  }
}
