import type { ConnectionCause } from '../../shared/connection-cause.ts'
import { isLoopback, normalisedHost } from './endpoint.ts'

/** An HTTP proxy that opens tunnels with CONNECT (RFC 9110, 9.3.6). */
export interface ProxyAddress {
  readonly host: string
  readonly port: number
  /** For HTTP Basic authentication; absent: none is sent. */
  readonly user?: string
  readonly password?: string
}

/** The certificate of this computer (chain, PEM) and its private key (PEM), for servers that ask for one. */
export interface ClientIdentity {
  readonly certificate: string
  readonly key: string
}

/** How an endpoint is reached and trusted, besides host and port. An empty route is a direct connection. */
export interface Route {
  /** PEM certificates of authorities trusted in addition to those of the system. */
  readonly authorities?: readonly string[]
  readonly identity?: ClientIdentity
  readonly proxy?: ProxyAddress
}

/** The route to a host: loopback never asks a proxy. */
export function routeTo(host: string, route: Route): Route {
  if (!route.proxy || !isLoopback(host)) return route
  const { proxy: _, ...direct } = route
  return direct
}

/** A proxy as sentences name it, without user and password. */
export const nameOfProxy = ({ host, port }: ProxyAddress): string => `${host}:${port}`

/** The answer of the system's proxy settings for one host: a proxy, none, or a cause with the entry that cannot be used. */
export type SystemProxy =
  | { readonly kind: 'direct' }
  | { readonly kind: 'proxy'; readonly proxy: ProxyAddress }
  | { readonly kind: 'failed'; readonly cause: ConnectionCause; readonly entry: string }

/**
 * Reads the answer of a proxy lookup, in the form that PAC scripts have: `PROXY host:port; SOCKS5 host:port; DIRECT`. The first entry
 * that can be used wins. Without one the first entry is named.
 */
export function systemProxyFrom(answer: string): SystemProxy {
  const entries = answer
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  for (const entry of entries) {
    if (/^DIRECT$/i.test(entry)) return { kind: 'direct' }
    const proxy = proxyFrom(entry)
    if (proxy) return { kind: 'proxy', proxy }
  }
  const first = entries[0]
  if (first === undefined) return { kind: 'failed', cause: 'proxy-settings-unreadable', entry: '' }
  const isKnown = /^(HTTPS|SOCKS[45]?|QUIC)\s/i.test(first)
  return {
    kind: 'failed',
    cause: isKnown ? 'proxy-kind-unsupported' : 'proxy-settings-unreadable',
    entry: first.slice(0, 100),
  }
}

function proxyFrom(entry: string): ProxyAddress | undefined {
  const parts = /^PROXY\s+(\[[\da-f:]+\]|[^\s:[\]]+):(\d{1,5})$/i.exec(entry)
  const port = Number(parts?.[2])
  if (!parts?.[1] || port < 1 || port > 65_535) return undefined
  return { host: normalisedHost(parts[1]), port }
}
