/** How many calls a channel accepts at once, and how many more per second. */
export interface BucketLimits {
  readonly capacity: number
  readonly perSecond: number
}

/** Allows `capacity` calls at once and refills evenly; `nowMs` must be monotonic. */
export class TokenBucket {
  readonly #limits: BucketLimits
  readonly #nowMs: () => number
  #level: number
  #filledAt: number

  constructor(limits: BucketLimits, nowMs: () => number) {
    this.#limits = limits
    this.#nowMs = nowMs
    this.#level = limits.capacity
    this.#filledAt = nowMs()
  }

  /** Takes one token; false when there is none. */
  take(): boolean {
    const now = this.#nowMs()
    const refilled = this.#level + ((now - this.#filledAt) / 1000) * this.#limits.perSecond
    this.#level = Math.min(this.#limits.capacity, refilled)
    this.#filledAt = now
    if (this.#level < 1) return false
    this.#level -= 1
    return true
  }
}
