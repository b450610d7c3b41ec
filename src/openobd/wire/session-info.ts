import type { SessionState } from '../../shared/session.ts'
import { MalformedMessage } from '../failure.ts'
import type { SessionInfo__Output } from '../generated/types/openOBD/v1/SessionInfo.ts'
import { type AuthenticationToken, tokenFromWire } from '../token.ts'
import { neededNumber } from './plausible.ts'

/** The session controller's record of a session (openOBD.v1.SessionInfo). */
export interface SessionInfo {
  readonly id: string
  readonly state: SessionState
  /** Unix ms of the server's clock; undefined when the text cannot be read. */
  readonly createdAt?: number
  /** Endpoint of the session's services; `trustSessionEndpoint` decides whether a token may be sent there. */
  readonly grpcEndpoint: string
  /** Absent: 443 with TLS. */
  readonly grpcPort?: number
  /** Present while the session waits to be claimed. */
  readonly authenticationToken?: AuthenticationToken
}

const states: ReadonlyMap<string, SessionState> = new Map(
  (['available', 'active', 'interrupted', 'finished', 'failed'] as const).map((state) => [state, state]),
)

/** A state in the spelling of openOBD; `unknown` for values of a later version. */
export const sessionStateFromWire = (state: string): SessionState => states.get(state.toLowerCase()) ?? 'unknown'

/** Reads `2019-08-24T14:15:22.651+0000` and the unusual `date:time` form of the published comment (protocol.md §4). */
export function timestampFromWire(text: string): number | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)[T: ](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:?\d\d)?$/.exec(text.trim())
  if (!parts) return undefined
  const zone = (parts[3] ?? 'Z').replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
  const at = Date.parse(`${parts[1]}T${parts[2]}${zone}`)
  return Number.isNaN(at) ? undefined : at
}

/** An absent or zero port means 443 with TLS; an invalid number is an error, because it must not be read as absent. */
function portFromWire(port: number | undefined): number | undefined {
  return port === undefined || port === 0
    ? undefined
    : neededNumber('SessionInfo.grpc_port', port, { minimum: 1, maximum: 65_535 })
}

/** A received SessionInfo. Fails with a named error when it has no id or an invalid port. */
export function sessionInfoFromWire(wire: SessionInfo__Output): SessionInfo {
  if (!wire.id) throw new MalformedMessage('SessionInfo', 'id')
  const createdAt = timestampFromWire(wire.created_at)
  const grpcPort = portFromWire(wire.grpc_port)
  const authenticationToken = tokenFromWire('authentication', wire.authentication_token)
  return {
    id: wire.id,
    state: sessionStateFromWire(wire.state),
    grpcEndpoint: wire.grpc_endpoint,
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(grpcPort === undefined ? {} : { grpcPort }),
    ...(authenticationToken ? { authenticationToken } : {}),
  }
}
