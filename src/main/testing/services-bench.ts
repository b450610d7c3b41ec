import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type CallOutcome, rpcName } from '../../openobd/failure.ts'
import type { WorkshopEvent } from '../../openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import type { TrustedEndpoint } from '../../openobd/grpc/endpoint.ts'
import type { CallSettings, Channel, Method } from '../../openobd/grpc/grpc-channel.ts'
import type { Network } from '../../openobd/grpc/network.ts'
import { workbenchV1 } from '../../openobd/grpc/protos.ts'
import { ManualClock } from '../../openobd/manual-clock.ts'
import { FakeServerStream, settle } from '../../openobd/testing/fake-stream.ts'
import type { FunctionInfo, LogLine, ProfileInput } from '../../shared/app-state.ts'
import { succeeded } from '../../shared/outcome.ts'
import { initialState } from '../initial-state.ts'
import { Journal } from '../jobs/journal/journal.ts'
import { journalHere } from '../jobs/journal/journal-thread.ts'
import { FakeFunctionGateway } from '../jobs/testing/fake-functions.ts'
import { createLogger } from '../logging.ts'
import { SecretRegistry } from '../services/secret-registry.ts'
import type { ServerGateway, ServerGatewayOptions } from '../services/server-gateway.ts'
import { Services } from '../services/services.ts'
import { StatePublisher } from '../services/state-publisher.ts'
import type { Encryption } from '../storage/encryption.ts'
import { openStorage } from '../storage/storage.ts'

/** A server that a test plays: it answers calls, and its streams are in the hands of the test. */
export class PlayedServer {
  readonly endpoint: TrustedEndpoint
  /** Names of the calls, in order. */
  readonly asked: string[] = []
  readonly requests: [string, unknown][] = []
  /** Answers instead of the usual ones, by the name of the rpc. */
  readonly answers = new Map<string, CallOutcome<unknown>>()
  readonly streams: { readonly name: string; readonly stream: FakeServerStream<object> }[] = []
  isClosed = false
  #sessions = 0
  #sequence = 0

  constructor(endpoint: TrustedEndpoint) {
    this.endpoint = endpoint
  }

  /** The newest open stream of an rpc. */
  stream(name: string): FakeServerStream<object> {
    const found = this.streams.findLast((one) => one.name === name)
    if (!found) throw new Error(`no stream ${name}`)
    return found.stream
  }

