import type { ServiceResult } from '../../shared/service-result.ts'
import { type CallOutcome, MalformedMessage, mapOutcome, withoutValue } from '../failure.ts'
import type { SessionToken__Output } from '../generated/types/openOBD/v1/SessionToken.ts'
import type { CallTransport } from '../grpc/grpc-channel.ts'
import type { GrpcStream } from '../grpc/grpc-stream.ts'
import { openObdV1 } from '../grpc/protos.ts'
import { type AuthenticationToken, type ContextToken, type SessionToken, tokenFromWire } from '../token.ts'
import { serviceResultToWire } from '../wire/service-result.ts'

const rpcs = openObdV1.session.service

/** A received session token; an unusable token is a named error. */
export function sessionTokenFromWire(wire: SessionToken__Output): SessionToken {
  const token = tokenFromWire('session', wire.value)
  if (!token) throw new MalformedMessage('SessionToken', 'value', 'is empty or no header value')
  return token
}

/** Claims the session: available → active. The authentication token is invalid afterwards. */
export async function authenticate(
  grpcChannel: CallTransport,
  token: AuthenticationToken,
  deadlineMs?: number,
): Promise<CallOutcome<SessionToken>> {
  const outcome = await grpcChannel.unary(rpcs.authenticate, {}, { token, deadlineMs })
  return mapOutcome(rpcs.authenticate, outcome, sessionTokenFromWire)
}

/** Asks whether a claim would be possible, without claiming. */
export async function assertAuthenticationPossible(
  grpcChannel: CallTransport,
  token: AuthenticationToken,
): Promise<CallOutcome<null>> {
  return withoutValue(await grpcChannel.unary(rpcs.assertAuthenticationPossible, {}, { token }))
}

/** Opens the stream on which new session tokens arrive. */
export const openSessionTokenStream = (
  grpcChannel: CallTransport,
  token: SessionToken,
): GrpcStream<never, SessionToken__Output> => grpcChannel.serverStream(rpcs.openSessionTokenStream, {}, { token })

/** Ends the session with a service result. Not idempotent: after an unclear failure ask `getSession` first. */
export async function finish(
  grpcChannel: CallTransport,
  token: ContextToken,
  result: ServiceResult,
  deadlineMs?: number,
): Promise<CallOutcome<null>> {
  return withoutValue(await grpcChannel.unary(rpcs.finish, serviceResultToWire(result), { token, deadlineMs }))
}
