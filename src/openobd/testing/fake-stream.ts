import { PassThrough } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ClientReadableStream, Metadata } from '@grpc/grpc-js'
import { GrpcStream } from '../grpc/grpc-stream.ts'

/** A server stream that a test writes to, behind the real wrapper. */
export class FakeServerStream<Response> {
  readonly stream: GrpcStream<never, Response>
  readonly #raw: PassThrough & { cancel?: () => void }
  #isOver = false
  /** Whether our side has stopped it. */
  isCancelled = false

  constructor(rpc = 'test/stream') {
    this.#raw = new PassThrough({ objectMode: true })
    this.#raw.cancel = () => {
      this.isCancelled = true
      this.end(1, 'Cancelled on client')
    }
    // A readable stream of grpc-js also has `cancel` and the events that `end` emits.
    const readable = new Proxy(this.#raw, {
      has: (target, key) => key !== 'write' && key in target,
      get(target, key) {
        const value: unknown = Reflect.get(target, key)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    this.stream = new GrpcStream(readable as unknown as ClientReadableStream<Response>, { rpc })
  }

  /** Delivers a message. */
  push(message: Response): void {
    if (!this.#isOver) this.#raw.push(message)
  }

  /** Ends the stream with a gRPC status, as server or connection do. */
  end(code = 0, details = ''): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#raw.push(null)
    if (code !== 0)
      this.#raw.emit('error', Object.assign(new Error(details), { code, details, metadata: new Metadata() }))
    this.#raw.emit('status', { code, details, metadata: new Metadata() })
  }
}

/** Runs pending stream events and promise callbacks. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await nextTurn()
}
