import type { Cancel, Clock } from '../../openobd/clock.ts'
import { Backoff } from '../../openobd/grpc/backoff.ts'
import type { ToFunctionHost } from '../../shared/function-host.ts'
import type { Logger } from '../logging.ts'
import { type Child, endChild, type SpawnChild } from './child.ts'

/** Where the functions are offered. */
export type Offer = Omit<Extract<ToFunctionHost, { type: 'offer' }>, 'type'>

/** Dependencies of the process. */
export interface FunctionHostOptions {
  readonly spawn: SpawnChild
  readonly file: string
  readonly environment: Readonly<Record<string, string>>
  readonly logger: Logger
  readonly clock: Clock
  readonly random: () => number
}

interface Running {
  readonly child: Child
  readonly exited: Promise<unknown>
}

const stopLimitMs = 2_500
/** A process that lived this long, in ms, is started again without back-off. */
const steadyAfterMs = 30_000
/**
 * Shortest time between the end of a process and its next start, in ms: longer than the gateway waits for a host whose stream broke,
 * so that contexts of the dead process are finished and not kept for a process that knows nothing of them.
 */
const shortestPauseMs = 3_000

/** The process that hosts the built-in functions: started when there is a gateway to offer them to, and again when it dies. */
export class FunctionHostProcess {
  readonly #options: FunctionHostOptions
  readonly #backoff: Backoff
  #offer: Offer | undefined
  #running: Running | undefined
  #startedAtMs = 0
  #cancelRestart: Cancel = () => undefined

  constructor(options: FunctionHostOptions) {
    this.#options = options
    this.#backoff = new Backoff({ random: options.random, maximumMs: 10_000 })
  }

  /** Offers the functions to a gateway, in place of an earlier one. */
  offer(offer: Offer): void {
    this.#offer = offer
    this.#running ??= this.#start()
    this.#running.child.post({ type: 'offer', ...offer })
  }

  /** Ends the process and waits for its exit; kills it after 2.5 s. */
  async stop(): Promise<void> {
    this.#cancelRestart()
    const running = this.#running
    this.#running = undefined
    this.#offer = undefined
    if (running) await endChild(running.child, running.exited, { type: 'close' }, stopLimitMs)
  }

  #start(): Running {
    const { spawn, file, environment, clock, logger } = this.#options
    this.#startedAtMs = clock.monotonicMs()
    const child = spawn({ file, args: [], environment, name: 'Diagnostic functions' })
    // An unread pipe would block the process when it is full.
    child.onStdoutLine(() => undefined)
    child.onStderrLine((line) => logger.warn('the function host reports', { reason: line }))
    const exited = new Promise<number | null>((resolve) => child.onExit(resolve))
    const running: Running = { child, exited }
    void exited.then((code) => this.#onExit(running, code))
    return running
  }

  #onExit(running: Running, code: number | null): void {
    if (this.#running !== running) return
    this.#running = undefined
    const { logger, clock } = this.#options
    logger.error('the function host ended by itself', { exitCode: code ?? -1 })
    if (clock.monotonicMs() - this.#startedAtMs >= steadyAfterMs) this.#backoff.reset()
    this.#cancelRestart = clock.after(shortestPauseMs + this.#backoff.next(), () => {
      if (this.#offer) this.offer(this.#offer)
    })
  }
}
