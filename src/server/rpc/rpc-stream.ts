import type { ServerDuplexStream, ServerReadableStream, ServerWritableStream } from '@grpc/grpc-js'

type ReadingCall<Request> = ServerReadableStream<Request, unknown> | ServerDuplexStream<Request, unknown>
type WritingCall<Response> = ServerWritableStream<unknown, Response> | ServerDuplexStream<unknown, Response>
/** A streaming call as grpc-js hands it over. */
export type RawStream<Request, Response> =
  | ServerReadableStream<Request, Response>
  | ServerWritableStream<Request, Response>
  | ServerDuplexStream<Request, Response>

/**
 * One streaming call, seen from the engine. It stops reading while its writes are blocked (quality.md C.4.7), ignores what is
 * sent after the end, and ends at the first of: half-close, cancel, {@link RpcStream.end}.
 */
export class RpcStream<Request, Response> {
  readonly #reading: ReadingCall<Request> | undefined
  readonly #writing: WritingCall<Response> | undefined
  /** Full name of the rpc. */
  readonly path: string
  readonly #over = new AbortController()
  #isCongested = false
  #isTaking = false
  #failure: Error | undefined

  constructor(call: RawStream<Request, Response>, path = '') {
    this.path = path
    this.#reading = 'read' in call ? call : undefined
    this.#writing = 'write' in call ? call : undefined
    const end = () => this.end()
    call.once('cancelled', end)
    call.once('close', end)
    call.on('error', end)
    this.#writing?.on('drain', () => {
      this.#isCongested = false
      this.#readOn()
    })
  }

  /** Aborted as soon as the stream has ended, whichever side ended it. */
  get over(): AbortSignal {
    return this.#over.signal
  }

  /** True while sent messages wait for the peer to read. */
  get isCongested(): boolean {
    return this.#isCongested
  }

  /** Sends a message; without effect when the stream is over. */
  send(message: Response): void {
    if (this.#over.signal.aborted || this.#writing === undefined) return
    if (!this.#writing.write(message)) {
      this.#isCongested = true
      this.#reading?.pause()
    }
  }

  /** Ends the stream from this side; the wrapper of the rpc then sends OK, or the status of `failure`. */
  end(failure?: Error): void {
    if (this.#over.signal.aborted) return
    this.#failure = failure
    this.#over.abort()
  }

  /** The error with which the stream was ended from this side; undefined for OK. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Resolves once all sent messages are read by the peer, or the stream has ended. */
  whenDrained(): Promise<void> {
    const writing = this.#writing
    if (!this.#isCongested || writing === undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        writing.off('drain', done)
        this.over.removeEventListener('abort', done)
        resolve()
      }
      writing.once('drain', done)
      this.over.addEventListener('abort', done, { once: true })
    })
  }

  /** Resolves when the stream is over. */
  whenOver(): Promise<void> {
    if (this.over.aborted) return Promise.resolve()
    return new Promise((resolve) => this.over.addEventListener('abort', () => resolve(), { once: true }))
  }

  /** Calls `take` for each message, one after the other; resolves at half-close or at the end of the stream, rejects with what `take` throws. */
  receive(take: (message: Request) => void | Promise<void>): Promise<void> {
    const reading = this.#reading
    if (reading === undefined || this.over.aborted) return this.whenOver()
    return new Promise((resolve, reject) => {
      let pending = Promise.resolve()
      const settle = (finish: () => void) => {
        reading.off('data', next)
        this.over.removeEventListener('abort', finished)
        finish()
      }
      const finished = () => void pending.then(() => settle(resolve), reject)
      const failed = (error: unknown) => settle(() => reject(error))
      const next = (message: Request) => {
        if (this.over.aborted) return
        try {
          const taken = take(message)
          if (taken === undefined) return
          this.#isTaking = true
          reading.pause()
          pending = taken.then(() => {
            this.#isTaking = false
            this.#readOn()
          })
          pending.catch(failed)
        } catch (error) {
          failed(error)
        }
      }
      reading.on('data', next)
      reading.once('end', finished)
      this.over.addEventListener('abort', finished, { once: true })
    })
  }

  #readOn(): void {
    if (!this.#isCongested && !this.#isTaking && !this.over.aborted) this.#reading?.resume()
  }
}
