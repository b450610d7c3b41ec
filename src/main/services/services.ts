import type { Clock } from '../../openobd/clock.ts'
import { isLoopback } from '../../openobd/grpc/endpoint.ts'
import type { Network } from '../../openobd/grpc/network.ts'
import { watchSleep } from '../../openobd/session/heartbeat.ts'
import type { WorkshopEvent } from '../../openobd/wire/workshop-event.ts'
import type { EndpointView, Profile } from '../../shared/app-state.ts'
import { carLinkOf } from '../../shared/car-link.ts'
import { newFailure, type Outcome } from '../../shared/outcome.ts'
import type { PromptSession } from '../../shared/prompt.ts'
import type { EnvironmentConnection } from '../environment.ts'
import type { Logger } from '../logging.ts'
import type { SettingsStore } from '../storage/settings-store.ts'
import type { Storage } from '../storage/storage.ts'
import { currentServer } from './current-server.ts'
import { Endpoint, type Engine } from './endpoint.ts'
import { type FunctionHost, FunctionRuns } from './function-runs.ts'
import { linkWithConnector, linkWithoutViewer } from './link.ts'
import { embeddedProfileId, environmentProfileId, Profiles } from './profiles.ts'
import { PromptImages } from './prompt-images.ts'
import { Prompts } from './prompts.ts'
import { recordWriter } from './record-writer.ts'
import type { SecretRegistry } from './secret-registry.ts'
import { ServerConnection } from './server-connection.ts'
import { SessionDesk } from './session-desk.ts'
import { SessionFinder } from './session-finder.ts'
import type { StatePublisher } from './state-publisher.ts'
import { UnfinishedSessions } from './unfinished-sessions.ts'
import { Workshop } from './workshop.ts'

/** An engine that ends this often within this time, in ms, is not restarted automatically. */
const mostEngineDeaths = 3
const engineDeathsWithinMs = 60_000

/** Dependencies of the services, from the shell. */
export interface ServicesOptions {
  readonly publisher: StatePublisher
  readonly logger: Logger
  readonly secrets: SecretRegistry
  readonly clock: Clock
  readonly random: () => number
  readonly storage: Storage
  readonly environment: EnvironmentConnection | undefined
  readonly engine: Engine
  readonly functionHost: FunctionHost
  /** How servers are reached (default: the network of this computer). */
  readonly network?: Network
}

/** All services, connected; no Electron. */
export class Services {
  readonly publisher: StatePublisher
  readonly settings: SettingsStore
  readonly profiles: Profiles
  readonly workshop: Workshop
  readonly prompts: Prompts
  readonly images: PromptImages
  readonly runs: FunctionRuns
  readonly finder: SessionFinder
  readonly desk: SessionDesk
  readonly unfinished: UnfinishedSessions
  readonly endpoint: Endpoint
  readonly #options: ServicesOptions
  #hasListedFunctions = false
  #engineDeaths: number[] = []
  #stopWatchingSleep: () => void = () => undefined

