import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import {
  type ConnectionCause,
  type ConnectionStep,
  connectionSteps,
  stepOfCause,
} from '../../shared/connection-cause.ts'
import { systemClock } from '../clock.ts'
import { isOutOfDate } from './certificates.ts'
import { type DialOptions, dial } from './dial.ts'
import type { TrustedEndpoint } from './endpoint.ts'
import { limitedPatience } from './patience.ts'
import type { Route } from './route.ts'
import { tlsProblemOf } from './tls-failure.ts'

/** What a probe found: the steps that worked, in order, and why the next one did not. Without a cause all steps of a connection work. */
export interface ProbeResult {
  readonly passed: readonly ConnectionStep[]
  readonly cause?: ConnectionCause
}

/** Options of a probe. */
export type ProbeOptions = Pick<DialOptions, 'limitMs' | 'lookup'> & {
  /** The time of this computer, in Unix ms, to judge the certificate of this computer. */
  readonly nowMs?: () => number
}

/** Start of an HTTP/2 connection: preface and empty settings (RFC 9113, 3.4), without any secret. */
const greeting = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
])

/**
 * Finds out at which step a connection to an endpoint fails and why, because errors of grpc-js do not say. Never fails and sends no
 * secret except the sign-in of the proxy; at most two connections, each step limited in time.
 */
export async function probeServer(
  endpoint: TrustedEndpoint,
  route: Route = {},
  options: ProbeOptions = {},
): Promise<ProbeResult> {
  const dialing = { ...options, protocols: ['h2', 'http/1.1'] }
  const dialed = await dial(endpoint, route, dialing)
  if (!dialed.ok) return result(dialed.passed, own(dialed.cause, route, options))
  const { socket, passed } = dialed
  const reaction = await greet(socket, options.limitMs ?? 3_000)
  const cause = causeOf(reaction, endpoint, route, options)
  if (endpoint.transport === 'tls' || cause !== 'server-closes') return result(passed, cause)
  // Many servers close a connection without TLS handshake and send nothing.
  const secured = await dial({ ...endpoint, transport: 'tls' }, route, dialing)
  if (secured.ok) secured.socket.destroy()
  const isTls = secured.ok || (secured.passed.includes('tcp') && isOfTls(secured.cause))
  return result(passed, isTls ? 'server-is-tls' : cause)
}

const isOfTls = (cause: ConnectionCause | undefined): boolean =>
  cause !== undefined && cause !== 'server-is-plaintext' && stepOfCause[cause] === 'tls'

/** Steps before the one that failed count as passed, also when they were not needed. */
function result(passed: readonly ConnectionStep[], cause: ConnectionCause | undefined): ProbeResult {
  if (cause === undefined) return { passed: [...passed, 'protocol'] }
  const failedAt = connectionSteps.indexOf(stepOfCause[cause])
  return { passed: passed.filter((step) => connectionSteps.indexOf(step) < failedAt), cause }
}

/** First bytes of a server, the protocol that TLS agreed on (false: none; undefined: no TLS), and the text of an error. */
interface Reaction {
  readonly reply: Buffer
  readonly alpn: string | false | undefined
  readonly error: string
  readonly isSilent: boolean
}

function causeOf(
  { reply, alpn, error, isSilent }: Reaction,
  endpoint: TrustedEndpoint,
  route: Route,
  options: ProbeOptions,
): ConnectionCause | undefined {
  if (alpn === 'http/1.1' || reply.subarray(0, 7).toString('latin1') === 'HTTP/1.') return 'http-1'
  // A TLS record that holds an alert (RFC 8446, 5.1).
  if (endpoint.transport === 'plaintext' && reply[0] === 0x15 && reply[1] === 0x03) return 'server-is-tls'
  // A server begins with its settings (RFC 9113, 3.4).
  if (reply[3] === 0x04 && reply.length >= 9) return undefined
  if (reply.length > 0) return 'http-1'
  const problem = endpoint.transport === 'tls' ? tlsProblemOf(error) : undefined
  if (problem) return own(problem, route, options)
  if (isSilent) return 'server-silent'
  // Some servers close without an alert when they do not accept a certificate.
  return own(
    route.identity && endpoint.transport === 'tls' ? 'client-certificate-refused' : 'server-closes',
    route,
    options,
  )
}

/** A refused certificate of this computer that is out of date is refused for that reason. */
function own(cause: ConnectionCause | undefined, { identity }: Route, { nowMs = systemClock.wallMs }: ProbeOptions) {
  const isOwn = cause === 'client-certificate-refused' || cause === 'client-certificate-required'
  return isOwn && identity && isOutOfDate(identity, nowMs()) ? 'client-certificate-expired' : cause
}

/** Sends the start of HTTP/2 and waits for the first bytes, the end or the time limit. Closes the connection. */
function greet(socket: Socket | TLSSocket, limitMs: number): Promise<Reaction> {
  const alpn = 'alpnProtocol' in socket ? (socket.alpnProtocol ?? false) : undefined
  return new Promise((resolve) => {
    let reply = Buffer.alloc(0)
    const cancel = limitedPatience(limitMs, () => settle('', reply.length === 0))
    const settle = (error = '', isSilent = false): void => {
      cancel()
      socket.removeAllListeners('data')
      socket.destroy()
      resolve({ reply, alpn, error, isSilent })
    }
    socket.on('data', (bytes: Buffer) => {
      reply = Buffer.concat([reply, bytes])
      if (reply.length >= 9) settle()
    })
    socket.once('end', () => settle())
    socket.once('close', () => settle())
    socket.on('error', (error: NodeJS.ErrnoException) => settle(`${error.code ?? ''} ${error.message}`))
    if (alpn === 'http/1.1') settle()
    else socket.write(greeting)
  })
}
