import { Client, credentials, Metadata, type ServiceError, type StatusObject } from '@grpc/grpc-js'
import { pino } from 'pino'
import { systemClock } from '../../openobd/clock.ts'
import { trustProfileEndpoint } from '../../openobd/grpc/endpoint.ts'
import { RealClock } from '../../server/clock/real-clock.ts'
import { Gauges } from '../../server/gauges.ts'
import { bearerOf } from '../../server/rpc/bearer.ts'
import { type RawCall, RpcHandlers } from '../../server/rpc/rpc-handlers.ts'
import { RpcServer } from '../../server/rpc/rpc-server.ts'
import { createGateway, type GatewayOptions, type RunningGateway } from '../create-gateway.ts'

/** The account of the scripted server. */
export const farCredentials = { clientId: 'far', clientSecret: 'CANARY far secret', clusterId: '001' }
const nearCredentials = { clientId: 'near', clientSecret: 'near secret', clusterId: '001' }

/** What a unary call came to. */
export interface RawEnd {
  readonly code: number
  readonly details: string
  readonly metadata: Metadata
  readonly reply: Buffer | undefined
}

/** A server that answers each rpc as a test says, in bytes, with a gateway in front of it and a client of the gateway. */
export class ScriptedUpstream {
  /** How an rpc is answered, by its path; without an entry a call stays open. */
  readonly answers = new Map<string, (call: RawCall, request: Buffer) => void>()
  /** Paths of the calls that have arrived, with their bearers. */
  readonly arrived: { readonly path: string; readonly bearer: string | undefined; readonly call: RawCall }[] = []
  readonly gateway: RunningGateway
  readonly port: number
  readonly #server: RpcServer
  readonly #client: Client

  private constructor(gateway: RunningGateway, port: number, server: RpcServer) {
    this.gateway = gateway
    this.port = port
    this.#server = server
    this.#client = new Client(`127.0.0.1:${gateway.port}`, credentials.createInsecure(), {
      'grpc.enable_http_proxy': 0,
      'grpc.use_local_subchannel_pool': 1,
    })
  }

  static async start(options: Partial<GatewayOptions> = {}): Promise<ScriptedUpstream> {
    const log = pino({ level: 'silent' })
    const handlers = new RpcHandlers({ name: 'server', tokens: undefined, gauges: new Gauges(), log })
    let arrive: (call: RawCall) => void = () => undefined
    const server = new RpcServer({
      handlers,
      services: [],
      forward: (call) => arrive(call),
      networkClock: new RealClock(),
    })
    const port = await server.listen(0)
    const endpoint = trustProfileEndpoint({ host: '127.0.0.1', port })
    if (!endpoint.ok) throw new Error('The server has no endpoint.')
    const gateway = await createGateway(
      {
        upstream: { endpoint: endpoint.value, credentials: () => farCredentials, clock: options.clock ?? systemClock },
        credentials: nearCredentials,
        logLevel: 'silent',
        ...options,
      },
      0,
    )
    const upstream = new ScriptedUpstream(gateway, port, server)
    arrive = (call) => upstream.#arrive(call)
    return upstream
  }

  /** Makes an rpc answer with these bytes. */
  replies(path: string, reply: Buffer): void {
    this.answers.set(path, (call) => {
      call.write(reply)
      call.end()
    })
  }

  /** Makes an rpc end with a status. */
  refuses(path: string, code: number, details: string, metadata = new Metadata()): void {
    this.answers.set(path, (call) => void call.emit('error', { code, details, metadata }))
  }

  /** A unary call through the gateway. */
  call(path: string, request: Buffer, bearer?: string, deadlineMs = 20_000): Promise<RawEnd> & { cancel(): void } {
    const metadata = new Metadata()
    if (bearer !== undefined) metadata.set('authorization', `Bearer ${bearer}`)
    const { promise, resolve } = Promise.withResolvers<RawEnd>()
    let reply: Buffer | undefined
    const call = this.#client.makeUnaryRequest(
      path,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      request,
      metadata,
      { deadline: systemClock.wallMs() + deadlineMs },
      (_error: ServiceError | null, bytes?: Buffer) => {
        reply = bytes
      },
    )
    call.on('status', ({ code, details, metadata: trailers }: StatusObject) =>
      resolve({ code, details, metadata: trailers, reply }),
    )
    return Object.assign(promise, { cancel: () => call.cancel() })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close()
    await this.gateway.stop()
    await this.#server.close(0)
  }

  #arrive(call: RawCall): void {
    const path = call.getPath()
    this.arrived.push({ path, bearer: bearerOf(call.metadata), call })
    call.on('error', () => undefined)
    call.once('data', (request: Buffer) => this.answers.get(path)?.(call, request))
  }
}
