import type { Clock } from '../../openobd/clock.ts'
import { type TrustedEndpoint, trustProfileEndpoint } from '../../openobd/grpc/endpoint.ts'
import { type Route, routeTo } from '../../openobd/grpc/route.ts'
import { DirectCustody } from '../../openobd/session/custody/direct-custody.ts'
import type { PartnerCredentials } from '../../openobd/session/session-controller.ts'
import type { SessionInfo } from '../../openobd/wire/session-info.ts'
import type { WorkshopEvent } from '../../openobd/wire/workshop-event.ts'
import type { EndpointView, Profile } from '../../shared/app-state.ts'
import {
  type Failure,
  type FailureCode,
  fail,
  failed,
  newFailure,
  type Outcome,
  succeeded,
} from '../../shared/outcome.ts'
import type { SessionTarget } from '../../shared/session.ts'
import type { ServeMessage } from '../processes/gateway-process.ts'
import { embeddedProfileId } from './profiles.ts'
import type { PromptRecorder } from './prompt-recorder.ts'
import { Prompts, type PromptsOptions } from './prompts.ts'
import type { ConnectionStatus, ServerConnection, ServerConnectionOptions } from './server-connection.ts'
import type { ServerGateway, ServerGatewayOptions } from './server-gateway.ts'
import { SessionFinder, type SessionFinderOptions } from './session-finder.ts'
import { Workshop } from './workshop.ts'

/** Address and credentials of a server, for connecting and for the clipboard. */
export interface ResolvedServer {
  readonly endpoint: TrustedEndpoint
  readonly credentials: PartnerCredentials
}

/** A server whose secret may be missing. */
interface ServerAddress {
  readonly endpoint: TrustedEndpoint
  readonly credentials: () => PartnerCredentials | undefined
  readonly route?: Route
}

/** The application's own engine. */
export interface Engine {
  start(): Promise<Outcome<{ host: string; port: number; clusterId: string; clientId: string; clientSecret: string }>>
  stop(): Promise<void>
}

/** The part of a connection that is used here. */
export type Connection = Pick<
  ServerConnection,
  'start' | 'stop' | 'retryNow' | 'controller' | 'viewer' | 'liveViewer' | 'endpoint' | 'channelTo'
>

/** Makes the connection to a server. */
export type Connect = (
  options: Pick<ServerConnectionOptions, 'endpoint' | 'credentials' | 'route' | 'onStatus' | 'onEvent'>,
) => Connection

/** Dependencies of a server. */
export interface ServerOptions {
  readonly profile: Profile
  readonly credentialsOf: (profile: Profile) => PartnerCredentials | undefined
  /** Why there are no credentials (default: `secret-missing`). */
  readonly missingSecret?: (profile: Profile) => FailureCode
  /** How the server is reached (default: directly). */
  readonly routeOf?: (profile: Profile, endpoint: TrustedEndpoint) => Outcome<Route> | Promise<Outcome<Route>>
  readonly engine: Engine
  readonly connect: Connect
  readonly clock: Clock
  readonly random: () => number
  /** Precedes the ids of the prompts of this server, so that no two servers have the same. */
  readonly promptPrefix: string
  readonly onView: (server: Server) => void
  /** An event that workshop and prompts of the server have taken. */
  readonly onEvent: (server: Server, event: WorkshopEvent) => void
  /** Tickets, connectors or sessions have changed. */
  readonly onWorkshop: (server: Server) => void
  readonly onPrompts: (server: Server) => void
  readonly recorder: (server: Server) => PromptRecorder
  readonly describeSession: (server: Server, sessionId: string) => ReturnType<PromptsOptions['describeSession']>
  readonly createGateway: (options: Pick<ServerGatewayOptions, 'serve' | 'onFunctions' | 'onEvent'>) => ServerGateway
  /** Which functions hosts on this computer offer has changed. */
  readonly onFunctions: (server: Server) => void
  /** Our records of sessions on this server. */
  readonly records: (server: Server) => Pick<SessionFinderOptions, 'ownRecord' | 'unfinished'>
}

/** Makes the custody of one session. */
export type CreateCustody = (
  options: Pick<
    ConstructorParameters<typeof DirectCustody>[0],
    'target' | 'beforeClaim' | 'onChange' | 'onTick' | 'onToken'
  >,
) => Custody

/** The part of a custody that jobs use. */
export type Custody = Pick<
  DirectCustody,
  'start' | 'resume' | 'finish' | 'interrupt' | 'wake' | 'release' | 'view' | 'calls' | 'sessionToken' | 'endpoint'
>

/** `embedded`, or `host:port`: identifies a server in the records of jobs. */
export const serverKey = ({ kind, host, port }: Pick<Profile, 'kind' | 'host' | 'port'>): string =>
  kind === 'embedded' ? embeddedProfileId : `${host}:${port}`

