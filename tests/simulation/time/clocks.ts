import type { Clocks } from '../../../src/engine/clocks.ts'
import type { Clock } from '../../../src/openobd/clock.ts'
import type { Clock as EngineClock } from '../../../src/server/clock/clock.ts'
import type { Scheduler, SimProcess } from './scheduler.ts'

/** The clock of the client library in a process. */
export const clientClock = (scheduler: Scheduler, owner: SimProcess): Clock => ({
  monotonicMs: () => scheduler.monotonicMs(owner.computer),
  wallMs: () => scheduler.wallMs(owner.computer),
  after: (delayMs, callback) => {
    const waiting = scheduler.timer(delayMs, callback, owner)
    return () => waiting.cancel()
  },
})

/** The clocks of an engine in a process. */
export function engineClocks(scheduler: Scheduler, owner: SimProcess): Clocks {
  const startMs = scheduler.wallMs(owner.computer) - scheduler.monotonicMs(owner.computer)
  const clock: EngineClock = {
    pendingTimers: 0,
    now: () => startMs + scheduler.monotonicMs(owner.computer),
    after: (delayMs, run) => scheduler.timer(delayMs, run, owner),
    soon: (run) => queueMicrotask(run),
  }
  return { session: clock, bus: clock }
}
