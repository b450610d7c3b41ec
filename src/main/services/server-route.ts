import { readCertificates } from '../../openobd/grpc/certificates.ts'
import { addressOf, type Endpoint, isLoopback } from '../../openobd/grpc/endpoint.ts'
import { connectionFailure } from '../../openobd/grpc/explain-failure.ts'
import { type Route, systemProxyFrom } from '../../openobd/grpc/route.ts'
import type { ConnectionCause } from '../../shared/connection-cause.ts'
import { failed, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { StoredWay } from '../storage/profile-store.ts'

/** Asks the proxy settings of the system for a URL; the answer has the form of PAC scripts. */
export type ResolveProxy = (url: string) => Promise<string>

/** What a route is made of. */
export interface RouteSource {
  readonly way: StoredWay
  readonly proxyPassword: string | undefined
  readonly certificateKey: string | undefined
}

/** A settings script that does not answer within this time, in ms, is unreadable. */
const lookupLimitMs = 10_000

/** The route to an endpoint. Only the settings of the system have to be asked; loopback never asks them. */
export function routeFor(
  endpoint: Endpoint,
  source: RouteSource,
  resolveProxy: ResolveProxy | undefined,
): Outcome<Route> | Promise<Outcome<Route>> {
  const { way, certificateKey } = source
  const trust: Route = {
    ...(readCertificates(way.authorities) && { authorities: [way.authorities] }),
    ...(way.certificate && certificateKey && { identity: { certificate: way.certificate, key: certificateKey } }),
  }
  if (isLoopback(endpoint.host) || way.proxy.kind === 'none') return succeeded(trust)
  if (way.proxy.kind === 'typed') {
    const { host, port, user } = way.proxy
    const signIn = user === '' ? {} : { user, password: source.proxyPassword ?? '' }
    return succeeded({ ...trust, proxy: { host, port, ...signIn } })
  }
  return resolveProxy ? systemRoute(endpoint, trust, resolveProxy) : succeeded(trust)
}

async function systemRoute(endpoint: Endpoint, trust: Route, resolveProxy: ResolveProxy): Promise<Outcome<Route>> {
  const answer = await withinLimit(resolveProxy(`https://${addressOf(endpoint)}/`))
  const found = systemProxyFrom(answer ?? '')
  if (found.kind === 'direct') return succeeded(trust)
  if (found.kind === 'proxy') return succeeded({ ...trust, proxy: found.proxy })
  return failed(settingsFailure(found.cause, found.entry))
}

/** The entry of the settings takes the place of the proxy's name in the sentence. */
function settingsFailure(cause: ConnectionCause, entry: string) {
  const failure = connectionFailure('proxy settings', cause)
  return { ...failure, parameters: { ...failure.parameters, proxy: entry } }
}

async function withinLimit(answer: Promise<string>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), lookupLimitMs)
  })
  try {
    return await Promise.race([answer, limit])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

/** Whether the sign-in of one proxy may be used for another. */
export const isSameProxy = (a: StoredWay['proxy'], b: StoredWay['proxy']): boolean =>
  a.kind === 'typed' && b.kind === 'typed' && a.host === b.host && a.port === b.port && a.user === b.user
