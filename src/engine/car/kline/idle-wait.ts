import type { Clock, Timer } from '../../../server/clock/clock.ts'
import type { KlinePort } from './line.ts'

/** Rounding that adding fractions of milliseconds may bring. */
const toleranceMs = 1e-6

/** Waits until a line was idle for a while; one wait at a time. */
export class RestWatch {
  readonly #clock: Clock
  readonly #port: KlinePort
  #timer: Timer | undefined

  constructor(clock: Clock, port: KlinePort) {
    this.#clock = clock
    this.#port = port
  }

  /** Calls `run` once the line was idle for this long; at once if it already was. */
  after(restMs: number, run: () => void): void {
    this.cancel()
    const missing = restMs - this.#port.quietMs()
    if (missing > toleranceMs) this.#timer = this.#clock.after(missing, () => this.after(restMs, run))
    else run()
  }

  cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
