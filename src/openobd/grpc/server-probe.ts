import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { ConnectionCause } from '../../shared/connection-cause.ts'
import { trustedContext } from './authorities.ts'
import type { TrustedEndpoint } from './endpoint.ts'
import { tlsProblemOf } from './tls-failure.ts'

/** Start of an HTTP/2 connection: preface and empty settings (RFC 9113, 3.4), without any secret. */
const greeting = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
])

/**
 * Finds out what kind of server listens at an endpoint that grpc-js could not talk to, because errors of grpc-js do not say.
 * Undefined when no cause is found. Never fails; at most three connections, each closed after the time limit.
 */
export async function probeServer(
  endpoint: TrustedEndpoint,
  extraAuthorities: readonly string[] = [],
  limitMs = 3_000,
): Promise<ConnectionCause | undefined> {
  const secured = (): Promise<Greeted> => greet(openTls(endpoint, extraAuthorities, limitMs))
  if (endpoint.transport === 'tls') return causeOverTls(await secured())
  const { reply } = await greet(connectTcp({ host: endpoint.host, port: endpoint.port, timeout: limitMs }))
  const cause = causeInReply(reply)
  if (cause !== undefined || reply.length > 0) return cause
  // Many servers close a connection without TLS handshake and send nothing.
  const { alpn, error } = await secured()
  const tls = tlsProblemOf(error)
  return alpn !== undefined || (tls !== undefined && tls !== 'server-is-plaintext') ? 'server-is-tls' : undefined
}

/** Reaction of a server: its first bytes, the protocol that TLS agreed on (false: none; undefined: no TLS), and the text of an error. */
interface Greeted {
  readonly reply: Buffer
  readonly alpn?: string | false
  readonly error: string
}

function causeOverTls({ reply, alpn, error }: Greeted): ConnectionCause | undefined {
  if (alpn === 'http/1.1') return 'http-1'
  return alpn === undefined ? tlsProblemOf(error) : causeInReply(reply)
}

function causeInReply(reply: Buffer): ConnectionCause | undefined {
  if (reply.subarray(0, 7).toString('latin1') === 'HTTP/1.') return 'http-1'
  // A TLS record that holds an alert (RFC 8446, 5.1).
  return reply[0] === 0x15 && reply[1] === 0x03 ? 'server-is-tls' : undefined
}

function openTls({ host, port }: TrustedEndpoint, extraAuthorities: readonly string[], timeout: number): TLSSocket {
  const servername = isIP(host) === 0 ? host : ''
  const secureContext = trustedContext(extraAuthorities)
  return connectTls({ host, port, servername, secureContext, timeout, ALPNProtocols: ['h2', 'http/1.1'] })
}

/** Connects, sends the start and waits for the first bytes, the end or the time limit. */
function greet(socket: Socket | TLSSocket): Promise<Greeted> {
  return new Promise((resolve) => {
    let alpn: string | false | undefined
    const settle = (reply: Buffer, error = ''): void => {
      socket.destroy()
      resolve({ reply, alpn, error })
    }
    socket.once('connect', () => 'alpnProtocol' in socket || socket.write(greeting))
    socket.once('secureConnect', () => {
      if ('alpnProtocol' in socket) alpn = socket.alpnProtocol ?? false
      if (alpn === false) socket.write(greeting)
      else settle(Buffer.alloc(0))
    })
    socket.once('data', (bytes) => settle(bytes))
    socket.once('end', () => settle(Buffer.alloc(0)))
    socket.once('timeout', () => settle(Buffer.alloc(0)))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      settle(Buffer.alloc(0), `${error.code ?? ''} ${error.message}`),
    )
  })
}
