import type { BusClock } from '../car/bus-clock.ts'

/** A task that waits for its moment on a clock. */
export interface ScheduledTask {
  /** Takes the task off the clock; harmless after it ran. */
  cancel(): void
}

/** Source of time for everything in the engine that waits; nothing else may call setTimeout or Date.now. */
export interface Clock {
  /** Unix time in milliseconds; never goes backwards. */
  now(): number
  /** Runs `task` once after `delayMs` (zero and below: as soon as possible, never before `schedule` has returned). */
  schedule(delayMs: number, task: () => void): ScheduledTask
  /** Tasks that wait; leak tests compare it before and after. */
  readonly pendingTasks: number
}

/** The session clock times tokens, limits and labels; the bus clock times ECUs and transports. */
export interface Clocks {
  readonly session: Clock
  readonly bus: BusClock
}
