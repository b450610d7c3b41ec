import type { Cancel, Clock } from '../clock.ts'
import { Backoff } from './backoff.ts'
import type { GrpcStream, StreamEnd } from './grpc-stream.ts'

type MaybeStream<Response> = GrpcStream<never, Response> | undefined

/** Inputs of a stream that is kept open. */
export interface ReopeningStreamOptions<Response> {
  readonly clock: Clock
  readonly random: () => number
  /** Opens the next stream; undefined when none can be opened now (called again after the back-off). */
  readonly open: () => MaybeStream<Response> | Promise<MaybeStream<Response>>
  readonly onMessage: (message: Response) => void | Promise<void>
  /** Decides what happens after an end that this side did not ask for. */
  readonly onEnd: (end: StreamEnd) => 'reopen' | 'give-up'
  /** Longest time between two attempts, in ms. */
  readonly maximumDelayMs?: number
}

/** A stream that lasted this long in ms counts as healthy even without messages; it is reopened at once. */
const steadyAfterMs = 2_000

/**
 * Keeps one server stream open: reopens it at once when it breaks, then with back-off. Only the newest stream is read;
 * messages and ends of an older one are ignored.
 */
export class ReopeningStream<Response> {
  readonly #options: ReopeningStreamOptions<Response>
  readonly #backoff: Backoff
  readonly #restartBackoff: Backoff
  #current: GrpcStream<never, Response> | undefined
  #cancelRetry: Cancel | undefined
  #isRunning = false
  #openings = 0
  #generation = 0
  #openedAtMs = 0

  constructor(options: ReopeningStreamOptions<Response>) {
    this.#options = options
    this.#backoff = new Backoff({ random: options.random, maximumMs: options.maximumDelayMs })
    this.#restartBackoff = new Backoff({ random: options.random, maximumMs: options.maximumDelayMs })
  }

  /** Number of streams opened. */
  get openings(): number {
    return this.#openings
  }

  /** Whether a stream is open (it may still be connecting). */
  get isOpen(): boolean {
    return this.#current !== undefined
  }

  /** Opens the stream and keeps it open until `stop`. */
  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#backoff.reset()
    this.#backoff.next()
    this.#open()
  }

  /** Drops the present stream and opens a new one now, without back-off (e.g. after a sleep, or when the person asks for it). */
  reopenNow(): void {
    if (!this.#isRunning) return
    this.#cancelRetry?.()
    this.#dropCurrent()
    this.#backoff.reset()
    this.#backoff.next()
    this.#open()
  }

  /**
   * Drops the present stream, because its messages cannot be used, and opens a new one: at once, and with back-off when
   * those of the new one cannot be used either.
   */
  restart(): void {
    if (!this.#isRunning) return
    if (this.#isSteady()) this.#restartBackoff.reset()
    this.#dropCurrent()
    this.#openAfter(this.#restartBackoff.next())
  }

  /** Ends the stream for good. */
  stop(): void {
    this.#isRunning = false
    this.#cancelRetry?.()
    this.#dropCurrent()
  }

  #dropCurrent(): void {
    this.#generation += 1
    const stream = this.#current
    this.#current = undefined
    stream?.stop()
  }

  #open(): void {
    if (!this.#isRunning) return
    const opening = this.#options.open()
    if (!(opening instanceof Promise)) {
      this.#adopt(opening)
      return
    }
    const generation = this.#generation
    void opening.then((stream) => {
      if (this.#isRunning && generation === this.#generation) this.#adopt(stream)
      else stream?.stop()
    })
  }

  #adopt(stream: MaybeStream<Response>): void {
    if (!stream) {
      this.#retryLater()
      return
    }
    this.#openedAtMs = this.#options.clock.monotonicMs()
    this.#openings += 1
    this.#current = stream
    stream.onMessage((message) => {
      if (this.#current !== stream) return undefined
      this.#backoff.reset()
      return this.#options.onMessage(message)
    })
    void stream.ended.then((end) => {
      if (this.#current !== stream) return
      this.#current = undefined
      if (this.#isSteady()) this.#backoff.reset()
      this.#onEnd(end)
    })
  }

  #onEnd(end: StreamEnd): void {
    if (!this.#isRunning) return
    if (this.#options.onEnd(end) === 'give-up') this.#isRunning = false
    else this.#retryLater()
  }

  #isSteady(): boolean {
    return this.#options.clock.monotonicMs() - this.#openedAtMs >= steadyAfterMs
  }

  #retryLater(): void {
    if (this.#isRunning) this.#openAfter(this.#backoff.next())
  }

  #openAfter(delayMs: number): void {
    this.#cancelRetry?.()
    this.#cancelRetry = this.#options.clock.after(delayMs, () => this.#open())
  }
}
