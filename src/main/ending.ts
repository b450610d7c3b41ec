import { type Clock, delay } from '../openobd/clock.ts'
import type { Backend } from './ipc/lazy-handlers.ts'

/** How long the end waits, in ms: for a running finish, then for the child processes. */
export const endLimits = { finishMs: 5000, stopMs: 4000 } as const

/** Dependencies of the end of the application. */
export interface EndingOptions {
  readonly backend: Promise<Pick<Backend, 'settle' | 'stop'>>
  readonly clock: Clock
  /** Destroys the window without asking its page. */
  readonly destroyWindow: () => void
  readonly quit: () => void
}

/** Ends the application: waits for a running finish, then for the child processes, each for a limited time. */
export class Ending {
  readonly #options: EndingOptions
  #state: 'no' | 'stopping' | 'over' = 'no'

  constructor(options: EndingOptions) {
    this.#options = options
  }

  /** Delays a quit until everything has ended, then quits. */
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

  /** Stops everything without waiting. */
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