  constructor(options: ServicesOptions) {
    const { publisher, clock, logger, secrets } = options
    this.#options = options
    this.publisher = publisher
    this.settings = options.storage.settings
    this.profiles = new Profiles({
      store: options.storage.profiles,
      environment: options.environment,
      nowMs: () => clock.wallMs(),
      onSecret: (secret) => secrets.add(secret),
    })
    this.workshop = new Workshop(
      () => publisher.setLater(['workshop', 'tickets', 'connectors'], () => this.workshop.slices()),
      () => clock.wallMs(),
    )
    this.prompts = this.#createPrompts()
    this.images = new PromptImages({
      urlOf: (promptId) => this.prompts.imageUrlOf(promptId),
      policy: () => ({ allowLoopback: isLoopback(this.endpoint.resolved?.endpoint.host ?? '') }),
      logger,
    })
    this.endpoint = this.#createEndpoint()
    this.runs = this.#createRuns()
    this.finder = new SessionFinder({
      controller: () => this.endpoint.connection?.controller,
      workshop: this.workshop,
      ownRecord: (sessionId) => options.storage.sessions.bySessionId(this.#endpointName, sessionId),
      unfinished: () => options.storage.sessions.unfinished(this.#endpointName),
    })
    this.desk = this.#createDesk()
    this.unfinished = new UnfinishedSessions({
      store: options.storage.sessions,
      server: () => currentServer(this.endpoint, this.#endpointName, options),
      finder: this.finder,
      clock,
      currentHandle: () => this.desk.session?.handle,
      publish: (sessions) => publisher.set('unfinishedSessions', sessions),
      record: recordWriter(logger),
    })
  }

  /** Publishes the profiles. */
  readonly publishProfiles = (): void => {
    this.#options.secrets.setHosts(this.profiles.hosts())
    this.publisher.set('profiles', this.profiles.list())
  }

  /** Connects to the server of a profile and removes everything of the previous one. */
  readonly choose = (profile: Profile): void => {
    this.#forgetServer()
    void this.endpoint.select(profile)
    this.unfinished.show()
  }

  /**
   * Publishes what is stored and connects to the first server: the environment's, the one last chosen, or the own engine when
   * none was ever chosen. When the last choice no longer exists or cannot be read, a person chooses: the application never
   * changes from real to simulated cars by itself.
   */
  start(): void {
    this.publishProfiles()
    this.unfinished.show()
    const { condition } = this.#options.storage.opened
    const isChoiceLost = condition === 'set-aside' || condition === 'left-alone'
    const chosen = this.settings.selectedProfileId ?? (isChoiceLost ? '' : embeddedProfileId)
    const first = this.profiles.find(environmentProfileId) ?? this.profiles.find(chosen)
    if (first) this.choose(first)
    else this.endpoint.showGone(chosen)
    this.#stopWatchingSleep = watchSleep(this.#options.clock, () => {
      this.desk.session?.wake()
      this.endpoint.wake()
    })
  }

  /** Restarts the own engine; a session on it is lost. */
  async restartEngine(): Promise<Outcome<null>> {
    if (this.endpoint.profile?.kind === 'embedded') {
      this.desk.endWithServer(newFailure('engine-failed'))
      this.workshop.reset()
      this.prompts.clear()
    }
    return this.endpoint.restartEngine()
  }

  /**
   * The own engine ended by itself: its session is lost, the screen says so, and the engine is restarted. After three ends
   * within a minute a person must restart it.
   */
  engineDied(): void {
    const failure = this.endpoint.engineDied()
    if (!failure) return
    this.desk.endWithServer(failure)
    this.workshop.reset()
    this.prompts.clear()
    const now = this.#options.clock.monotonicMs()
    this.#engineDeaths = [...this.#engineDeaths.filter((at) => now - at < engineDeathsWithinMs), now]
    if (this.#engineDeaths.length < mostEngineDeaths) void this.endpoint.reconnect()
  }

  /** Stops streams and timers without a message to the servers. */
  stop(): void {
    this.#stopWatchingSleep()
    this.desk.session?.release()
    this.endpoint.stop()
  }

  get #endpointName(): string {
    const { profile } = this.endpoint
    if (!profile || profile.kind === 'embedded') return embeddedProfileId
    return `${profile.host}:${profile.port}`
  }

  #forgetServer(): void {
    this.desk.reset()
    this.finder.reset()
    this.workshop.reset()
    this.prompts.clear()
  }

  #onEndpoint(view: EndpointView): void {
    this.publisher.set('endpoint', view)
    if (view.status === 'starting' || view.status === 'connecting') return
    // The function host starts after the engine, so that they do not slow each other down.
    if (!this.#hasListedFunctions) void this.#listFunctions()
    if (view.viewer === 'absent') this.workshop.setAbsent()
    else if (view.status !== 'ready') this.#viewerIsAway()
    if (view.status === 'ready') void this.unfinished.reconcile()
  }

