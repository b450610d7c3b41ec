import { type ServiceError, type StatusObject, status } from '@grpc/grpc-js'
import type { FailureCode } from '../../shared/outcome.ts'
import { type CallFailure, type Certainty, callFailure } from '../failure.ts'
import type { AnyToken } from '../token.ts'
import { tlsProblemOf } from './tls-failure.ts'

interface Reading {
  readonly code: FailureCode
  readonly certainty: Certainty
  /** Whether the status and its text come from the server, not from the library or the socket. */
  readonly answered?: boolean
  readonly bearerRefused?: boolean
}

const refusal = (code: FailureCode): Reading => ({ code, certainty: 'refused', answered: true })
const neverSent =
  /^(No connection established|Failed to connect|Name resolution failed|Failed to parse DNS|Channel closed|Failed to start HTTP\/2|Stream refused)/
const brokenLink =
  /^(Connection dropped|Received RST_STREAM|Write (error|failed)|No status information|Call cancelled|Bandwidth exhausted or memory|Protocol not secure|.*\b(ECONNRESET|EPIPE|ETIMEDOUT|GOAWAY)\b)/
const http = /^Received HTTP status code (\d+)/

/** Statuses with which a stream may end normally (protocol.md §3). */
export const isGracefulEnd = (code: number): boolean => code === status.OK || code === status.CANCELLED

/** Converts an error of grpc-js to a failure. gRPC status codes are read here only. */
export function failureFromStatus(
  rpc: string,
  answer: Pick<StatusObject | ServiceError, 'code' | 'details'>,
  token?: AnyToken,
): CallFailure {
  const details = answer.details ?? ''
  const reading = readLocal(details) ?? readCode(answer.code, details, rpc)
  const cause = reading.certainty === 'not-sent' ? tlsProblemOf(details) : undefined
  return callFailure(rpc, reading.code, {
    certainty: reading.certainty,
    bearerRefused: reading.bearerRefused,
    answered: reading.answered,
    ...(reading.answered ? { detail: withoutToken(details, token) } : {}),
    ...(cause ? { parameters: { cause } } : {}),
  })
}

function readLocal(details: string): Reading | undefined {
  if (neverSent.test(details)) {
    const cause = tlsProblemOf(details)
    if (cause === 'http-1') return { code: 'not-an-openobd-service', certainty: 'not-sent' }
    if (cause !== undefined) return { code: 'tls-failed', certainty: 'not-sent' }
    return { code: looksForeign(details) ? 'not-an-openobd-service' : 'connection-lost', certainty: 'not-sent' }
  }
  const httpStatus = http.exec(details)?.[1]
  if (httpStatus) {
    const gateway = ['429', '502', '503', '504'].includes(httpStatus)
    return { code: gateway ? 'connection-lost' : 'not-an-openobd-service', certainty: 'unclear' }
  }
  if (
    /^Response message parsing error|^Received message (larger|that decompresses)|^No message received/.test(details)
  ) {
    return { code: 'not-an-openobd-service', certainty: 'unclear' }
  }
  if (/^(Request message serialization failure|Attempted to send message with a size larger)/.test(details))
    return { code: 'invalid-input', certainty: 'not-sent' }
  if (brokenLink.test(details)) return { code: 'connection-lost', certainty: 'unclear' }
  return undefined
}

const looksForeign = (details: string): boolean => /Parse Error|HPE_|ERR_HTTP2_ERROR|Protocol error/i.test(details)

function readCode(code: number, details: string, rpc: string): Reading {
  switch (code) {
    case status.INVALID_ARGUMENT:
      if (!/get\w+Token$/.test(rpc)) return refusal('invalid-input')
      return refusal(/cluster/i.test(details) ? 'cluster-missing' : 'wrong-credentials')
    case status.DEADLINE_EXCEEDED:
      return { code: 'timed-out', certainty: 'unclear' }
    case status.NOT_FOUND:
      return refusal(readMissing(rpc))
    case status.FAILED_PRECONDITION:
      return refusal(/startSessionOnTicket$/.test(rpc) ? 'unknown-ticket' : 'not-allowed-now')
    case status.ALREADY_EXISTS:
      return refusal('not-allowed-now')
    case status.PERMISSION_DENIED:
      return refusal(/already authenticated/i.test(details) ? 'already-claimed' : 'not-allowed-now')
    case status.UNAUTHENTICATED:
      return { ...refusal('unauthorised'), bearerRefused: true }
    case status.OUT_OF_RANGE:
      return refusal('invalid-input')
    case status.UNIMPLEMENTED:
      return refusal('not-supported-by-server')
    case status.RESOURCE_EXHAUSTED:
      return refusal('too-many-requests')
    case status.UNAVAILABLE:
      return readUnavailable(details)
    case status.CANCELLED:
      return { code: 'connection-lost', certainty: 'unclear' }
    default:
      return { code: 'internal', certainty: 'unclear', answered: true }
  }
}

function readMissing(rpc: string): FailureCode {
  if (rpc.endsWith('startSessionOnTicket')) return 'unknown-ticket'
  return rpc.endsWith('startSessionOnConnector') ? 'unknown-connector' : 'not-found'
}

function readUnavailable(details: string): Reading {
  if (/already in use/i.test(details)) return refusal('resource-in-use')
  if (/no free resources/i.test(details)) return refusal('no-free-resources')
  if (/connector\b.*\b(offline|not connected|unreachable)/i.test(details)) return refusal('connector-offline')
  return { code: 'connection-lost', certainty: 'unclear', answered: !tlsProblemOf(details) }
}

function withoutToken(details: string, token: AnyToken | undefined): string {
  const scrubbed = details.replaceAll(/bearer\s+\S+/gi, 'Bearer …')
  return token ? scrubbed.replaceAll(token.reveal(), '…') : scrubbed
}
