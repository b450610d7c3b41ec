import type {
  ClientDuplexStream,
  ClientReadableStream,
  ClientWritableStream,
  ServiceError,
  StatusObject,
} from '@grpc/grpc-js'
import { type CallFailure, callFailure } from '../failure.ts'
import type { AnyToken } from '../token.ts'
import { failureFromStatus, isGracefulEnd } from './grpc-status.ts'

/** How a stream ended: by this side, normally by the server, or by a failure. Never an exception. */
export type StreamEnd =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly failure: CallFailure }

/** Result of sending a message on a stream. `full`: the queue is full and the message was not sent. */
export type SendOutcome = 'sent' | 'queued' | 'full' | 'over'

/** A stream of grpc-js of any shape, as opened by the channel. */
export type RawStream<Request, Response> =
  | ClientReadableStream<Response>
  | ClientWritableStream<Request>
  | ClientDuplexStream<Request, Response>

/** Name and limits of one stream. */
export interface StreamOptions {
  readonly rpc: string
  readonly token?: AnyToken
  /** Most messages queued until the peer reads; beyond that `send` returns `full`. */
  readonly queueLimit?: number
}

const isReadable = <Q, S>(raw: RawStream<Q, S>): raw is ClientReadableStream<S> | ClientDuplexStream<Q, S> =>
  'read' in raw
const isWritable = <Q, S>(raw: RawStream<Q, S>): raw is ClientWritableStream<Q> | ClientDuplexStream<Q, S> =>
  'write' in raw

/**
 * The wrapper around all streams of grpc-js: it always has an error listener, ends with a value, half-closes
 * instead of cancelling, limits and counts what it queues, and stops reading while its consumer is busy. After `stop`
 * its consumer gets nothing more.
 */
export class GrpcStream<Request, Response> {
  /** Resolves once, when everything that arrived has been delivered or this side has stopped the stream. */
  readonly ended: Promise<StreamEnd>
  readonly #raw: RawStream<Request, Response>
  readonly #options: StreamOptions
  readonly #queue: Request[] = []
  #consume: ((message: Response) => void | Promise<void>) | undefined
  #resolveEnded: (end: StreamEnd) => void = () => undefined
  #writableWaiters: (() => void)[] = []
  #end: StreamEnd | undefined
  #status: StatusObject | undefined
  #stopping = false
  #halfClosed = false
  #blocked = false
  #drained = false
  #received = 0
  #refusedMessages = 0

