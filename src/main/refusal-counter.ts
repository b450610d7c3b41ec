import type { Logger } from './logging.ts'

/** Counts refusals by kind and logs the 1st, 2nd, 4th, 8th … of each, so that a flood cannot fill the log. */
export class RefusalCounter<Kind extends string> {
  readonly #logger: Logger
  readonly #counts = new Map<Kind, number>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Counts one refusal; `what` names it in the log, e.g. the channel or the permission. */
  add(kind: Kind, what = ''): void {
    const count = this.of(kind) + 1
    this.#counts.set(kind, count)
    const isPowerOfTwo = (count & (count - 1)) === 0
    if (isPowerOfTwo) this.#logger.warn('refused', { kind, count, reason: what })
  }

  /** Number of refusals of a kind so far. */
  of(kind: Kind): number {
    return this.#counts.get(kind) ?? 0
  }
}
