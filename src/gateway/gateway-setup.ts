import type { Clock } from '../openobd/clock.ts'
import type { Variable__Output } from '../openobd/generated/types/openOBD/v1/Variable.ts'
import type { TrustedEndpoint } from '../openobd/grpc/endpoint.ts'
import type { Clock as ServerClock } from '../server/clock/clock.ts'
import type { PartnerCredentials } from '../server/credentials.ts'
import type { CallStatus } from '../server/rpc/rpc-handlers.ts'
import type { Activity } from './activities.ts'
import type { GatewayContext } from './contexts.ts'
import type { PromptListener } from './kept-prompts.ts'
import type { UpstreamSetup } from './upstream.ts'

/** A line that a function wrote to the ScriptLog. */
export interface LogLine {
  readonly context: GatewayContext
  readonly level: string
  readonly content: string
}

/** What the gateway reports of the calls that pass it. */
export interface GatewayReports {
  /** A token of the server for a context was seen; only main and the gateway itself may have it. */
  readonly onToken?: (context: GatewayContext) => void
  readonly onContextStarted?: (context: GatewayContext) => void
  readonly onContextEnded?: (context: GatewayContext) => void
  readonly onPrompt?: PromptListener
  readonly onLogLine?: (line: LogLine) => void
  readonly onResult?: (context: GatewayContext, result: Variable__Output) => void
  readonly onActivity?: (activity: Activity) => void
  readonly onFunctionsChanged?: () => void
}

/** A child of a root that the application holds itself. */
export interface AdoptedChild {
  readonly sessionId: string
  readonly contextId: string
  /** As the server wrote it in the SessionInfo. */
  readonly createdAt: string
  /** Where the server serves the session. */
  readonly endpoint: TrustedEndpoint
  /** The server's token for the child. */
  readonly authenticationToken: string
}

/** What a gateway is made of. */
export interface GatewaySetup extends GatewayReports {
  readonly upstream: UpstreamSetup
  /** Credentials of the clients of this gateway. */
  readonly credentials: PartnerCredentials
  readonly clock: Clock
  readonly serverClock: ServerClock
  readonly address: () => { readonly host: string; readonly port: number }
  /** How an error of ours reads for a client. */
  readonly statusOf: (error: unknown, path: string) => CallStatus
  readonly prefersLocal?: (functionId: string) => boolean
}
