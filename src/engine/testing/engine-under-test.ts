import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  Client,
  type ClientDuplexStream,
  credentials,
  type ServiceError as GrpcError,
  Metadata,
  type StatusObject,
} from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { ManualClock } from '../../server/clock/manual-clock.ts'
import type { Partner } from '../../server/credentials.ts'
import { noBusLog } from '../car/bus-log.ts'
import { createEngine, type EngineSetup, type RunningEngine } from '../create-engine.ts'
import type { Engine } from '../engine.ts'
import { dataFolder } from '../files/data-folder.ts'

/** A status with which a call ended. */
export interface CallStatus {
  readonly code: number
  readonly details: string
}

/** A bearer token, complete metadata, or nothing. */
export type Bearer = string | Metadata | undefined

/** A streaming call with everything that came back. */
export interface OpenStream<Request, Response> {
  readonly messages: Response[]
  readonly status: Promise<CallStatus>
  readonly raw: ClientDuplexStream<Request, Response>
  send(message: Request): void
  /** Half-closes from this side. */
  halfClose(): void
  cancel(): void
}

/** An engine in this process, with manual clocks unless asked otherwise, and a client that hides nothing. */
export class EngineUnderTest {
  readonly client: Client
  readonly #running: RunningEngine
  readonly #clients: Client[] = []

  private constructor(running: RunningEngine) {
    this.#running = running
    this.client = this.connect()
  }

  static async start(setup: Partial<EngineSetup> = {}): Promise<EngineUnderTest> {
    const running = await createEngine(
      {
        workshopFile: join(dataFolder('workshops'), 'default.yaml'),
        isClockManual: true,
        hasLab: true,
        hasWorkbench: true,
        credentials: { clientId: 'test', clientSecret: 'secret of a test', clusterId: '001' },
        busLog: noBusLog,
        logLevel: 'silent',
        ...setup,
      },
      0,
    )
    return new EngineUnderTest(running)
  }

  get engine(): Engine {
    return this.#running.engine
  }

  /** A client with a connection of its own. */
  connect(options: object = {}, host = '127.0.0.1'): Client {
    const client = new Client(`${host}:${this.engine.endpoint.port}`, credentials.createInsecure(), {
      'grpc.enable_http_proxy': 0,
      'grpc.use_local_subchannel_pool': 1,
      ...options,
    })
    this.#clients.push(client)
    return client
  }

  /** The reply of a unary call; rejects with a CallStatus. */
  call<Request, Response, RequestOut, ResponseOut>(
    method: MethodDefinition<Request, Response, RequestOut, ResponseOut>,
    request: Request,
    token: Bearer = undefined,
    client: Client = this.client,
  ): Promise<ResponseOut> {
    return new Promise((resolve, reject) => {
      const done = (error: GrpcError | null, response?: ResponseOut) => {
        if (error !== null || response === undefined) reject(statusOf(error))
        else resolve(response)
      }
      const { path, requestSerialize, responseDeserialize } = method
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadataOf(token), done)
    })
  }

  /** Opens any streaming call; for a server stream send one message and half-close. */
  open<Request, Response, RequestOut, ResponseOut>(
    method: MethodDefinition<Request, Response, RequestOut, ResponseOut>,
    token: Bearer = undefined,
    client: Client = this.client,
  ): OpenStream<Request, ResponseOut> {
    const { path, requestSerialize, responseDeserialize } = method
    const raw = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadataOf(token))
    const messages: ResponseOut[] = []
    raw.on('data', (message: ResponseOut) => messages.push(message))
    raw.on('error', () => undefined)
    const status = new Promise<CallStatus>((resolve) => {
      raw.on('status', ({ code, details }: StatusObject) => resolve({ code, details }))
    })
    return {
      messages,
      status,
      raw,
      send: (message) => void raw.write(message),
      halfClose: () => void raw.end(),
      cancel: () => raw.cancel(),
    }
  }

  /** A session controller token of a partner (default: the first one), by the rpc. */
  async controllerToken({ clientId, clientSecret }: Partner = this.engine.credentials): Promise<string> {
    const { clusterId } = this.engine.credentials
    const request = { client_id: clientId, client_secret: clientSecret, cluster_id: clusterId }
    return (await this.call(openObdV1.sessionController.service.getSessionControllerToken, request)).value
  }

  /** A claimed session: its id and first session token. */
  async claimed(ticket: string): Promise<{ readonly id: string; readonly token: string }> {
    const info = await this.call(
      openObdV1.sessionController.service.startSessionOnTicket,
      { value: ticket },
      await this.controllerToken(),
    )
    const token = await this.call(openObdV1.session.service.authenticate, {}, info.authentication_token)
    return { id: info.id, token: token.value }
  }

  /** Moves the session clock. */
  async advance(seconds: number): Promise<void> {
    const clock = this.engine.clocks.session
    if (!(clock instanceof ManualClock)) throw new Error('This engine runs on the real clock.')
    await clock.advance(seconds * 1000)
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close()
    await this.#running.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** The status with which a call is refused; fails when it is not. */
export async function refusal(attempt: Promise<unknown>): Promise<CallStatus> {
  const outcome = await attempt.then(
    () => undefined,
    (error: CallStatus) => error,
  )
  if (outcome === undefined) throw new Error('The call was not refused.')
  return outcome
}

/** How long to wait for a state on a busy computer, in ms. */
const patienceMs = 20_000

/** Polls until `condition` holds. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}.`)
    await nextTurn()
  }
}

function metadataOf(token: Bearer): Metadata {
  if (token instanceof Metadata) return token
  const metadata = new Metadata()
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
  return metadata
}

function statusOf(error: GrpcError | null): CallStatus {
  return { code: error?.code ?? -1, details: error?.details ?? 'no reply' }
}