  constructor(raw: RawStream<Request, Response>, options: StreamOptions) {
    this.#raw = raw
    this.#options = options
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
    raw.on('error', (error: ServiceError) => this.#onError(error))
    raw.on('status', (answer: StatusObject) => this.#onStatus(answer))
    if (isReadable(raw)) raw.on('end', () => this.#onDelivered())
    else this.#drained = true
    if (isWritable(raw)) raw.on('drain', () => this.#flush())
  }

  /** Messages received so far. */
  get received(): number {
    return this.#received
  }

  /** Messages that wait for the peer to read. */
  get queued(): number {
    return this.#queue.length
  }

  /** Messages that were not sent because the queue was full. */
  get refusedMessages(): number {
    return this.#refusedMessages
  }

  /** Whether the stream has ended, for any reason. */
  get isOver(): boolean {
    return this.#end !== undefined
  }

  /**
   * Starts reading. A stream has one consumer; while a promise that it returned is pending nothing more is read, so a slow
   * consumer slows the peer down.
   */
  onMessage(consume: (message: Response) => void | Promise<void>): void {
    if (this.#consume) throw new Error('A stream has one consumer.')
    this.#consume = consume
    const raw = this.#raw
    if (!isReadable(raw)) throw new Error('This stream only sends.')
    if (this.#end) return
    raw.on('data', (message: Response) => this.#deliver(raw, message))
  }

  /** The messages as an iteration that ends when the stream does; `ended` then says how. */
  async *messages(readAhead = 16): AsyncGenerator<Response, void, void> {
    const waiting: Response[] = []
    let wakeReader: () => void = () => undefined
    let wakeWriter: (() => void) | undefined
    let over = false
    this.onMessage((message) => {
      waiting.push(message)
      wakeReader()
      if (waiting.length < readAhead) return undefined
      return new Promise<void>((resolve) => {
        wakeWriter = resolve
      })
    })
    void this.ended.then(() => {
      over = true
      wakeReader()
    })
    try {
      for (;;) {
        const next = waiting.shift()
        if (next !== undefined) {
          wakeWriter?.()
          yield next
        } else if (over || this.#end) {
          return
        } else {
          await new Promise<void>((resolve) => {
            wakeReader = resolve
          })
        }
      }
    } finally {
      this.stop()
    }
  }

  /** Sends a message without blocking. When the queue is full the message is refused and counted. */
  send(message: Request): SendOutcome {
    const raw = this.#raw
    if (!isWritable(raw)) throw new Error('This stream only receives.')
    if (this.#end || this.#halfClosed || this.#status) return 'over'
    if (this.#blocked) {
      if (this.#queue.length >= (this.#options.queueLimit ?? 1_024)) {
        this.#refusedMessages += 1
        return 'full'
      }
      this.#queue.push(message)
      return 'queued'
    }
    this.#blocked = !raw.write(message)
    return 'sent'
  }

  /** Resolves when the queue is empty. */
  whenWritable(): Promise<void> {
    if (!this.#blocked || this.#end) return Promise.resolve()
    return new Promise((resolve) => {
      this.#writableWaiters.push(resolve)
    })
  }

  /** Sends a message as soon as the queue is empty. */
  async sendWhenWritable(message: Request): Promise<SendOutcome> {
    while (this.#blocked && !this.#end) await this.whenWritable()
    return this.send(message)
  }

  /** Half-closes the stream once the queue is empty; the server then ends the stream. */
  halfClose(): void {
    if (this.#halfClosed) return
    this.#halfClosed = true
    this.#stopping = true
    this.#endWhenEmpty()
  }

  /**
   * Ends the stream for its consumer at once. A stream that can half-close does so, and the server has `graceMs` to end it
   * before it is cancelled; many cancels in a short time would end the whole connection (quality.md A69).
   */
  stop(graceMs = 2_000): void {
    if (this.#end) return
    this.halfClose()
    this.#finish({ kind: 'stopped' })
    const raw = this.#raw
    if (isReadable(raw)) raw.resume()
    if (!isWritable(raw)) {
      // A cancel in the turn in which the stream was opened never reaches the server (measured with grpc-js 1.14.7).
      setImmediate(() => raw.cancel())
      return
    }
    const timer = setTimeout(() => raw.cancel(), graceMs)
    timer.unref()
    raw.once('status', () => clearTimeout(timer))
  }

  #deliver(raw: ClientReadableStream<Response> | ClientDuplexStream<Request, Response>, message: Response): void {
    if (this.#end) return
    this.#received += 1
    const busy = this.#consume?.(message)
    if (!busy) return
    raw.pause()
    void busy.then(
      () => raw.resume(),
      (error: unknown) => {
        raw.resume()
        throw error
      },
    )
  }

  #flush(): void {
    const raw = this.#raw
    if (!isWritable(raw)) return
    this.#blocked = false
    while (!this.#blocked) {
      const next = this.#queue.shift()
      if (next === undefined) break
      this.#blocked = !raw.write(next)
    }
    if (this.#blocked) return
    this.#endWhenEmpty()
    for (const wake of this.#writableWaiters.splice(0)) wake()
  }

  #endWhenEmpty(): void {
    if (isWritable(this.#raw) && this.#halfClosed && this.#queue.length === 0) this.#raw.end()
  }

  #onError(error: ServiceError): void {
    if (typeof error.code === 'number') return
    this.#finish({ kind: 'failed', failure: callFailure(this.#options.rpc, 'internal', { certainty: 'unclear' }) })
  }

  #onStatus(answer: StatusObject): void {
    this.#status = answer
    if (this.#consume === undefined && isReadable(this.#raw)) this.#raw.resume()
    this.#finishWhenDelivered()
  }

  #onDelivered(): void {
    this.#drained = true
    this.#finishWhenDelivered()
  }

  #finishWhenDelivered(): void {
    if (!this.#status || !this.#drained) return
    if (!isGracefulEnd(this.#status.code)) {
      const failure = failureFromStatus(this.#options.rpc, this.#status, this.#options.token)
      this.#finish({ kind: 'failed', failure })
    } else {
      this.#finish({ kind: this.#stopping ? 'stopped' : 'ended' })
    }
  }

  #finish(end: StreamEnd): void {
    if (this.#end) return
    this.#end = end
    this.#queue.length = 0
    for (const wake of this.#writableWaiters.splice(0)) wake()
    this.#resolveEnded(end)
  }
}