/** One openOBD server and the connection to it. Messages of a replaced connection are ignored. */
export class Server {
  readonly profile: Profile
  readonly key: string
  readonly workshop: Workshop
  readonly prompts: Prompts
  readonly finder: SessionFinder
  /** Functions on this computer reach the server through it. */
  readonly gateway: ServerGateway
  readonly #options: ServerOptions
  #connection: Connection | undefined
  #address: ServerAddress | undefined
  #view: EndpointView
  /** Increases with every attempt to connect, so that results of an older one are recognised. */
  #attempt = 0

  constructor(options: ServerOptions) {
    this.#options = options
    this.profile = options.profile
    this.key = serverKey(options.profile)
    this.#view = this.#viewOf({ status: this.#isEmbedded ? 'starting' : 'connecting', viewer: 'unknown' })
    const { clock, random } = options
    this.workshop = new Workshop(
      () => options.onWorkshop(this),
      () => clock.wallMs(),
    )
    this.gateway = options.createGateway({
      serve: () => this.#serveMessage(),
      onFunctions: () => options.onFunctions(this),
      onEvent: (event) => this.#takeKept(event),
    })
    this.prompts = new Prompts({
      clock,
      random,
      idPrefix: options.promptPrefix,
      recorder: options.recorder(this),
      isKeptHere: (promptId) => this.gateway.keeps(promptId),
      sendAnswer: (kept) => {
        if (this.gateway.keeps(kept)) return (...answer) => this.gateway.answer(...answer)
        const viewer = this.#connection?.liveViewer
        return viewer && ((promptId, answerId, choice) => viewer.answerPrompt(promptId, answerId, choice))
      },
      describeSession: (sessionId) => options.describeSession(this, sessionId),
      publish: () => options.onPrompts(this),
    })
    this.finder = new SessionFinder({
      controller: () => this.#connection?.controller,
      workshop: this.workshop,
      ...options.records(this),
    })
  }

  get view(): EndpointView {
    return this.#view
  }

  get connection(): Connection | undefined {
    return this.#connection
  }

  /** Address and credentials; undefined while they are not known. */
  get resolved(): ResolvedServer | undefined {
    const credentials = this.#address?.credentials()
    return this.#address && credentials && { endpoint: this.#address.endpoint, credentials }
  }

  /** Connects, after the start of the own engine where that is the server. */
  async connect(): Promise<void> {
    void this.disconnect()
    const attempt = this.#attempt
    this.#show({ status: this.#isEmbedded ? 'starting' : 'connecting', viewer: 'unknown' })
    const resolving = this.#isEmbedded ? this.#startEngine() : this.#remoteAddress()
    const address = resolving instanceof Promise ? await resolving : resolving
    if (attempt !== this.#attempt) return
    if (!address.ok) {
      this.#show({ status: 'failed', viewer: 'unknown', failure: address.failure })
      return
    }
    this.#address = address.value
    this.#connection = this.#options.connect({
      ...address.value,
      onStatus: (status) => {
        if (attempt === this.#attempt) this.#show(status)
      },
      onEvent: (event) => {
        if (attempt === this.#attempt) this.#take(event)
      },
    })
    // Sessions that are held go on without the secret; signing in does not.
    if (address.value.credentials()) this.#connection.start()
    else
      this.#show({
        status: 'failed',
        viewer: 'unknown',
        failure: newFailure(this.#options.missingSecret?.(this.profile) ?? 'secret-missing'),
      })
  }

