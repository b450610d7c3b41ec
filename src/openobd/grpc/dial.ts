import { lookup as systemLookup } from 'node:dns'
import { request } from 'node:http'
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { ConnectionCause, ConnectionStep } from '../../shared/connection-cause.ts'
import { secureContextOf } from './authorities.ts'
import { addressOf, type Endpoint, type TrustedEndpoint } from './endpoint.ts'
import { limitedPatience } from './patience.ts'
import { type ProxyAddress, type Route, routeTo } from './route.ts'
import { tlsProblemOf } from './tls-failure.ts'

/** Options of one attempt to connect. */
export interface DialOptions {
  /** Longest time for each step, in ms; default 3 s. */
  readonly limitMs?: number
  /** Protocols that are offered in TLS (ALPN). */
  readonly protocols?: readonly string[]
  /** Default: the resolver of the system. */
  readonly lookup?: LookupFunction
}

/** A connection, or the cause why there is none; `passed` are the steps that worked. */
export type Dialed =
  | { readonly ok: true; readonly socket: Socket; readonly passed: readonly ConnectionStep[] }
  | { readonly ok: false; readonly cause: ConnectionCause | undefined; readonly passed: readonly ConnectionStep[] }

type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly cause?: ConnectionCause }

const worked = <T>(value: T): Result<T> => ({ ok: true, value })
const failedBy = (cause: ConnectionCause | undefined): Result<never> => ({ ok: false, ...(cause && { cause }) })

/** Connects to an endpoint, through the proxy of the route and with TLS where the endpoint wants it. Never rejects. */
export async function dial(endpoint: TrustedEndpoint, wanted: Route, options: DialOptions = {}): Promise<Dialed> {
  const route = routeTo(endpoint.host, wanted)
  const passed: ConnectionStep[] = []
  const tcp = await openTcp(route.proxy ?? endpoint, options, () => void passed.push('name'))
  if (!tcp.ok) return { ok: false, cause: tcp.cause && (route.proxy ? ofProxy(tcp.cause) : tcp.cause), passed }
  let socket = tcp.value
  if (route.proxy) {
    const tunnel = await openTunnel(socket, route.proxy, endpoint, options)
    if (!tunnel.ok) {
      if (tunnel.cause === 'proxy-cannot-reach') passed.push('proxy')
      return { ok: false, cause: tunnel.cause, passed }
    }
    passed.push('proxy')
    socket = tunnel.value
  }
  passed.push('tcp')
  if (endpoint.transport === 'plaintext') return { ok: true, socket, passed }
  const secured = await openTls(socket, endpoint.host, route, options)
  if (!secured.ok) return { ok: false, cause: secured.cause, passed }
  passed.push('tls')
  return { ok: true, socket: secured.value, passed }
}

const causesByCode: ReadonlyMap<string, ConnectionCause> = new Map([
  ['ENOTFOUND', 'name-unknown'],
  ['ENODATA', 'name-unknown'],
  ['EAI_NONAME', 'name-unknown'],
  ['EAI_AGAIN', 'name-service-silent'],
  ['EAI_FAIL', 'name-service-silent'],
  ['ESERVFAIL', 'name-service-silent'],
  ['ETIMEOUT', 'name-service-silent'],
  ['ECONNREFUSED', 'nothing-listens'],
  ['EHOSTUNREACH', 'network-unreachable'],
  ['ENETUNREACH', 'network-unreachable'],
  ['ENETDOWN', 'network-unreachable'],
  ['EHOSTDOWN', 'network-unreachable'],
  ['EADDRNOTAVAIL', 'network-unreachable'],
  ['ETIMEDOUT', 'host-silent'],
  ['ECONNRESET', 'server-closes'],
  ['EPIPE', 'server-closes'],
])

const causeOfCode = (error: NodeJS.ErrnoException): ConnectionCause | undefined => causesByCode.get(error.code ?? '')

/** The same cause when it concerns the proxy instead of the server. */
function ofProxy(cause: ConnectionCause): ConnectionCause {
  switch (cause) {
    case 'name-unknown':
      return 'proxy-name-unknown'
    case 'nothing-listens':
      return 'proxy-not-listening'
    case 'host-silent':
      return 'proxy-silent'
    case 'server-closes':
      return 'proxy-cuts'
    default:
      return cause
  }
}

function openTcp(
  to: Endpoint,
  { limitMs = 3_000, lookup }: DialOptions,
  resolved: () => void,
): Promise<Result<Socket>> {
  return new Promise((resolve) => {
    let isResolved = isIP(to.host) !== 0
    if (isResolved) resolved()
    const socket = connectTcp({ host: to.host, port: to.port, lookup: lookup ?? systemLookup })
    const cancel = limitedPatience(limitMs, () => settle(failedBy(isResolved ? 'host-silent' : 'name-service-silent')))
    const settle = (result: Result<Socket>): void => {
      cancel()
      // A socket without a listener for errors throws them.
      socket.on('error', () => undefined)
      if (!result.ok) socket.destroy()
      resolve(result)
    }
    socket.once('lookup', (error) => {
      if (error || isResolved) return
      isResolved = true
      resolved()
    })
    socket.once('connect', () => settle(worked(socket)))
    socket.once('error', (error) => settle(failedBy(causeOfCode(error))))
  })
}