  /** Sends an event to the viewer; the first one after each opening must be a snapshot. */
  async show(event: WorkshopEvent): Promise<void> {
    if (event.snapshot) this.#sequence = 0
    const { WorkshopEvent: type } = workbenchV1
    const wire = type.deserialize(type.serialize({ ...event, sequence: this.#sequence }))
    this.#sequence += 1
    this.stream('viewer/watchWorkshop').push(wire)
    await settle()
  }

  get channel(): Channel {
    const channel: Partial<Channel> = {
      endpoint: this.endpoint,
      state: 'ready',
      unary: <Q, S>(method: Method<Q, S>, request: Q, _settings?: CallSettings) =>
        Promise.resolve(this.#answer(rpcName(method), request) as CallOutcome<S>),
      serverStream: (<Q, S>(method: Method<Q, S>) => {
        const name = rpcName(method)
        const stream = new FakeServerStream<object>(name)
        this.streams.push({ name, stream })
        return stream.stream
      }) as unknown as Channel['serverStream'],
      rest: () => undefined,
      close: () => {
        this.isClosed = true
      },
    }
    return channel as Channel
  }

  #answer(name: string, request: unknown): CallOutcome<unknown> {
    this.asked.push(name)
    this.requests.push([name, request])
    const own = this.answers.get(name)
    if (own) return own
    switch (name) {
      case 'sessionController/getSessionControllerToken':
        return succeeded({ value: 'CANARY-controller' })
      case 'sessionController/startSessionOnTicket':
      case 'sessionController/startSessionOnConnector':
        this.#sessions += 1
        return succeeded(this.#info(`s${this.#sessions}`, 'available'))
      case 'sessionController/getSession':
      case 'sessionController/interruptSession':
        return succeeded(this.#info((request as { value: string }).value, 'active'))
      case 'session/authenticate':
        return succeeded({ value: `CANARY-token-${this.#sessions}` })
      case 'viewer/answerPrompt':
        return succeeded({ outcome: 'ANSWER_ACCEPTED', detail: '' })
      default:
        return succeeded({ sessions: [], products: [], ecus: [], buses: [], channels: [], variables: [] })
    }
  }

  #info(id: string, state: string) {
    const { host, port } = this.endpoint
    const authentication_token = state === 'available' ? `CANARY-claim-${id}` : ''
    return { id, state, created_at: '', grpc_endpoint: host, grpc_port: port, authentication_token }
  }
}

const identify: FunctionInfo = { id: 'identify', name: 'Identify the car', version: '1', description: '' }

/** A server that a person typed. */
export const depot: ProfileInput = {
  name: 'Depot',
  host: 'depot.example',
  port: 443,
  clusterId: '001',
  clientId: 'client',
  clientSecret: 'CANARY-secret',
  allowPlaintext: false,
}

interface BenchOptions {
  readonly folder?: string
  readonly encryption?: Encryption
}

/** All services with their real classes on servers that a test plays; time stands still unless it is advanced. */
export function servicesBench(more: BenchOptions = {}) {
  const folder = more.folder ?? mkdtempSync(join(tmpdir(), 'workbench-services-'))
  if (!more.folder) onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const clock = new ManualClock()
  const log: string[] = []
  const lines: LogLine[] = []
  const secrets = new SecretRegistry()
  const logger = createLogger({ write: (line) => void log.push(line) }, secrets)
  const publisher = new StatePublisher(
    initialState({ version: '0', platform: 'test', host: 'electron' }),
    clock,
    (name, payload) => {
      if (name === 'logAppended') lines.push(...(payload as { lines: LogLine[] }).lines)
    },
    ({ slice, problem }) => {
      throw new Error(`${slice}: ${problem}`)
    },
  )
  const played: PlayedServer[] = []
  const network: Network = {
    open: (endpoint) => {
      const server = new PlayedServer(endpoint)
      played.push(server)
      return server.channel
    },
    probe: () => Promise.resolve(undefined),
  }
  const gateways: PlayedGateway[] = []
  const engine = { starts: 0, stops: 0 }
  const journal = new Journal({
    thread: journalHere(folder, () => clock.wallMs()),
    clock,
    random: () => 0,
    onView: (view) => publisher.set('journal', view),
  })
  const storage = openStorage(folder, 0)
  const services = new Services({
    publisher,
    logger,
    secrets,
    clock,
    random: () => 0,
    storage,
    journal,
    environment: undefined,
    engine: {
      start: () => {
        engine.starts += 1
        const credentials = { clusterId: '001', clientId: 'id', clientSecret: 'CANARY-engine' }
        return Promise.resolve(succeeded({ host: '127.0.0.1', port: 5, ...credentials }))
      },
      stop: () => {
        engine.stops += 1
        return Promise.resolve()
      },
    },
    network,
    createGateway: (options) => {
      const gateway = new PlayedGateway(options)
      gateways.push(gateway)
      return gateway as unknown as ServerGateway
    },
    ...(more.encryption ? { encryption: more.encryption } : {}),
  })
  onTestFinished(() => services.stop())
  /** The newest connection to a host. */
  const at = (host: string): PlayedServer => {
    const found = played.findLast(({ endpoint }) => endpoint.host === host)
    if (!found) throw new Error(`no connection to ${host}`)
    return found
  }
  /** The state with everything that is under way. */
  const state = async () => {
    await settle()
    return publisher.state
  }
  /** Advances the clock, so that log lines and retries that are due happen. */
  const pass = async (ms: number) => {
    clock.advance(ms)
    await settle()
  }
  /** Starts a session on the chosen server. */
  const started = async (number = '1', kind: 'ticket' | 'connector' = 'ticket') => {
    const outcome = services.jobs.start({ kind, number })
    await settle()
    const result = await outcome
    const job = services.jobs.shown
    if (!result.ok || !job?.handle) throw new Error(JSON.stringify(result))
    await settle()
    return { job, handle: job.handle }
  }
  return {
    folder,
    clock,
    log,
    lines,
    secrets,
    publisher,
    played,
    gateways,
    engine,
    journal,
    storage,
    services,
    at,
    state,
    pass,
    started,
  }
}

/** The gateway of a server; it starts at once and then offers one function. */
class PlayedGateway extends FakeFunctionGateway {
  starts = 0
  stops = 0
  readonly #options: Pick<ServerGatewayOptions, 'onFunctions'>

  constructor(options: Pick<ServerGatewayOptions, 'onFunctions'>) {
    super([])
    this.#options = options
  }

  readonly start = (): void => {
    if (this.functions.length > 0) return
    this.starts += 1
    this.functions = [identify]
    this.#options.onFunctions()
  }

  readonly end = (): Promise<void> => {
    if (this.functions.length > 0) this.stops += 1
    this.functions = []
    return Promise.resolve()
  }

  readonly credentialsChanged = (): void => undefined
}