  /** Tries to reach the server again at once. */
  async reconnect(): Promise<void> {
    if (this.#connection && this.#view.failure?.code !== 'engine-failed') this.#connection.retryNow()
    else await this.connect()
  }

  /** After the computer slept: retries an existing connection at once, except after a lasting failure. */
  wake(): void {
    if (this.#view.status !== 'failed') this.#connection?.retryNow()
  }

  /** Restarts the own engine. Fails for another server. */
  async restartEngine(): Promise<Outcome<null>> {
    if (!this.#isEmbedded) return fail('not-allowed-now')
    await this.disconnect()
    await this.#options.engine.stop()
    await this.connect()
    const { failure } = this.#view
    return failure ? failed(failure) : succeeded(null)
  }

  /** The own engine ended by itself; returns the failure that the screen shows. */
  engineDied(): Failure {
    void this.disconnect()
    const failure = newFailure('engine-failed')
    this.#show({ status: 'failed', viewer: 'unknown', failure })
    return failure
  }

  /** Disconnects; resolves when the processes of the gateway have ended. */
  disconnect(): Promise<void> {
    this.#attempt += 1
    this.#connection?.stop()
    this.#connection = undefined
    this.#address = undefined
    return this.gateway.end()
  }

  /** Makes a custody of one session; undefined while there is no connection. */
  get createCustody(): CreateCustody | undefined {
    const connection = this.#connection
    if (!connection) return undefined
    const { clock, random } = this.#options
    const trust = { allowPlaintext: this.profile.allowPlaintext }
    const { controller } = connection
    return (options) =>
      new DirectCustody({
        ...options,
        controller,
        trust,
        clock,
        random,
        channelTo: (endpoint) => connection.channelTo(endpoint),
        isOurs: (session) => this.isOurs(options.target, session),
      })
  }

  /** Whether, according to the viewer, a session is on this target; undefined when that is unknown. */
  async isOurs(target: SessionTarget, session: SessionInfo): Promise<boolean | undefined> {
    const record = await this.#connection?.liveViewer?.getSessionRecord(session.id)
    // Ids are accepted in place of numbers (protocol.md §4), and the record holds numbers only.
    if (!record?.ok || !/^\d+$/.test(target.number)) return undefined
    const number = target.kind === 'ticket' ? record.value.ticketNumber : record.value.connectorNumber
    return number === target.number
  }

  get #isEmbedded(): boolean {
    return this.profile.kind === 'embedded'
  }

  async #startEngine(): Promise<Outcome<ServerAddress>> {
    const started = await this.#options.engine.start()
    if (!started.ok) return started
    const { host, port, clusterId, clientId, clientSecret } = started.value
    const endpoint = trustProfileEndpoint({ host, port })
    return endpoint.ok
      ? succeeded({ endpoint: endpoint.value, credentials: () => ({ clientId, clientSecret, clusterId }) })
      : endpoint
  }

  #remoteAddress(): Outcome<ServerAddress> | Promise<Outcome<ServerAddress>> {
    const credentials = () => this.#options.credentialsOf(this.profile)
    const endpoint = trustProfileEndpoint(this.profile, { allowPlaintext: this.profile.allowPlaintext })
    if (!endpoint.ok) return endpoint
    const withRoute = (route: Outcome<Route>): Outcome<ServerAddress> =>
      route.ok ? succeeded({ endpoint: endpoint.value, credentials, route: route.value }) : route
    const route = this.#options.routeOf?.(this.profile, endpoint.value) ?? succeeded({})
    return route instanceof Promise ? route.then(withRoute) : withRoute(route)
  }

  /** Removes what is known of its sessions: the server has ended, or its connection was given up. */
  forget(): void {
    this.workshop.reset()
    this.prompts.clear()
  }

  #take(event: WorkshopEvent): void {
    this.workshop.apply(event)
    switch (event.kind) {
      case 'snapshot':
        this.prompts.replaceAll(event.snapshot.prompts)
        break
      case 'prompt-shown':
        this.prompts.show(event.prompt)
        break
      case 'prompt-ended':
        this.prompts.end(event.end.promptId, event.end.reason)
        break
      case 'ticket-changed':
        this.prompts.refreshSessions(({ ticketNumber }) => ticketNumber === event.ticket.number)
        break
      case 'connector-changed':
        this.prompts.refreshSessions(({ connectorNumber }) => connectorNumber === event.connector.number)
        break
      case 'session-changed':
        this.prompts.refreshSessions((_session, sessionId) => sessionId === event.session.sessionId)
        break
      default:
        break
    }
    this.#options.onEvent(this, event)
  }

  /** Prompts are kept by the gateway on any server; log lines also reach a server that shows them to its viewers. */
  #takeKept(event: WorkshopEvent): void {
    if (event.kind === 'script-log' && this.#view.viewer !== 'absent') return
    this.#take(event)
  }

  #serveMessage(): ServeMessage | undefined {
    const address = this.#address
    if (!address) return undefined
    const { host, port, transport } = address.endpoint
    const { authorities, ...way } = routeTo(host, address.route ?? {})
    return {
      type: 'serve',
      endpoint: { host, port, secure: transport === 'tls' },
      credentials: address.credentials() ?? null,
      route: { ...way, ...(authorities && { authorities: [...authorities] }) },
    }
  }

  #viewOf(status: ConnectionStatus): EndpointView {
    const secure = this.#address?.endpoint.transport === 'tls'
    return { profileId: this.profile.id, secure, ...status }
  }

  #show(status: ConnectionStatus): void {
    this.#view = this.#viewOf(status)
    const isSettled = status.status !== 'starting' && status.status !== 'connecting'
    if (isSettled && status.viewer === 'absent') this.workshop.setAbsent()
    else if (isSettled && status.status !== 'ready') this.workshop.setStale()
    this.#options.onView(this)
  }
}
