import type { Clock } from '../server/clock/clock.ts'

/** The session clock is used for tokens, limits and labels; the bus clock for ECUs and transports. */
export interface Clocks {
  readonly session: Clock
  readonly bus: Clock
}
