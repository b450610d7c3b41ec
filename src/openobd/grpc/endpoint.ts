import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { succeeded } from '../../shared/outcome.ts'
import { type CallOutcome, refused } from '../failure.ts'
import { addressRange } from './address-range.ts'

/** A host and a port as typed or received. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** An endpoint with the decision between TLS and plaintext. Only the functions of this file create one. */
export interface TrustedEndpoint extends Endpoint {
  readonly transport: 'tls' | 'plaintext'
}

/** What the person has allowed for one server. */
export interface EndpointTrust {
  /** Development setting, visible in the window: plaintext to a host that is not loopback. */
  readonly allowPlaintext?: boolean
  /** Hosts or suffixes that may serve sessions besides the controller's own host. */
  readonly sessionHosts?: readonly string[]
}

/** Suffixes under which openOBD session servers are trusted when the controller is under them too (protocol.md §14: grpc.openobd.com). */
const platformSuffixes = ['openobd.com', 'jifeline.com']
const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/

/** Lower case, without brackets or a final dot, in ASCII (IDN as Punycode); `localhost` becomes the literal, so that no resolver is asked. */
export function normalisedHost(host: string): string {
  const plain = host
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
  if (plain === 'localhost') return '127.0.0.1'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  return /^[\x00-\x7f]*$/.test(plain) ? plain : domainToASCII(plain)
}

/** Whether the host is a loopback literal (127.0.0.0/8 or ::1). */
export function isLoopback(host: string): boolean {
  return addressRange(normalisedHost(host)) === 'loopback'
}

const isHost = (host: string): boolean => isIP(host) !== 0 || (hostName.test(host) && !/^[\d.]+$|^0x/.test(host))
const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535
const isUnder = (host: string, suffix: string): boolean => host === suffix || host.endsWith(`.${suffix}`)

/**
 * Decides between TLS and plaintext for the endpoint of a profile: plaintext for loopback literals, TLS for everything else unless the
 * development setting allows plaintext. Fails with `invalid-input` when it is not a host and a port.
 */
export function trustProfileEndpoint(endpoint: Endpoint, trust: EndpointTrust = {}): CallOutcome<TrustedEndpoint> {
  const host = normalisedHost(endpoint.host)
  if (!isHost(host) || !isPort(endpoint.port)) return refused('endpoint', 'invalid-input')
  const plaintext = isLoopback(host) || trust.allowPlaintext === true
  return succeeded({ host, port: endpoint.port, transport: plaintext ? 'plaintext' : 'tls' })
}

/**
 * Decides whether session tokens may be sent to the endpoint of a SessionInfo, before any token is attached (quality.md A60, A61).
 * An absent or zero port means 443 with TLS. Fails with `endpoint-refused`.
 */
export function trustSessionEndpoint(
  controller: TrustedEndpoint,
  sent: { readonly grpcEndpoint: string; readonly grpcPort?: number },
  trust: EndpointTrust = {},
): CallOutcome<TrustedEndpoint> {
  const refusal = refused('endpoint', 'endpoint-refused', { certainty: 'not-sent' })
  const raw = sent.grpcEndpoint.toLowerCase()
  const host = normalisedHost(raw)
  const port = sent.grpcPort || 443
  if (raw.trim() !== raw || !isHost(host) || !isPort(port)) return refusal
  if (isLoopback(controller.host)) {
    return isLoopback(host) && sent.grpcPort ? succeeded({ host, port, transport: 'plaintext' }) : refusal
  }
  if (isLoopback(host)) return refusal
  if (host === controller.host && port === controller.port)
    return succeeded({ host, port, transport: controller.transport })
  if (controller.transport === 'plaintext' && host === controller.host && sent.grpcPort) {
    return succeeded({ host, port, transport: 'plaintext' })
  }
  const allowed = [
    controller.host,
    ...(trust.sessionHosts ?? []).map(normalisedHost),
    ...sharedSuffixes(controller.host),
  ]
  const isNamed = isIP(host) === 0 || allowed.includes(host)
  if (!isNamed || !allowed.some((suffix) => isUnder(host, suffix))) return refusal
  return port === 443 || port === controller.port ? succeeded({ host, port, transport: 'tls' }) : refusal
}

const sharedSuffixes = (controllerHost: string): readonly string[] =>
  platformSuffixes.some((suffix) => isUnder(controllerHost, suffix)) ? platformSuffixes : []

/** The address in the form of grpc-js. */
export const addressOf = (endpoint: Endpoint): string =>
  isIP(endpoint.host) === 6 ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`
