import type { SessionTarget } from '../../../shared/session.ts'
import type { Clock } from '../../clock.ts'
import type { EndpointTrust, TrustedEndpoint } from '../../grpc/endpoint.ts'
import type { CallTransport } from '../../grpc/grpc-channel.ts'
import type { ContextToken, SessionToken } from '../../token.ts'
import type { ConnectorInformation } from '../../wire/connector-information.ts'
import type { SessionInfo } from '../../wire/session-info.ts'
import type { Liveness } from '../heartbeat.ts'
import type { SessionController } from '../session-controller.ts'
import type { TokenKeeperState } from '../token-keeper.ts'
import type { CustodyState } from './custody-state.ts'

/** Reported by a custody after each change. */
export interface CustodyView {
  readonly state: CustodyState
  readonly token?: TokenKeeperState
  readonly liveness?: Liveness
  /** The session controller's answer to the start. */
  readonly info?: Omit<SessionInfo, 'authenticationToken'>
}

/** What an earlier process kept of its session. */
export interface KeptSession {
  readonly sessionId: string
  readonly endpoint: TrustedEndpoint
  readonly token: SessionToken
  /** How long ago the token was received, in ms. */
  readonly ageMs: number
  /** The newest token of each function context that was open, the deepest first. */
  readonly contexts: readonly ContextToken[]
}

export interface DirectCustodyOptions {
  readonly controller: SessionController<CallTransport>
  readonly target: SessionTarget
  readonly trust?: EndpointTrust
  readonly clock: Clock
  readonly random: () => number
  /** The long-lived channel to an endpoint (the controller's own when it is the same one). */
  readonly channelTo: (endpoint: TrustedEndpoint) => CallTransport
  /** Whether a session that appeared in the list is ours, e.g. by the viewer's record; undefined when unknown. */
  readonly isOurs?: (session: SessionInfo) => Promise<boolean | undefined>
  /** Awaited after the id of a new session is known and before it is claimed, so that a record of the id can come first. */
  readonly beforeClaim?: () => Promise<void>
  readonly onChange?: (view: CustodyView) => void
  readonly onTick?: (information: ConnectorInformation) => void
  /** Called with each session token, also the first; for a function host that makes its own calls. */
  readonly onToken?: (token: SessionToken) => void
}
