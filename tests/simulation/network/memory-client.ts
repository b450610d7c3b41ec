import { type CallOptions, connectivityState, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import type { GrpcClient } from '../../../src/openobd/grpc/grpc-channel.ts'
import type { SimProcess, Waiting } from '../time/scheduler.ts'
import {
  ClientCall,
  type ClientCallSetup,
  DuplexClientCall,
  ReadableClientCall,
  WritableClientCall,
} from './client-call.ts'
import { Connection } from './connection.ts'
import type { MemoryNetwork } from './memory-network.ts'

type State = 'idle' | 'connecting' | 'ready' | 'failing' | 'shutdown'
type Serialize = (value: unknown) => Buffer
type Deserialize = (bytes: Buffer) => unknown
type Reply = (error: ServiceError | null, value?: unknown) => void

const states: Record<State, connectivityState> = {
  idle: connectivityState.IDLE,
  connecting: connectivityState.CONNECTING,
  ready: connectivityState.READY,
  failing: connectivityState.TRANSIENT_FAILURE,
  shutdown: connectivityState.SHUTDOWN,
}
const connectTimeoutMs = 20_000
const firstBackoffMs = 100
const longestBackoffMs = 1_000

/**
 * The client of grpc-js over a network in memory: connects with the first call, fails calls at once while the server refuses
 * connections, lets patient calls wait, and connects again with back-off.
 */
export class MemoryClient {
  readonly #network: MemoryNetwork
  readonly #port: number
  readonly #owner: SimProcess
  readonly #waiting = new Set<ClientCall>()
  readonly #watchers: { readonly done: (isReady: boolean) => void }[] = []
  #state: State = 'idle'
  #connection: Connection | undefined
  #attempt: Waiting | undefined
  #backoffMs = firstBackoffMs

  constructor(network: MemoryNetwork, port: number, owner: SimProcess) {
    this.#network = network
    this.#port = port
    this.#owner = owner
  }

  /** As grpc-js's client; the methods below have its overloads in one signature each. */
  get asGrpcClient(): GrpcClient {
    return this as unknown as GrpcClient
  }

  makeUnaryRequest(
    path: string,
    requestSerialize: Serialize,
    responseDeserialize: Deserialize,
    request: unknown,
    metadata: Metadata,
    options: CallOptions,
    reply: Reply,
  ): ClientCall {
    if (options.deadline === undefined) this.#network.witness.withoutDeadline(path)
    const method = { path, requestSerialize, responseDeserialize }
    const bytes = requestSerialize(request)
    return this.#begin(new ClientCall(this.#setup(method, metadata, options, bytes, reply)))
  }

  makeServerStreamRequest(
    path: string,
    requestSerialize: Serialize,
    responseDeserialize: Deserialize,
    request: unknown,
    metadata: Metadata,
    options: CallOptions,
  ): ClientCall {
    const method = { path, requestSerialize, responseDeserialize }
    return this.#begin(new ReadableClientCall(this.#setup(method, metadata, options, requestSerialize(request))))
  }

  makeBidiStreamRequest(
    path: string,
    requestSerialize: Serialize,
    responseDeserialize: Deserialize,
    metadata: Metadata,
    options: CallOptions,
  ): ClientCall {
    const method = { path, requestSerialize, responseDeserialize }
    return this.#begin(new DuplexClientCall(this.#setup(method, metadata, options, undefined)))
  }

  makeClientStreamRequest(
    path: string,
    requestSerialize: Serialize,
    responseDeserialize: Deserialize,
    metadata: Metadata,
    options: CallOptions,
    reply: Reply,
  ): ClientCall {
    const method = { path, requestSerialize, responseDeserialize }
    return this.#begin(new WritableClientCall(this.#setup(method, metadata, options, undefined, reply)))
  }

  waitForReady(deadline: number, done: (error?: Error) => void): void {
    if (this.#state === 'ready') done()
    else {
      const watcher = { done: (isReady: boolean) => done(isReady ? undefined : new Error('Not ready in time.')) }
      this.#watchers.push(watcher)
      this.#network.scheduler.timer(deadline - Date.now(), () => this.#tell(watcher, false), this.#owner)
      this.#connect()
    }
  }

  getChannel(): { getConnectivityState(): connectivityState } {
    return { getConnectivityState: () => states[this.#state] }
  }

  /** Calls on the connection may end; calls that wait for it fail. */
  close(): void {
    this.#state = 'shutdown'
    this.#attempt?.cancel()
    for (const call of [...this.#waiting])
      call.settle({ code: status.UNAVAILABLE, details: 'Channel closed before call started' })
    this.#closeWhenIdle()
  }

  #setup(
    method: ClientCallSetup['method'],
    metadata: Metadata,
    options: CallOptions,
    request: Buffer | undefined,
    reply?: Reply,
  ): ClientCallSetup {
    const { deadline } = options
    const { witness } = this.#network
    const setup: ClientCallSetup = {
      scheduler: this.#network.scheduler,
      method,
      metadata: metadata instanceof Metadata ? metadata : new Metadata(),
      request,
      deadlineMs: typeof deadline === 'number' ? Math.max(0, deadline - Date.now()) : undefined,
      isPatient: metadata.getOptions().waitForReady === true,
      ...(reply ? { reply } : {}),
      over: (call) => {
        this.#waiting.delete(call)
        if (this.#state === 'shutdown') this.#closeWhenIdle()
      },
      sent: () => witness.sent?.(this.#owner, setup, this.#port),
    }
    return setup
  }

  #begin<Call extends ClientCall>(call: Call): Call {
    this.#network.witness.called(this.#owner, call.setup, this.#port)
    // grpc-js starts calls after the caller had time to listen.
    this.#network.scheduler.timer(0, () => this.#route(call), this.#owner)
    return call
  }

  #route(call: ClientCall): void {
    if (call.isOver) return
    if (this.#state === 'shutdown') call.settle({ code: status.UNAVAILABLE, details: 'Channel closed' })
    else if (this.#state === 'ready' && this.#connection) call.start(this.#connection)
    else if (this.#state === 'failing' && !call.setup.isPatient) call.settle(this.#refusal())
    else {
      this.#waiting.add(call)
      this.#connect()
    }
  }

  #refusal() {
    const details = `No connection established. Last error: connect ECONNREFUSED 127.0.0.1:${this.#port}`
    return { code: status.UNAVAILABLE, details }
  }

  #connect(): void {
    if (this.#state !== 'idle') return
    this.#state = 'connecting'
    this.#tryOnce()
  }

  #tryOnce(): void {
    const { scheduler } = this.#network
    const link = this.#network.linkTo(this.#port)
    if (link.isBlackHole) {
      this.#attempt = scheduler.timer(connectTimeoutMs, () => this.#failed(), this.#owner)
      void link.healed.then(() => {
        this.#attempt?.cancel()
        if (this.#isTrying) this.#attempt = scheduler.deliver(link.nextLatencyMs(), this.#owner, () => this.#tryOnce())
      })
      return
    }
    this.#attempt = scheduler.deliver(3 * link.nextLatencyMs(), this.#owner, () => {
      const server = this.#network.serverAt(this.#port)
      if (link.isBlackHole) this.#tryOnce()
      else if (!server || link.isRefusing) this.#failed()
      else this.#established(new Connection(this.#network.ends(this.#owner, server, link), () => this.#lost()))
    })
  }

  get #isTrying(): boolean {
    return this.#state === 'connecting' || this.#state === 'failing'
  }

  #established(connection: Connection): void {
    if (!this.#isTrying) {
      connection.reset()
      return
    }
    this.#connection = connection
    this.#state = 'ready'
    this.#backoffMs = firstBackoffMs
    for (const watcher of [...this.#watchers]) this.#tell(watcher, true)
    const calls = [...this.#waiting]
    this.#waiting.clear()
    for (const call of calls) call.start(connection)
  }

  #failed(): void {
    if (!this.#isTrying) return
    this.#state = 'failing'
    for (const call of [...this.#waiting]) if (!call.setup.isPatient) call.settle(this.#refusal())
    const jitter = this.#network.random.between(0.8, 1.2)
    this.#attempt = this.#network.scheduler.timer(this.#backoffMs * jitter, () => this.#tryOnce(), this.#owner)
    this.#backoffMs = Math.min(longestBackoffMs, this.#backoffMs * 1.6)
  }

  #lost(): void {
    this.#connection = undefined
    if (this.#state === 'ready') this.#state = 'idle'
    if (this.#waiting.size > 0) this.#connect()
  }

  #closeWhenIdle(): void {
    const connection = this.#connection
    if (!connection?.isIdle) return
    this.#connection = undefined
    connection.send('server', () => connection.dropServer())
  }

  #tell(watcher: { readonly done: (isReady: boolean) => void }, isReady: boolean): void {
    const index = this.#watchers.indexOf(watcher)
    if (index < 0) return
    this.#watchers.splice(index, 1)
    watcher.done(isReady)
  }
}
