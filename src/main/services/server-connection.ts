import type { Cancel, Clock } from '../../openobd/clock.ts'
import type { CallFailure } from '../../openobd/failure.ts'
import { Backoff } from '../../openobd/grpc/backoff.ts'
import type { TrustedEndpoint } from '../../openobd/grpc/endpoint.ts'
import { explainFailure } from '../../openobd/grpc/explain-failure.ts'
import type { Channel } from '../../openobd/grpc/grpc-channel.ts'
import { type Network, systemNetwork } from '../../openobd/grpc/network.ts'
import type { Route } from '../../openobd/grpc/route.ts'
import type { ProbeResult } from '../../openobd/grpc/server-probe.ts'
import { type PartnerCredentials, SessionController } from '../../openobd/session/session-controller.ts'
import { type ViewerStatus, WorkshopViewer } from '../../openobd/session/workshop-viewer.ts'
import type { WorkshopEvent } from '../../openobd/wire/workshop-event.ts'
import type { EndpointView } from '../../shared/app-state.ts'
import { lasts } from '../../shared/outcome.ts'

/** State of the connection, without the profile. */
export type ConnectionStatus = Pick<EndpointView, 'status' | 'viewer' | 'failure'>

/** Dependencies of one connection. */
export interface ServerConnectionOptions {
  readonly endpoint: TrustedEndpoint
  /** Undefined while the secret is missing; sessions that are already held go on without it. */
  readonly credentials: () => PartnerCredentials | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly onStatus: (status: ConnectionStatus) => void
  readonly onEvent: (event: WorkshopEvent) => void
  /** How its hosts are reached and trusted (default: directly). */
  readonly route?: Route
  /** Default: the network of this computer. */
  readonly network?: Network
}

/** A server that cannot be reached is probed at most this often, in ms. */
const probeEveryMs = 5_000

/** One server: its gRPC channel, its controller and its viewer. Signs in first, then checks whether there is a viewer. */
export class ServerConnection {
  readonly endpoint: TrustedEndpoint
  readonly controller: SessionController
  readonly viewer: WorkshopViewer
  readonly #options: ServerConnectionOptions
  readonly #network: Network
  readonly #grpcChannel: Channel
  readonly #sessionChannels = new Map<string, Channel>()
  readonly #backoff: Backoff
  #cancelRetry: Cancel = () => undefined
  #isStopped = false
  #isSignedIn = false
  /** Increases with every start, so that an outdated attempt stops. */
  #attempt = 0
  #lastProbe: { readonly atMs: number; readonly found: Promise<ProbeResult | undefined> } | undefined
  #hasSeenViewer = false

  constructor(options: ServerConnectionOptions) {
    const { endpoint, credentials, clock, random } = options
    this.endpoint = endpoint
    this.#options = options
    this.#backoff = new Backoff({ random })
    this.#network = options.network ?? systemNetwork
    this.#grpcChannel = this.#network.open(endpoint, options.route)
    this.controller = new SessionController(this.#grpcChannel, credentials, clock)
    this.viewer = new WorkshopViewer({
      controller: this.controller,
      clock,
      random,
      onEvent: options.onEvent,
      onStatus: (status, failure) => this.#onViewer(status, failure),
    })
  }

  /** The viewer while it can send answers. */
  get liveViewer(): WorkshopViewer | undefined {
    return this.viewer.status === 'live' || this.viewer.status === 'reconnecting' ? this.viewer : undefined
  }

  /** Signs in and connects the viewer; retries until it succeeds, is stopped, or fails for a lasting reason. */
  start(): void {
    this.#attempt += 1
    this.#lastProbe = undefined
    this.#backoff.reset()
    this.#backoff.next()
    this.#tell({ status: 'connecting', viewer: 'unknown' })
    void this.#signIn()
  }

  /** Tries again at once, e.g. when a person asks or after the computer slept. */
  retryNow(): void {
    if (this.#isStopped) return
    this.#cancelRetry()
    if (this.#isSignedIn) {
      if (this.viewer.status === 'refused') this.viewer.start()
      else if (this.viewer.status !== 'absent') this.viewer.reopenNow()
    } else {
      this.start()
    }
  }

  /** The long-lived gRPC channel to an endpoint that sessions of this controller use. */
  channelTo(endpoint: TrustedEndpoint): Channel {
    const own = this.endpoint
    const isOwn = own.host === endpoint.host && own.port === endpoint.port && own.transport === endpoint.transport
    if (isOwn) return this.#grpcChannel
    const name = `${endpoint.transport} ${endpoint.host} ${endpoint.port}`
    const known = this.#sessionChannels.get(name)
    if (known) return known
    const opened = this.#network.open(endpoint, this.#options.route)
    this.#sessionChannels.set(name, opened)
    return opened
  }

  /** Ends everything. */
  stop(): void {
    this.#isStopped = true
    this.#cancelRetry()
    this.viewer.stop()
    for (const grpcChannel of [this.#grpcChannel, ...this.#sessionChannels.values()]) grpcChannel.close()
  }

  async #signIn(): Promise<void> {
    const attempt = this.#attempt
    const token = await this.controller.token()
    const failure = token.ok ? undefined : await this.#explained(token.failure)
    if (this.#isStopped || this.#isSignedIn || attempt !== this.#attempt) return
    if (failure === undefined) {
      this.#isSignedIn = true
      this.viewer.start()
      return
    }
    if (lasts(failure)) {
      if (!failure.answered && failure.code !== 'secret-missing') this.#grpcChannel.rest()
      this.#tell({ status: 'failed', viewer: 'unknown', failure })
      return
    }
    this.#tell({ status: 'reconnecting', viewer: 'unknown', failure })
    this.#cancelRetry = this.#options.clock.after(this.#backoff.next(), () => void this.#signIn())
  }

  /** The failure with its cause, if one can be found. The server is probed at most once in five seconds. */
  #explained(failure: CallFailure): Promise<CallFailure> {
    return explainFailure(failure, this.#options.route ?? {}, () => {
      const nowMs = this.#options.clock.monotonicMs()
      if (this.#lastProbe === undefined || nowMs - this.#lastProbe.atMs >= probeEveryMs)
        this.#lastProbe = { atMs: nowMs, found: this.#network.probe(this.endpoint, this.#options.route) }
      return this.#lastProbe.found
    })
  }

  #onViewer(status: ViewerStatus, failure: CallFailure | undefined): void {
    if (this.#isStopped) return
    if (status === 'live') this.#hasSeenViewer = true
    if (status === 'live') this.#tell({ status: 'ready', viewer: 'available' })
    else if (status === 'absent') this.#tell({ status: 'ready', viewer: 'absent' })
    else if (status === 'refused') this.#tell({ status: 'failed', viewer: 'unknown', failure })
    else if (status === 'reconnecting') this.#tellLost(failure)
  }

  /** Tells at once that the connection is lost, and its cause as soon as that is known. */
  #tellLost(failure: CallFailure | undefined): void {
    const tell = (known: CallFailure | undefined): void =>
      this.#tell({ status: 'reconnecting', viewer: this.#knownViewer(), failure: known })
    tell(failure)
    if (failure === undefined) return
    void this.#explained(failure).then((known) => {
      if (known !== failure && this.viewer.status === 'reconnecting') tell(known)
    })
  }

  /** A viewer that was found once is expected to come back. */
  #knownViewer(): EndpointView['viewer'] {
    return this.#hasSeenViewer ? 'available' : 'unknown'
  }

  #tell(status: ConnectionStatus): void {
    if (!this.#isStopped) this.#options.onStatus(status)
  }
}
