import type { Cancel, Clock } from '../../openobd/clock.ts'
import type { CallFailure } from '../../openobd/failure.ts'
import { Backoff } from '../../openobd/grpc/backoff.ts'
import type { TrustedEndpoint } from '../../openobd/grpc/endpoint.ts'
import { GrpcChannel } from '../../openobd/grpc/grpc-channel.ts'
import { type PartnerCredentials, SessionController } from '../../openobd/session/session-controller.ts'
import { type ViewerStatus, WorkshopViewer } from '../../openobd/session/workshop-viewer.ts'
import type { WorkshopEvent } from '../../openobd/wire/workshop-event.ts'
import type { EndpointView } from '../../shared/app-state.ts'
import type { FailureCode } from '../../shared/outcome.ts'

/** How the server is reached, without the name of the profile. */
export type ConnectionStatus = Pick<EndpointView, 'status' | 'viewer' | 'failure'>

/** What one connection needs. */
export type ServerConnectionOptions = {
  readonly endpoint: TrustedEndpoint
  readonly credentials: PartnerCredentials
  readonly clock: Clock
  readonly random: () => number
  readonly onStatus: (status: ConnectionStatus) => void
  readonly onEvent: (event: WorkshopEvent) => void
}

/** Failures that another attempt cannot mend; only a person can. */
const permanent: ReadonlySet<FailureCode> = new Set([
  'wrong-credentials',
  'cluster-missing',
  'unauthorised',
  'tls-failed',
  'not-an-openobd-service',
  'endpoint-refused',
  'not-supported-by-server',
  'invalid-input',
])

/** One server: its channel, its controller and its viewer. Signs in first, then finds out whether there is a viewer. */
export class ServerConnection {
  readonly endpoint: TrustedEndpoint
  readonly controller: SessionController
  readonly viewer: WorkshopViewer
  readonly #options: ServerConnectionOptions
  readonly #grpcChannel: GrpcChannel
  readonly #sessionChannels = new Map<string, GrpcChannel>()
  readonly #backoff: Backoff
  #cancelRetry: Cancel = () => undefined
  #isStopped = false
  #isSignedIn = false
  #hasSeenViewer = false

  constructor(options: ServerConnectionOptions) {
    const { endpoint, credentials, clock, random } = options
    this.endpoint = endpoint
    this.#options = options
    this.#backoff = new Backoff({ random })
    this.#grpcChannel = new GrpcChannel(endpoint)
    this.controller = new SessionController(this.#grpcChannel, credentials, clock)
    this.viewer = new WorkshopViewer({
      controller: this.controller,
      clock,
      random,
      onEvent: options.onEvent,
      onStatus: (status, failure) => this.#onViewer(status, failure),
    })
  }

  /** The viewer, while it can be used for answers. */
  get liveViewer(): WorkshopViewer | undefined {
    return this.viewer.status === 'live' || this.viewer.status === 'reconnecting' ? this.viewer : undefined
  }

  /** Signs in and connects the viewer; goes on trying until it works, is stopped, or cannot work. */
  start(): void {
    this.#backoff.reset()
    this.#backoff.next()
    this.#tell({ status: 'connecting', viewer: 'unknown' })
    void this.#signIn()
  }

  /** Tries again at once, e.g. on a person's wish or after the computer slept. */
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

  /** The long-lived channel to an endpoint that sessions of this controller use. */
  channelTo(endpoint: TrustedEndpoint): GrpcChannel {
    const own = this.endpoint
    const isOwn = own.host === endpoint.host && own.port === endpoint.port && own.transport === endpoint.transport
    if (isOwn) return this.#grpcChannel
    const name = `${endpoint.transport} ${endpoint.host} ${endpoint.port}`
    const known = this.#sessionChannels.get(name)
    if (known) return known
    const opened = new GrpcChannel(endpoint)
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
    const token = await this.controller.token()
    if (this.#isStopped || this.#isSignedIn) return
    if (token.ok) {
      this.#isSignedIn = true
      this.viewer.start()
      return
    }
    if (permanent.has(token.failure.code)) {
      this.#tell({ status: 'failed', viewer: 'unknown', failure: token.failure })
      return
    }
    this.#tell({ status: 'reconnecting', viewer: 'unknown', failure: token.failure })
    this.#cancelRetry = this.#options.clock.after(this.#backoff.next(), () => void this.#signIn())
  }

  #onViewer(status: ViewerStatus, failure: CallFailure | undefined): void {
    if (this.#isStopped) return
    if (status === 'live') this.#hasSeenViewer = true
    if (status === 'live') this.#tell({ status: 'ready', viewer: 'available' })
    else if (status === 'absent') this.#tell({ status: 'ready', viewer: 'absent' })
    else if (status === 'refused') this.#tell({ status: 'failed', viewer: 'unknown', failure })
    else if (status === 'reconnecting') this.#tell({ status: 'reconnecting', viewer: this.#knownViewer(), failure })
  }

  /** A viewer that was seen once is expected to come back. */
  #knownViewer(): EndpointView['viewer'] {
    return this.#hasSeenViewer ? 'available' : 'unknown'
  }

  #tell(status: ConnectionStatus): void {
    if (!this.#isStopped) this.#options.onStatus(status)
  }
}
