import { type ConnectionInjector, Server, ServerCredentials } from '@grpc/grpc-js'
import type { Clock } from '../clock/clock.ts'
import { serverChoices } from '../protocol-choices.ts'
import { ConnectionGate } from './connection-gate.ts'
import type { RpcService } from './rpc.ts'
import type { RawCall, RpcHandlers } from './rpc-handlers.ts'

/** Dependencies of the server. */
export interface RpcServerSetup {
  readonly handlers: Pick<RpcHandlers<unknown>, 'of' | 'raw' | 'endStreams'>
  readonly services: readonly RpcService[]
  /** Gets every call of an rpc that no service has, as bytes. Without it such calls answer UNIMPLEMENTED. */
  readonly forward?: (call: RawCall) => void
  /** Clock for connections that are being opened; real time outside of tests. */
  readonly networkClock: Clock
}

/** The gRPC server: listens on loopback and passes every call to the handlers of its rpc. */
export class RpcServer {
  readonly #server: Server
  readonly #handlers: RpcServerSetup['handlers']
  readonly #gate: ConnectionGate
  /** Passes connections to grpc-js and tracks their HTTP/2 sessions. */
  #injector: ConnectionInjector

  constructor(setup: RpcServerSetup) {
    this.#handlers = setup.handlers
    this.#server = new Server({
      'grpc.max_receive_message_length': serverChoices.maxMessageBytes,
      'grpc.max_send_message_length': serverChoices.maxMessageBytes,
      'grpc.keepalive_time_ms': 60_000,
      'grpc.keepalive_timeout_ms': 20_000,
      'grpc.enable_channelz': 0,
    })
    allowStreamResets(this.#server)
    for (const service of setup.services) this.#server.addService(service.definition, this.#handlers.of(service))
    if (setup.forward !== undefined) handleUnknownRpcs(this.#server, this.#handlers.raw(setup.forward))
    this.#injector = this.#server.createConnectionInjector(ServerCredentials.createInsecure())
    this.#gate = new ConnectionGate({
      clock: setup.networkClock,
      limits: serverChoices.connections,
      admit: (socket) => this.#injector.injectConnection(socket),
    })
  }

  /** Listens on loopback and resolves with the port; rejects when the port is taken. */
  listen(port: number): Promise<number> {
    return this.#gate.listen(port)
  }

  /** Ends every stream with `failure` and closes every connection, as a restart would; keeps listening. */
  breakOff(failure: Error): void {
    this.#handlers.endStreams(failure)
    const { drain, destroy } = this.#injector
    // A drain also closes new connections, so clients that reconnect are passed to another injector.
    this.#injector = this.#server.createConnectionInjector(ServerCredentials.createInsecure())
    drain(partingMs)
    destroy()
  }

  /**
   * Ends every stream with OK, completes running calls and closes; remaining connections are closed after `graceMs`. Forwarded
   * calls are left to their forwarder until then.
   */
  async close(graceMs: number): Promise<void> {
    this.#handlers.endStreams()
    this.#injector.drain(graceMs)
    await this.#gate.close(graceMs)
    this.#server.forceShutdown()
  }
}

/** Time for the last frames on a connection that is closed. */
const partingMs = 250

/**
 * Node closes a connection after about a thousand resets. Clients that cancel a lot need more.
 * grpc-js has no option for these limits, so they are set in its http2 options.
 */
function allowStreamResets(server: Server): void {
  const { burst, perSecond } = serverChoices.streamResets
  const options: unknown = Reflect.get(server, 'commonServerOptions')
  if (typeof options !== 'object' || options === null)
    throw new Error('This version of grpc-js keeps its http2 options elsewhere.')
  Object.assign(options, { streamResetBurst: burst, streamResetRate: perSecond })
}

/** grpc-js has no public handler for rpcs that nobody has declared; this guarded hook is where it looks a handler up. */
function handleUnknownRpcs(server: Server, handle: ReturnType<RpcServerSetup['handlers']['raw']>): void {
  const find: unknown = Reflect.get(server, '_retrieveHandler')
  if (typeof find !== 'function') throw new Error('This version of grpc-js looks handlers up elsewhere.')
  const asTheyAre = (bytes: Buffer) => bytes
  Reflect.set(
    server,
    '_retrieveHandler',
    (path: string): unknown =>
      find.call(server, path) ?? { type: 'bidi', path, serialize: asTheyAre, deserialize: asTheyAre, func: handle },
  )
}
