import { EventEmitter } from 'node:events'
import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import type { Method } from '../../../src/openobd/grpc/grpc-channel.ts'
import type { Scheduler, Waiting } from '../time/scheduler.ts'
import type { Connection } from './connection.ts'
import { IncomingFlow, OutgoingFlow } from './flow.ts'
import type { CallStatus } from './server-call.ts'

/** A call before it has a connection. */
export interface ClientCallSetup {
  readonly scheduler: Scheduler
  readonly method: Method<unknown, unknown>
  readonly metadata: Metadata
  readonly request: Buffer | undefined
  /** Milliseconds until the call fails; undefined for none. */
  readonly deadlineMs: number | undefined
  readonly isPatient: boolean
  /** Called with the single reply, or with the error, where the rpc has one reply. */
  readonly reply?: (error: ServiceError | null, value?: unknown) => void
  readonly over: (call: ClientCall) => void
  /** Called when a message of the stream leaves. */
  readonly sent?: () => void
}

/** The client's half of a call, as grpc-js returns it. */
export class ClientCall extends EventEmitter {
  readonly setup: ClientCallSetup
  readonly incoming: IncomingFlow
  readonly outgoing: OutgoingFlow
  #connection: Connection | undefined
  #id = 0
  #early: Buffer[] = []
  #isHalfClosed = false
  #single: unknown
  #status: CallStatus | undefined
  #deadline: Waiting | undefined

  constructor(setup: ClientCallSetup) {
    super()
    this.setup = setup
    this.incoming = new IncomingFlow(
      (bytes) => this.#take(bytes),
      () => this.#delivered(),
      (count) => this.#connection?.toServerCall(this.#id, (call) => call.outgoing.credit(count)),
    )
    this.outgoing = new OutgoingFlow(
      (bytes) => this.#transmit(bytes),
      () => this.emit('drain'),
    )
    if (setup.reply) this.incoming.resume()
    const { deadlineMs } = setup
    if (deadlineMs !== undefined)
      this.#deadline = setup.scheduler.timer(deadlineMs, () => this.#expire(deadlineMs), setup.scheduler.current)
  }

  get isOver(): boolean {
    return this.#status !== undefined
  }

  /** The call goes out on a connection. */
  start(connection: Connection): void {
    if (this.isOver) return
    this.#connection = connection
    const { method, metadata, request } = this.setup
    this.#id = connection.begin(this, method.path, metadata, request)
    for (const bytes of this.#early.splice(0)) this.#transmit(bytes)
    if (this.#isHalfClosed) this.#sendHalfClose()
  }

  pause(): this {
    this.incoming.pause()
    return this
  }

  resume(): this {
    this.incoming.resume()
    return this
  }

  cancel(): void {
    if (this.isOver) return
    this.#connection?.toServerCall(this.#id, (call) => call.cancelled())
    this.settle({ code: status.CANCELLED, details: 'Cancelled on client' })
  }

  override on(event: string, listener: Parameters<EventEmitter['on']>[1]): this {
    super.on(event, listener)
    if (event === 'data') this.resume()
    return this
  }

  /** Sends a message; false asks the caller to wait for `drain`. */
  transmit(message: unknown): boolean {
    return this.isOver || this.outgoing.write(this.setup.method.requestSerialize(message))
  }

  halfClose(): void {
    if (this.#isHalfClosed) return
    this.#isHalfClosed = true
    if (this.#connection) this.#sendHalfClose()
  }

  receive(bytes: Buffer): void {
    this.incoming.receive(bytes)
  }

  /** The status arrived or was found here. Messages that arrived before are still delivered. */
  settle(answer: CallStatus): void {
    if (this.isOver) return
    this.#status = answer
    this.#deadline?.cancel()
    this.#connection?.clientDone(this.#id)
    this.setup.over(this)
    if (answer.code !== status.OK) this.#tellStatus(answer)
    this.incoming.close()
  }

  #delivered(): void {
    this.emit('end')
    const answer = this.#status
    if (answer?.code === status.OK) this.#tellStatus(answer)
  }

  #tellStatus({ code, details }: CallStatus): void {
    const { reply } = this.setup
    const metadata = new Metadata()
    if (code === status.OK) reply?.(null, this.#single)
    else {
      const error = Object.assign(new Error(details), { code, details, metadata })
      if (reply) reply(error)
      else this.emit('error', error)
    }
    this.emit('status', { code, details, metadata })
  }

  #take(bytes: Buffer): void {
    const message = this.setup.method.responseDeserialize(bytes)
    if (this.setup.reply) this.#single = message
    else this.emit('data', message)
  }

  #transmit(bytes: Buffer): void {
    const connection = this.#connection
    if (!connection) {
      this.#early.push(bytes)
      return
    }
    this.setup.sent?.()
    connection.toServerCall(this.#id, (call) => call.incoming.receive(bytes))
  }

  #sendHalfClose(): void {
    this.outgoing.afterAll(() => this.#connection?.toServerCall(this.#id, (call) => call.incoming.close()))
  }

  #expire(deadlineMs: number): void {
    this.#connection?.toServerCall(this.#id, (call) => call.cancelled())
    this.settle({ code: status.DEADLINE_EXCEEDED, details: `Deadline exceeded after ${deadlineMs / 1_000}s` })
  }
}

/** A stream of messages from the server. */
export class ReadableClientCall extends ClientCall {
  read(): never {
    throw new Error('Messages arrive as events here.')
  }
}

/** A stream of messages to the server. */
export class WritableClientCall extends ClientCall {
  write(message: unknown): boolean {
    return this.transmit(message)
  }

  end(): void {
    this.halfClose()
  }
}

/** Messages both ways. */
export class DuplexClientCall extends WritableClientCall {
  read(): never {
    throw new Error('Messages arrive as events here.')
  }
}
