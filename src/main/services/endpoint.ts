import { type TrustedEndpoint, trustProfileEndpoint } from '../../openobd/grpc/endpoint.ts'
import type { PartnerCredentials } from '../../openobd/session/session-controller.ts'
import type { WorkshopEvent } from '../../openobd/wire/workshop-event.ts'
import type { EndpointView, Profile } from '../../shared/app-state.ts'
import { type Failure, fail, failed, newFailure, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { Profiles } from './profiles.ts'
import type { ConnectionStatus, ServerConnection, ServerConnectionOptions } from './server-connection.ts'

/** Address and credentials of a server, for connecting and for the clipboard. */
export interface ResolvedServer {
  readonly endpoint: TrustedEndpoint
  readonly credentials: PartnerCredentials
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

/** Dependencies of the endpoint. */
export interface EndpointOptions {
  readonly profiles: Profiles
  readonly engine: Engine
  readonly connect: (
    options: Pick<ServerConnectionOptions, 'endpoint' | 'credentials' | 'onStatus' | 'onEvent'>,
  ) => Connection
  readonly onView: (view: EndpointView) => void
  readonly onEvent: (event: WorkshopEvent) => void
}

/** The chosen server. Messages of a replaced connection are ignored. */
export class Endpoint {
  readonly #options: EndpointOptions
  #profile: Profile | undefined
  #connection: Connection | undefined
  #resolved: ResolvedServer | undefined
  #view: EndpointView | undefined
  /** Increases with every choice, so that results for an older choice are recognised. */
  #choice = 0

  constructor(options: EndpointOptions) {
    this.#options = options
  }

  get profile(): Profile | undefined {
    return this.#profile
  }

  get connection(): Connection | undefined {
    return this.#connection
  }

  get view(): EndpointView | undefined {
    return this.#view
  }

  /** Address and credentials of the chosen server; undefined while they are not known. */
  get resolved(): ResolvedServer | undefined {
    return this.#resolved
  }

  /** The server last chosen no longer exists or cannot be read: connects to nothing until a person chooses one. */
  showGone(profileId: string): void {
    this.#leave()
    this.#profile = undefined
    this.#view = { profileId, secure: false, status: 'failed', viewer: 'unknown', failure: newFailure('server-gone') }
    this.#options.onView(this.#view)
  }

  /** Disconnects from the present server and connects to the one of the profile. */
  async select(profile: Profile): Promise<void> {
    this.#leave()
    this.#profile = profile
    const choice = this.#choice
    const isEmbedded = profile.kind === 'embedded'
    this.#show({ status: isEmbedded ? 'starting' : 'connecting', viewer: 'unknown' })
    const resolved = isEmbedded ? await this.#startEngine() : this.#resolveRemote(profile)
    if (choice !== this.#choice) return
    if (!resolved.ok) {
      this.#show({ status: 'failed', viewer: 'unknown', failure: resolved.failure })
      return
    }
    this.#resolved = resolved.value
    const connection = this.#options.connect({
      ...resolved.value,
      onStatus: (status) => {
        if (choice === this.#choice) this.#show(status)
      },
      onEvent: (event) => {
        if (choice === this.#choice) this.#options.onEvent(event)
      },
    })
    this.#connection = connection
    connection.start()
  }

  /** Tries to reach the chosen server again at once. */
  async reconnect(): Promise<void> {
    if (this.#connection && this.#view?.failure?.code !== 'engine-failed') this.#connection.retryNow()
    else if (this.#profile) await this.select(this.#options.profiles.find(this.#profile.id) ?? this.#profile)
  }

  /** After the computer slept: retries an existing connection at once, except after a lasting failure. */
  wake(): void {
    if (this.#view?.status !== 'failed') this.#connection?.retryNow()
  }

  /** Restarts the own engine. Fails when another server is chosen. */
  async restartEngine(): Promise<Outcome<null>> {
    const profile = this.#profile
    if (profile?.kind !== 'embedded') return fail('not-allowed-now')
    this.#leave()
    await this.#options.engine.stop()
    await this.select(profile)
    const failure = this.#view?.failure
    return failure ? failed(failure) : succeeded(null)
  }

  /** The own engine ended by itself; returns the failure when it was the chosen server. */
  engineDied(): Failure | undefined {
    const profile = this.#profile
    if (profile?.kind !== 'embedded') return undefined
    this.#leave()
    this.#profile = profile
    const failure = newFailure('engine-failed')
    this.#show({ status: 'failed', viewer: 'unknown', failure })
    return failure
  }

  /** Disconnects for good. */
  stop(): void {
    this.#leave()
  }

  #leave(): void {
    this.#choice += 1
    this.#connection?.stop()
    this.#connection = undefined
    this.#resolved = undefined
  }

  async #startEngine(): Promise<Outcome<ResolvedServer>> {
    const started = await this.#options.engine.start()
    if (!started.ok) return started
    const { host, port, clusterId, clientId, clientSecret } = started.value
    const endpoint = trustProfileEndpoint({ host, port })
    return endpoint.ok
      ? succeeded({ endpoint: endpoint.value, credentials: { clientId, clientSecret, clusterId } })
      : endpoint
  }

  #resolveRemote(profile: Profile): Outcome<ResolvedServer> {
    const credentials = this.#options.profiles.credentialsOf(profile)
    if (!credentials) return fail('secret-missing')
    const endpoint = trustProfileEndpoint(profile, { allowPlaintext: profile.allowPlaintext })
    return endpoint.ok ? succeeded({ endpoint: endpoint.value, credentials }) : endpoint
  }

  #show(status: ConnectionStatus): void {
    const profile = this.#profile
    if (!profile) return
    const secure = this.#resolved?.endpoint.transport === 'tls'
    this.#view = { profileId: profile.id, secure, ...status }
    this.#options.onView(this.#view)
  }
}
