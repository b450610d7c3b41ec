/** Delays in milliseconds between attempts; `random` gives numbers from 0 (inclusive) to 1 (exclusive). */
export interface BackoffOptions {
  readonly initialMs?: number
  readonly maximumMs?: number
  /** Random part of a delay, 0 to 1. */
  readonly jitter?: number
  readonly random: () => number
}

/** The first attempt is immediate, the next after 100 ms, doubling up to 1 s, each shortened by up to the jitter (quality.md C.4). */
export class Backoff {
  readonly #initialMs: number
  readonly #maximumMs: number
  readonly #jitter: number
  readonly #random: () => number
  #attempts = 0

  constructor(options: BackoffOptions) {
    this.#initialMs = options.initialMs ?? 100
    this.#maximumMs = options.maximumMs ?? 1_000
    this.#jitter = options.jitter ?? 0.2
    this.#random = options.random
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const attempt = this.#attempts
    this.#attempts += 1
    if (attempt === 0) return 0
    const full = Math.min(this.#maximumMs, this.#initialMs * 2 ** Math.min(attempt - 1, 20))
    return full * (1 - this.#jitter * this.#random())
  }

  /** Resets the delays after a successful attempt. */
  reset(): void {
    this.#attempts = 0
  }
}
