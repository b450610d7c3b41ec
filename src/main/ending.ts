import { type Clock, delay } from '../openobd/clock.ts'
import type { Backend } from './ipc/lazy-handlers.ts'

/** How long the end waits for a result that is just being stored, and then for the child processes. */
export const endLimits = { finishMs: 5000, stopMs: 4000 } as const

/** What the end of the application needs from around it. */
export interface EndingOptions {
  readonly backend: Promise<Pick<Backend, 'settle' | 'stop'>>
  readonly clock: Clock
  /** Takes the window away without asking its page. */
  readonly destroyWindow: () => void
  readonly quit: () => void
}

/** The end of the application: a finish that is under way and the child processes first, each only for a bounded time. */
export class Ending {
  readonly #options: EndingOptions
  #state: 'no' | 'stopping' | 'over' = 'no'

  constructor(options: EndingOptions) {
    this.#options = options
  }

  /** Holds a quit back until everything has ended, and quits then. */
  holdUntilStopped(event: { preventDefault(): void }): void {
    if (this.#state === 'over') return
    event.preventDefault()
    if (this.#state === 'stopping') return
    this.#state = 'stopping'
    const quit = () => {
      this.#state = 'over'
      // A page that hangs would not let its window close.
      this.#options.destroyWindow()
      this.#options.quit()
    }
    this.#stop().then(quit, quit)
  }

  /** Stops what can be stopped without waiting for it. */
  stopAtOnce(): void {
    if (this.#state !== 'no') return
    this.#state = 'over'
    this.#options.backend.then((backend) => backend.stop()).catch(() => undefined)
  }

  async #stop(): Promise<void> {
    const { backend } = this.#options
    await this.#atMost(endLimits.finishMs, () => backend.then((running) => running.settle()))
    await this.#atMost(endLimits.stopMs, () => backend.then((running) => running.stop()))
  }

  #atMost(limitMs: number, work: () => Promise<void>): Promise<void> {
    return Promise.race([work(), delay(this.#options.clock, limitMs)])
  }
}
