import { EventEmitter } from 'node:events'
import { type Metadata, status } from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Connection } from './connection.ts'
import { IncomingFlow, OutgoingFlow } from './flow.ts'

export type AnyMethod = MethodDefinition<object, object, object, object>
/** Status of a call. */
export interface CallStatus {
  readonly code: status
  readonly details: string
}

/** Everything that the server's half of a call needs. */
export interface ServerCallSetup {
  readonly connection: Connection
  readonly id: number
  readonly method: AnyMethod
  readonly metadata: Metadata
  readonly host: string
  readonly settled: (answer: CallStatus) => void
}

/** The server's half of a call, as grpc-js hands it to a handler. */
export class ServerCall extends EventEmitter {
  readonly metadata: Metadata
  request: unknown
  destroyed = false
  readonly setup: ServerCallSetup
  readonly incoming: IncomingFlow
  readonly outgoing: OutgoingFlow
  #isSettled = false

  constructor(setup: ServerCallSetup) {
    super()
    this.setup = setup
    this.metadata = setup.metadata
    const { connection, id, method } = setup
    // Calls of grpc-js have a listener of their own.
    this.on('error', () => undefined)
    this.incoming = new IncomingFlow(
      (bytes) => super.emit('data', method.requestDeserialize(bytes)),
      () => super.emit('end'),
      (count) => connection.toClientCall(id, (call) => call.outgoing.credit(count)),
    )
    this.outgoing = new OutgoingFlow(
      (bytes) => connection.toClientCall(id, (call) => call.receive(bytes)),
      () => super.emit('drain'),
    )
  }

  getPath(): string {
    return this.setup.method.path
  }

  getDeadline(): number {
    return Number.POSITIVE_INFINITY
  }

  /** Headers are not carried here. */
  sendMetadata(): void {}

  getHost(): string {
    return this.setup.host
  }

  pause(): void {
    this.incoming.pause()
  }

  resume(): void {
    this.incoming.resume()
  }

  override on(event: string, listener: Parameters<EventEmitter['on']>[1]): this {
    super.on(event, listener)
    if (event === 'data') this.resume()
    return this
  }

  /** An error that a handler emits is the status of the call. */
  override emit(event: string, ...args: unknown[]): boolean {
    if (event !== 'error') return super.emit(event, ...args)
    const [error] = args as [{ code?: status; details?: string }]
    this.settle({ code: error.code ?? status.UNKNOWN, details: error.details ?? '' })
    return super.emit('error', error)
  }

  /** Sends the status. */
  settle(answer: CallStatus): void {
    if (this.#isSettled) return
    this.#isSettled = true
    const { connection, id, settled } = this.setup
    settled(answer)
    this.outgoing.afterAll(() => connection.toClientCall(id, (call) => call.settle(answer)))
    this.#close()
  }

  end(): void {
    this.settle({ code: status.OK, details: '' })
  }

  /** The client or its connection is gone. */
  cancelled(): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.setup.settled({ code: status.CANCELLED, details: 'cancelled by the client' })
    super.emit('cancelled')
    this.#close()
  }

  #close(): void {
    this.setup.connection.serverDone(this.setup.id)
    this.destroyed = true
    super.emit('close')
  }
}

/** Sends many messages. */
export class WritableServerCall extends ServerCall {
  write(message: object): boolean {
    if (this.destroyed) return true
    return this.outgoing.write(this.setup.method.responseSerialize(message))
  }
}

/** Receives many messages. */
export class ReadableServerCall extends ServerCall {
  read(): never {
    throw new Error('Messages arrive as events here.')
  }
}

/** Sends and receives many messages. */
export class DuplexServerCall extends WritableServerCall {
  read(): never {
    throw new Error('Messages arrive as events here.')
  }
}
