import { setTimeout as pause } from 'node:timers/promises'
/**
 * Repeats an action at a fixed rate until it is stopped: each run is due one period after the run before was due, however long
 * it took, so that a slow answer does not lower the load. An overdue run follows at once.
 */
export class Pace {
  readonly #periodMs: number
  readonly #act: () => Promise<void>
  readonly #ended: Promise<void>
  #isStopped = false

  /** `phase` (0 to 1) is the part of a period before the first run. */
  constructor(periodMs: number, phase: number, act: () => Promise<void>) {
    this.#periodMs = periodMs
    this.#act = act
    this.#ended = this.#run(performance.now() + phase * periodMs)
  }

  /** Resolves when the last run is over. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#ended
  }

  async #run(firstAt: number): Promise<void> {
    for (let dueAt = firstAt; !this.#isStopped; dueAt += this.#periodMs) {
      const early = dueAt - performance.now()
      if (early > 0) await pause(early)
      if (!this.#isStopped) await this.#act()
    }
  }
}