  #viewerIsAway(): void {
    this.workshop.setStale()
    this.desk.session?.setLink(linkWithoutViewer)
  }

  async #listFunctions(): Promise<void> {
    this.#hasListedFunctions = true
    const functions = await this.#options.functionHost.functions()
    if (functions) this.publisher.set('functions', [...functions])
  }

  #onEvent(event: WorkshopEvent): void {
    this.workshop.apply(event)
    switch (event.kind) {
      case 'snapshot':
        this.prompts.replaceAll(event.snapshot.prompts)
        this.#refreshLink()
        return
      case 'prompt-shown':
        this.prompts.show(event.prompt)
        return
      case 'prompt-ended':
        this.prompts.end(event.end.promptId, event.end.reason)
        return
      case 'ticket-changed':
        this.prompts.refreshSessions(({ ticketNumber }) => ticketNumber === event.ticket.number)
        return
      case 'connector-changed':
        this.prompts.refreshSessions(({ connectorNumber }) => connectorNumber === event.connector.number)
        this.#refreshLink()
        return
      case 'session-changed':
        this.prompts.refreshSessions((_session, sessionId) => sessionId === event.session.sessionId)
        this.#refreshLink()
        return
      case 'script-log': {
        const { level, content, sessionId } = event.line
        const at = event.line.at ?? this.#options.clock.wallMs()
        const { ticketNumber, connectorNumber } = this.#describeSession(sessionId).session
        const sessionLabel = ticketNumber ?? connectorNumber ?? ''
        this.publisher.log({ at, level, content, source: 'function', sessionLabel })
        return
      }
      default:
        return
    }
  }

  #refreshLink(): void {
    const session = this.desk.session
    const sessionId = session?.view.sessionId
    if (!session || !sessionId) return
    const connector = this.workshop.connectorOf(sessionId)
    const nowMs = this.#options.clock.wallMs()
    if (connector) session.setLink((link) => linkWithConnector(link, connector, nowMs))
  }

  #describeSession(sessionId: string): { session: PromptSession; functionName?: string } {
    const known = this.workshop.carOf(sessionId)
    const view = this.desk.session?.view
    if (view?.sessionId !== sessionId) return { session: { ...known, key: this.finder.handleOf(sessionId) } }
    const { functionRun, target, vehicle, handle } = view
    const functionName = functionRun && functionRun.endedAt === undefined ? functionRun.name : undefined
    const number = target.kind === 'ticket' ? { ticketNumber: target.number } : { connectorNumber: target.number }
    return {
      session: { ...known, ...number, vehicleName: vehicle.name ?? known.vehicleName, key: handle },
      functionName,
    }
  }

  #createPrompts(): Prompts {
    const { publisher, clock, random } = this.#options
    return new Prompts({
      clock,
      random,
      sendAnswer: () => {
        const viewer = this.endpoint.connection?.liveViewer
        return viewer && ((promptId, answerId, choice) => viewer.answerPrompt(promptId, answerId, choice))
      },
      describeSession: (sessionId) => this.#describeSession(sessionId),
      publish: (prompts, ended) => {
        publisher.setLater(['prompts'], () => ({ prompts: prompts() }))
        publisher.set('endedPrompts', ended)
      },
    })
  }

  #createEndpoint(): Endpoint {
    const { clock, random, network } = this.#options
    return new Endpoint({
      profiles: this.profiles,
      engine: this.#options.engine,
      connect: (connection) => new ServerConnection({ ...connection, clock, random, ...(network && { network }) }),
      onView: (view) => this.#onEndpoint(view),
      onEvent: (event) => this.#onEvent(event),
    })
  }

  #createRuns(): FunctionRuns {
    return new FunctionRuns({
      host: this.#options.functionHost,
      clock: this.#options.clock,
      logger: this.#options.logger,
      language: () => this.publisher.state.settings.language,
      reachesCar: ({ link }) => carLinkOf(link, this.publisher.state.endpoint.status).running !== 'impossible',
      mirrors: () => this.publisher.state.endpoint.viewer === 'absent',
      onPrompt: (prompt) => this.prompts.mirror(prompt),
      onPromptEnded: (promptId, reason) => this.prompts.end(promptId, reason),
    })
  }

  #createDesk(): SessionDesk {
    const { storage, clock, logger, secrets } = this.#options
    let handledId: string | undefined
    return new SessionDesk({
      server: () => currentServer(this.endpoint, this.#endpointName, this.#options),
      store: storage.sessions,
      finder: this.finder,
      runs: this.runs,
      clock,
      logger,
      onSecret: (token) => secrets.add(token, 'token'),
      onSession: (view) => {
        this.publisher.set('session', view)
        if (view === null) this.unfinished.show()
        // Prompts belong to our session from the moment its id is known until the session is left.
        if (view?.sessionId === handledId) return
        handledId = view?.sessionId
        this.prompts.refreshSessions()
        this.#refreshLink()
      },
      onLink: (link) => this.publisher.set('link', link),
      onEarlierRuns: (runs) => this.publisher.set('earlierRuns', runs),
      onBlocking: (sessions) => this.publisher.set('blockingSessions', sessions),
      onForeignEnd: () => this.unfinished.show(),
      record: recordWriter(logger),
    })
  }
}
