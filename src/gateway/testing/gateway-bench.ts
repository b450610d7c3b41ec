import { Client, credentials } from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import { type Bearer, EngineUnderTest, type OpenStream } from '../../engine/testing/engine-under-test.ts'
import { systemClock } from '../../openobd/clock.ts'
import { trustProfileEndpoint } from '../../openobd/grpc/endpoint.ts'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { createGateway, type GatewayOptions, type RunningGateway } from '../create-gateway.ts'

/** Credentials of the clients of the gateway in tests. */
export const nearCredentials = { clientId: 'near', clientSecret: 'near secret', clusterId: '001' }

/** A gateway in front of an engine, and a client of the gateway that hides nothing. */
export class GatewayBench {
  readonly engine: EngineUnderTest
  readonly running: RunningGateway
  readonly client: Client
  readonly #clients: Client[] = []

  readonly #ownsEngine: boolean

  private constructor(engine: EngineUnderTest, running: RunningGateway, ownsEngine: boolean) {
    this.engine = engine
    this.running = running
    this.#ownsEngine = ownsEngine
    this.client = this.connect()
  }

  /** A gateway in front of an engine of its own. */
  static async start(
    options: Partial<GatewayOptions> = {},
    engineSetup: Parameters<typeof EngineUnderTest.start>[0] = {},
  ): Promise<GatewayBench> {
    const engine = await EngineUnderTest.start(engineSetup)
    return new GatewayBench(engine, await gatewayFor(engine, options), true)
  }

  /** Another gateway in front of an engine that has one already. */
  static async inFrontOf(engine: EngineUnderTest, options: Partial<GatewayOptions> = {}): Promise<GatewayBench> {
    return new GatewayBench(engine, await gatewayFor(engine, options), false)
  }

  get gateway() {
    return this.running.gateway
  }

  /** A client of the gateway with a connection of its own. */
  connect(): Client {
    const client = new Client(`127.0.0.1:${this.running.port}`, credentials.createInsecure(), {
      'grpc.enable_http_proxy': 0,
      'grpc.use_local_subchannel_pool': 1,
    })
    this.#clients.push(client)
    return client
  }

  /** A unary call through the gateway; rejects with a CallStatus. */
  call<Request, Response, RequestOut, ResponseOut>(
    method: MethodDefinition<Request, Response, RequestOut, ResponseOut>,
    request: Request,
    token?: Bearer,
  ): Promise<ResponseOut> {
    return this.engine.call(method, request, token, this.client)
  }

  /** A stream through the gateway. */
  open<Request, Response, RequestOut, ResponseOut>(
    method: MethodDefinition<Request, Response, RequestOut, ResponseOut>,
    token?: Bearer,
    client = this.client,
  ): OpenStream<Request, ResponseOut> {
    return this.engine.open(method, token, client)
  }

  /** A controller token of the near side. */
  async controllerToken(): Promise<string> {
    return (await this.call(openObdV1.sessionController.service.getSessionControllerToken, wireCredentials)).value
  }

  /** A broker token of the near side. */
  async brokerToken(): Promise<string> {
    return (await this.call(openObdV1.functionBroker.service.getFunctionBrokerToken, wireCredentials)).value
  }

  /** A session that a client of the gateway started. */
  async started(ticket = '7848095') {
    const method = openObdV1.sessionController.service.startSessionOnTicket
    return this.call(method, { value: ticket }, await this.controllerToken())
  }

  /** A session that a client of the gateway started and claimed. */
  async claimed(ticket = '7848095'): Promise<{ readonly id: string; readonly token: string }> {
    const info = await this.started(ticket)
    const token = await this.call(openObdV1.session.service.authenticate, {}, info.authentication_token)
    return { id: info.id, token: token.value }
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close()
    await this.running.stop()
    if (this.#ownsEngine) await this.engine.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

async function gatewayFor(engine: EngineUnderTest, options: Partial<GatewayOptions>): Promise<RunningGateway> {
  const { host, port } = engine.engine.endpoint
  const endpoint = trustProfileEndpoint({ host, port })
  if (!endpoint.ok) throw new Error('The engine has no endpoint.')
  return createGateway(
    {
      upstream: { endpoint: endpoint.value, credentials: () => engine.engine.credentials, clock: systemClock },
      credentials: nearCredentials,
      logLevel: 'silent',
      ...options,
    },
    0,
  )
}

/** The near credentials as a request. */
export const wireCredentials = { client_id: 'near', client_secret: 'near secret', cluster_id: '001' }
