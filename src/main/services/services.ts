import type { Clock } from '../../openobd/clock.ts'
import { isLoopback, type TrustedEndpoint, trustProfileEndpoint } from '../../openobd/grpc/endpoint.ts'
import { type Network, systemNetwork } from '../../openobd/grpc/network.ts'
import { watchSleep } from '../../openobd/session/heartbeat.ts'
import type { Profile } from '../../shared/app-state.ts'
import type { TestedStep } from '../../shared/connection-test.ts'
import { fail, newFailure, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { EnvironmentConnection } from '../environment.ts'
import { History } from '../jobs/history.ts'
import { importStartedSessions } from '../jobs/import-started-sessions.ts'
import type { Job } from '../jobs/job.ts'
import { Jobs } from '../jobs/jobs.ts'
import type { Journal } from '../jobs/journal/journal.ts'
import { type JobState, lastSession } from '../jobs/projections/job-state.ts'
import { ownRecordsOf } from '../jobs/projections/own-records.ts'
import { PromptFacts } from '../jobs/prompt-facts.ts'
import { TokenKeeping } from '../jobs/token-keeping.ts'
import { UnfinishedJobs } from '../jobs/unfinished-jobs.ts'
import { Visitors } from '../jobs/visitors.ts'
import type { Logger } from '../logging.ts'
import { type Encryption, noEncryption } from '../storage/encryption.ts'
import { type Keyring, noKeyring } from '../storage/keyring.ts'
import type { SettingsStore } from '../storage/settings-store.ts'
import type { Storage } from '../storage/storage.ts'
import { testConnection } from './connection-test.ts'
import { OwnEngine } from './own-engine.ts'
import { PartnerFeed } from './partner-feed.ts'
import { ProfileSecrets } from './profile-secrets.ts'
import { embeddedProfileId, environmentProfileId, Profiles } from './profiles.ts'
import { PromptImages } from './prompt-images.ts'
import { PublishedSlices } from './published-slices.ts'
import type { SecretRegistry } from './secret-registry.ts'
import { type Engine, Server, serverKey } from './server.ts'
import { ServerConnection } from './server-connection.ts'
import { ServerEvents } from './server-events.ts'
import type { ServerGateway, ServerGatewayOptions } from './server-gateway.ts'
import { type ResolveProxy, routeFor } from './server-route.ts'
import { Servers } from './servers.ts'
import type { StatePublisher } from './state-publisher.ts'

/** Dependencies of the services, from the shell. */
export interface ServicesOptions {
  readonly publisher: StatePublisher
  readonly logger: Logger
  readonly secrets: SecretRegistry
  readonly clock: Clock
  readonly random: () => number
  readonly storage: Storage
  readonly journal: Journal
  readonly environment: EnvironmentConnection | undefined
  readonly engine: Engine
  /** How servers are reached (default: the network of this computer). */
  readonly network?: Network
  readonly createGateway: (
    options: Pick<ServerGatewayOptions, 'serve' | 'onFunctions' | 'onEvent' | 'onSecret'>,
  ) => ServerGateway
  /** For session tokens that outlive a crash (default: none are kept). */
  readonly encryption?: Encryption | undefined
  /** For secrets of servers (default: none are kept). */
  readonly keyring?: Keyring | undefined
  /** Asks the proxy settings of the system (default: there is no proxy). */
  readonly resolveProxy?: ResolveProxy | undefined
}

/** All services, connected; no Electron. */
export class Services {
  readonly publisher: StatePublisher
  readonly settings: SettingsStore
  readonly profiles: Profiles
  readonly servers: Servers
  readonly images: PromptImages
  readonly jobs: Jobs
  readonly unfinished: UnfinishedJobs
  readonly history: History
  readonly ownEngine: OwnEngine
  readonly #options: ServicesOptions
  readonly #visitors: Visitors
  readonly #partnerFeeds = new Map<Server, PartnerFeed>()
  readonly #tokens: TokenKeeping
  readonly #published: PublishedSlices
  readonly #events: ServerEvents
  #serverCount = 0
  #stopWatchingSleep: () => void = () => undefined

  constructor(options: ServicesOptions) {
    const { publisher, clock, logger, secrets, journal } = options
    this.#options = options
    this.publisher = publisher
    this.settings = options.storage.settings
    const onSecret = (secret: string) => secrets.add(secret)
    this.profiles = new Profiles({
      store: options.storage.profiles,
      environment: options.environment,
      nowMs: () => clock.wallMs(),
      onSecret,
      secrets: new ProfileSecrets({
        store: options.storage.secrets,
        keyring: options.keyring ?? noKeyring,
        clock,
        hasConsent: () => this.settings.allowsUnprotectedSecrets,
        onSecret,
        onChange: (profileId) => this.#secretChanged(profileId),
      }),
    })
    this.#visitors = new Visitors(journal, clock)
    this.#published = new PublishedSlices(publisher, this)
    this.servers = new Servers({
      create: (profile) => this.#createServer(profile),
      onChosen: () => this.#onChosen(),
      onGone: (server) => {
        this.#stopPartnerFeed(server)
        this.#published.prompts()
      },
    })
    this.images = new PromptImages({
      urlOf: (promptId) => this.#serverOfPrompt(promptId)?.prompts.imageUrlOf(promptId),
      policy: (promptId) => ({
        allowLoopback: isLoopback(this.#serverOfPrompt(promptId)?.resolved?.endpoint.host ?? ''),
      }),
      logger,
    })
    this.#tokens = new TokenKeeping({
      store: journal.tokens,
      encryption: options.encryption ?? noEncryption,
      clock,
      onFailure: (what) => logger.warn('a kept session token could not be written', { kind: what }),
    })
    this.jobs = this.#createJobs()
    const { servers, jobs } = this
    this.#events = new ServerEvents({ publisher, clock, servers, jobs })
    this.ownEngine = new OwnEngine({ servers, jobs, clock })
    this.history = new History({
      journal,
      clock,
      keptDays: () => publisher.state.settings.keptDays,
      isInUse: (id) =>
        [...this.jobs.all.map(({ state }) => state), ...this.unfinished.states].some((job) => job.id === id),
    })
    this.unfinished = new UnfinishedJobs({
      journal,
      clock,
      importRecords: () => importStartedSessions(options.storage.sessions, journal),
      isOfThisRun: (job) => this.jobs.isOfThisRun(job),
      isTaken: (server, on, sessionId) => this.jobs.isTaken(server, on, sessionId),
      serverOf: (key) => this.servers.byKey(key),
      publish: (sessions) => publisher.set('unfinishedSessions', sessions),
      resumable: (handle) => this.#tokens.resumable(handle),
      resume: (state) => this.#resume(state),
      forgetToken: (handle) => this.#tokens.forget(handle),
    })
  }

  /** Publishes the profiles. */
  readonly publishProfiles = (): void => {
    this.#options.secrets.setHosts(this.profiles.hosts())
    this.publisher.set('profiles', this.profiles.list())
  }

  /** Connects to the server of a profile; jobs keep the server that they started on. */
  readonly choose = (profile: Profile): void => {
    this.servers.choose(profile)
  }

  /**
   * Publishes what is stored and connects to the first server: the environment's, the one last chosen, or the own engine when
   * none was ever chosen. When the last choice no longer exists or cannot be read, a person chooses: the application never
   * changes from real to simulated cars by itself.
   */
  start(): void {
    this.publishProfiles()
    void this.profiles.secrets.load()
    void this.publishSecretStorage()
    const { condition } = this.#options.storage.opened
    const isChoiceLost = condition === 'set-aside' || condition === 'left-alone'
    const chosen = this.settings.selectedProfileId ?? (isChoiceLost ? '' : embeddedProfileId)
    const first = this.profiles.find(environmentProfileId) ?? this.profiles.find(chosen)
    if (first) this.choose(first)
    else this.#chooseGone(chosen)
    this.history.deleteOld()
    this.#stopWatchingSleep = watchSleep(this.#options.clock, () => this.wake())
  }

  /** Checks all connections at once, after the computer slept. */
  wake(): void {
    for (const job of this.jobs.all) job.wake()
    for (const server of this.servers.all) server.wake()
  }

  /** Answers a prompt of whatever server has it. */
  readonly answerPrompt: (...answer: Parameters<Server['prompts']['answer']>) => Promise<Outcome<null>> = (
    ...answer
  ) => {
    const server = this.#serverOfPrompt(answer[0]) ?? this.servers.chosen
    return server ? server.prompts.answer(...answer) : Promise.resolve(fail('prompt-withdrawn'))
  }

  /** Stops streams and timers without a message to the servers. */
  async stop(): Promise<void> {
    this.#stopWatchingSleep()
    this.history.stop()
    this.jobs.release()
    this.profiles.secrets.stop()
    for (const server of [...this.#partnerFeeds.keys()]) this.#stopPartnerFeed(server)
    await this.servers.stop()
  }

  /** Publishes what becomes of secrets that are typed. */
  readonly publishSecretStorage = async (): Promise<void> => {
    const protection = await this.profiles.secrets.protection()
    this.publisher.set('secretStorage', { protection, isAllowed: this.settings.allowsUnprotectedSecrets })
  }

  /** Tests the connection to the server of a profile step by step. */
  async testConnection(profile: Profile): Promise<Outcome<TestedStep[]>> {
    const endpoint = trustProfileEndpoint(profile, { allowPlaintext: profile.allowPlaintext })
    if (profile.kind === 'embedded') return fail('not-allowed-now')
    if (!endpoint.ok) return endpoint
    const { clock, network = systemNetwork } = this.#options
    const steps = await testConnection({
      endpoint: endpoint.value,
      route: await this.#routeOf(profile, endpoint.value),
      credentials: this.profiles.credentialsOf(profile),
      network,
      clock,
      testPartnerApi: profile.way?.partnerApi.isOn ? () => this.#partnerFeed(profile, noWorkshop).test() : undefined,
    })
    return succeeded(steps)
  }

  #routeOf(profile: Profile, endpoint: TrustedEndpoint) {
    return routeFor(endpoint, this.profiles.routeSource(profile), this.#options.resolveProxy)
  }

  /** On a chosen server that lists no tickets itself, the Partner API of the same account does, where a person has switched it on. */
  #followPartnerApi(server: Server): void {
    const { profile, view } = server
    const listsNone = view.viewer === 'absent' || server.workshop.isAbsent
    const isWanted = view.status === 'ready' && listsNone && profile.way?.partnerApi.isOn === true
    if (!isWanted || server !== this.servers.chosen) return
    if (this.#partnerFeeds.has(server)) return
    const feed = this.#partnerFeed(profile, server.workshop)
    this.#partnerFeeds.set(server, feed)
    feed.start()
  }

  #partnerFeed(profile: Profile, workshop: ConstructorParameters<typeof PartnerFeed>[0]['workshop']): PartnerFeed {
    const { clock, random, secrets } = this.#options
    return new PartnerFeed({
      settings: this.profiles.routeSource(profile).way.partnerApi,
      account: () => this.profiles.credentialsOf(profile),
      routeTo: (endpoint) => this.#routeOf(profile, endpoint),
      clock,
      random,
      language: () => this.publisher.state.settings.language,
      onToken: (token) => secrets.add(token, 'token'),
      workshop,
    })
  }

  #stopPartnerFeed(server: Server): void {
    this.#partnerFeeds.get(server)?.stop()
    this.#partnerFeeds.delete(server)
  }

  /** A stored secret has become known, or is lost. */
  #secretChanged(profileId: string): void {
    this.publishProfiles()
    void this.publishSecretStorage()
    this.servers.secretTyped(profileId)
  }

  #chooseGone(profileId: string): void {
    this.servers.chooseNone()
    const failure = newFailure('server-gone')
    this.publisher.set('endpoint', { profileId, secure: false, status: 'failed', viewer: 'unknown', failure })
  }

  #createServer(profile: Profile): Server {
    const { clock, random, engine, network } = this.#options
    this.#serverCount += 1
    return new Server({
      profile,
      credentialsOf: (of) => this.profiles.credentialsOf(of),
      missingSecret: (of) => this.profiles.missingSecret(of),
      routeOf: (of, endpoint) => this.#routeOf(of, endpoint),
      engine,
      connect: (connection) => new ServerConnection({ ...connection, clock, random, ...(network && { network }) }),
      clock,
      random,
      promptPrefix: `${this.#serverCount}.`,
      onView: (server) => this.#onView(server),
      onEvent: (server, event) => this.#events.arrived(server, event),
      onWorkshop: (server) => {
        if (server.workshop.isAbsent) this.#followPartnerApi(server)
        if (server === this.servers.chosen) this.#published.workshop(server)
      },
      onPrompts: () => this.#published.prompts(),
      createGateway: (gateway) =>
        this.#options.createGateway({ ...gateway, onSecret: (secret) => this.#options.secrets.add(secret, 'token') }),
      onFunctions: () => this.#published.functions(),
      recorder: (server) =>
        new PromptFacts({
          clock,
          journal: this.#options.journal,
          visitors: this.#visitors,
          jobOf: (sessionId) => this.jobs.ofSession(server, sessionId),
        }),
      describeSession: (server, sessionId) => this.#events.describeSession(server, sessionId),
      records: (server) => ({
        ownRecord: (sessionId) => this.#ownRecords(server).find((record) => record.sessionId === sessionId),
        unfinished: () => this.#ownRecords(server).filter(({ isEnded }) => !isEnded),
      }),
    })
  }

  #ownRecords(server: Server) {
    return ownRecordsOf([...this.jobs.all.map(({ state }) => state), ...this.unfinished.states], server.key)
  }

  #onChosen(): void {
    for (const server of [...this.#partnerFeeds.keys()])
      if (server !== this.servers.chosen) this.#stopPartnerFeed(server)
    if (this.servers.chosen) this.#followPartnerApi(this.servers.chosen)
    this.#published.chosenServer()
    this.jobs.serverChosen()
    this.unfinished.show()
  }

  #onView(server: Server): void {
    const { view } = server
    if (server === this.servers.chosen) this.publisher.set('endpoint', view)
    this.#events.connectionChanged(server)
    if (view.status === 'starting' || view.status === 'connecting') return
    // The gateway and the functions start after the engine, so that they do not slow each other down.
    if (view.status === 'ready') void server.gateway.start()
    if (view.status === 'ready') void this.unfinished.reconcile(server)
    this.#followPartnerApi(server)
  }

  /** Holds the session of a job of an earlier run again, on the server that it was started on. */
  async #resume(state: JobState): Promise<Outcome<Job>> {
    const kept = await this.#tokens.kept(lastSession(state)?.handle ?? '')
    if (!kept) return fail('session-expired')
    const profile = this.profiles.find(state.server.profileId)
    if (!profile || serverKey(profile) !== state.server.key) return fail('server-gone')
    return this.jobs.resume(this.servers.forJob(profile), state, kept)
  }

  #serverOfPrompt(promptId: string): Server | undefined {
    return this.servers.all.find((server) => server.prompts.knows(promptId))
  }

  #createJobs(): Jobs {
    const { clock, logger, secrets, journal } = this.#options
    return new Jobs({
      servers: this.servers,
      journal,
      clock,
      logger,
      language: () => this.publisher.state.settings.language,
      voltageLimits: () => this.publisher.state.settings.voltageLimits,
      random: this.#options.random,
      onSecret: (token) => secrets.add(token, 'token'),
      tokens: this.#tokens,
      clean: (value) => secrets.clean(value),
      unfinished: () => this.unfinished,
      onChange: (job) => this.#published.jobs(job),
      onBlocking: (sessions) => this.publisher.set('blockingSessions', sessions),
      // Prompts belong to our session from the moment its id is known until the job is closed.
      onSessions: (server) => {
        server.prompts.refreshSessions()
        this.#events.refreshLinks(server)
      },
    })
  }
}

/** The test of a connection lists nothing. */
const noWorkshop = { setListed: () => undefined, setListFailure: () => undefined, setLive: () => undefined }