/** Asks the proxy for a tunnel. The socket is its own afterwards, or destroyed. */
function openTunnel(
  socket: Socket,
  proxy: ProxyAddress,
  endpoint: Endpoint,
  { limitMs = 3_000 }: DialOptions,
): Promise<Result<Socket>> {
  const address = addressOf(endpoint)
  return new Promise((resolve) => {
    const asked = request({
      method: 'CONNECT',
      path: address,
      headers: { Host: address, ...signIn(proxy) },
      createConnection: () => socket,
    })
    const cancel = limitedPatience(limitMs, () => settle(failedBy('proxy-silent')))
    const settle = (result: Result<Socket>): void => {
      cancel()
      asked.on('error', () => undefined)
      if (!result.ok) socket.destroy()
      resolve(result)
    }
    asked.once('connect', ({ statusCode = 0, headers }, _socket, head) => {
      const cause = causeOfAnswer(statusCode, headers['content-type'] ?? '', head, proxy)
      if (cause) return settle(failedBy(cause))
      if (head.length > 0) socket.unshift(head)
      settle(worked(socket))
    })
    // An answer that CONNECT does not have, such as 101.
    asked.once('upgrade', () => settle(failedBy('proxy-is-none')))
    asked.once('response', () => settle(failedBy('proxy-is-none')))
    asked.once('error', (error: NodeJS.ErrnoException) => settle(failedBy(causeOfBrokenAnswer(error))))
    asked.end()
  })
}

const signIn = ({ user, password = '' }: ProxyAddress): { 'Proxy-Authorization'?: string } =>
  user === undefined ? {} : { 'Proxy-Authorization': `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }

const causeOfBrokenAnswer = ({ code = '' }: NodeJS.ErrnoException): ConnectionCause =>
  code.startsWith('HPE_') ? 'proxy-is-none' : 'proxy-cuts'

function causeOfAnswer(status: number, contentType: string, head: Buffer, proxy: ProxyAddress) {
  const hasSignIn = proxy.user !== undefined
  if (status === 407) return hasSignIn ? 'proxy-refuses-sign-in' : 'proxy-needs-sign-in'
  if (status === 403 || status === 401) return 'proxy-refuses'
  if (status >= 300 && status < 400) return 'proxy-shows-page'
  if (status === 200) return /html/i.test(contentType) || startsPage(head) ? 'proxy-shows-page' : undefined
  if (status > 200 && status < 300) return startsPage(head) ? 'proxy-shows-page' : undefined
  return status === 502 || status === 503 || status === 504 ? 'proxy-cannot-reach' : 'proxy-is-none'
}

const startsPage = (head: Buffer): boolean =>
  /^\s*<(!doctype|html|head|body)/i.test(head.subarray(0, 64).toString('latin1'))

function openTls(
  under: Socket,
  host: string,
  route: Route,
  { limitMs = 3_000, protocols }: DialOptions,
): Promise<Result<TLSSocket>> {
  return new Promise((resolve) => {
    const socket = connectTls({
      socket: under,
      host,
      servername: isIP(host) === 0 ? host : '',
      secureContext: secureContextOf(route),
      ...(protocols && { ALPNProtocols: [...protocols] }),
    })
    const cancel = limitedPatience(limitMs, () => settle(failedBy('server-silent')))
    const settle = (result: Result<TLSSocket>): void => {
      cancel()
      socket.on('error', () => undefined)
      if (!result.ok) socket.destroy()
      resolve(result)
    }
    socket.once('secureConnect', () => settle(worked(socket)))
    socket.once('close', () => settle(failedBy(causeOfEnd(under, route))))
    socket.once('error', (error: NodeJS.ErrnoException) => settle(failedBy(causeOfTls(error, under, route))))
  })
}

/** Bytes of a server that has sent its certificate; an alert alone has seven. */
const withCertificate = 64

function causeOfTls(error: NodeJS.ErrnoException, under: Socket, route: Route): ConnectionCause {
  const problem = tlsProblemOf(`${error.code ?? ''} ${error.message}`)
  // Up to TLS 1.2 a missing or refused certificate of ours is a general alert, after the server has sent its own.
  if (/handshake failure/i.test(error.message) && bytesOf(under) > withCertificate)
    return route.identity ? 'client-certificate-refused' : 'client-certificate-required'
  return problem ?? causeOfEnd(under, route)
}

/** Some servers close without an alert when they do not accept a certificate. */
const causeOfEnd = (under: Socket, { identity }: Route): ConnectionCause =>
  identity && bytesOf(under) > withCertificate ? 'client-certificate-refused' : 'server-closes'

/** Bytes that were read below TLS. */
const bytesOf = (socket: Socket): number => socket.bytesRead
