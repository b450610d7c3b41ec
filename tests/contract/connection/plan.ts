import type { ClientIdentity, ProxyAddress } from '../../../src/openobd/grpc/route.ts'
import type { ConnectionCause } from '../../../src/shared/connection-cause.ts'
import type { FailureCode } from '../../../src/shared/outcome.ts'
import { type Authority, type Identity, newAuthority, selfSigned } from '../../support/certificates.ts'
import {
  blackHole,
  closingServer,
  foreignGrpcServer,
  freePort,
  http1Server,
  http2Server,
  oldTlsServer,
  openObdServer,
  silentServer,
} from './peers.ts'
import { type ProxyManner, proxyUser, type RunningProxy, startProxy } from './proxies.ts'

/** The name of the servers behind a proxy; only the proxy can look it up. */
export const innerName = 'grpc.workshop.test'
const hosts = ['127.0.0.1', innerName]
const dayMs = 86_400_000

/** Certificates of all kinds. */
export interface Papers {
  readonly authority: Authority
  readonly good: Identity
  readonly byWhat: Readonly<
    Record<'untrusted-issuer' | 'wrong-name' | 'expired' | 'not-yet-valid' | 'self-signed', Identity>
  >
  readonly client: ClientIdentity
  readonly expiredClient: ClientIdentity
  readonly strangeClient: ClientIdentity
}

const clientOf = ({ cert, key }: Identity): ClientIdentity => ({ certificate: cert, key })

export async function makePapers(): Promise<Papers> {
  const authority = await newAuthority('Authority of the test')
  const stranger = await newAuthority('Stranger')
  const now = Date.now()
  const past = { fromMs: now - 400 * dayMs, untilMs: now - 35 * dayMs }
  return {
    authority,
    good: await authority.issue({ name: 'good', hosts }),
    byWhat: {
      'untrusted-issuer': await stranger.issue({ name: 'of a stranger', hosts }),
      'wrong-name': await authority.issue({ name: 'wrong name', hosts: ['elsewhere.test'] }),
      expired: await authority.issue({ name: 'expired', hosts, ...past }),
      'not-yet-valid': await authority.issue({
        name: 'not yet valid',
        hosts,
        fromMs: now + 300 * dayMs,
        untilMs: now + 600 * dayMs,
      }),
      'self-signed': await selfSigned({ name: 'self-signed', hosts }),
    },
    client: clientOf(await authority.issue({ name: 'lift 1' })),
    expiredClient: clientOf(await authority.issue({ name: 'lift 1', ...past })),
    strangeClient: clientOf(await stranger.issue({ name: 'lift 1' })),
  }
}

/** One fault with the way to it, and what has to be said about it. */
export interface Injection {
  readonly host: string
  readonly port: number
  readonly transport: 'tls' | 'plaintext'
  readonly proxy?: ProxyAddress
  readonly identity?: ClientIdentity
  readonly secret?: string
  /** Its steps answer nothing, so that the time limits have to be short. */
  readonly isSilent?: boolean
  readonly expected: { readonly cause?: ConnectionCause; readonly code?: FailureCode; readonly ready?: true }
}

type Make = (random: () => number) => Promise<Injection>
interface Peer {
  readonly port: number
  readonly transport?: 'tls' | 'plaintext'
}

/** All injections by name. Peers are shared by all runs of a test. */
export function injections(papers: Papers): Readonly<Record<string, Make>> {
  const shared = new Map<string, Promise<unknown>>()
  const once = <T>(name: string, make: () => Promise<T>): Promise<T> => {
    const known = shared.get(name) ?? make()
    shared.set(name, known)
    return known as Promise<T>
  }
  const proxy = async (manner: ProxyManner): Promise<RunningProxy & { host: string }> => ({
    host: '127.0.0.1',
    ...(await once(`proxy ${manner}`, () => startProxy(manner))),
  })
  const direct = ({ port, transport = 'tls' }: Peer) => ({ host: '127.0.0.1', port, transport })
  const good = () => once('good', () => openObdServer(papers.good))
  /** Behind a proxy that works, or directly. */
  const anyWay = async (random: () => number, peer: Peer) =>
    random() < 0.5 ? direct(peer) : { ...direct(peer), host: innerName, proxy: await proxy('good') }
  const through = async (
    manner: ProxyManner,
    cause: ConnectionCause,
    more: Partial<ProxyAddress> = {},
  ): Promise<Injection> => {
    const { port } = await good()
    return {
      host: innerName,
      port,
      transport: 'tls',
      proxy: { ...(await proxy(manner)), ...more },
      expected: { cause },
    }
  }
  const version = (random: () => number) => (random() < 0.5 ? ('TLSv1.2' as const) : ('TLSv1.3' as const))
  const wantsClient = (random: () => number) => {
    const chosen = version(random)
    return once(`client ${chosen}`, () => http2Server(papers.good, chosen, papers.authority))
  }
  const certificates = Object.entries(papers.byWhat).map(([cause, identity]): [string, Make] => [
    cause,
    async (random) => {
      const chosen = version(random)
      const port = await once(`${cause} ${chosen}`, () => http2Server(identity, chosen))
      return { ...(await anyWay(random, { port })), expected: { cause: cause as ConnectionCause } }
    },
  ])
  return {
    ...Object.fromEntries(certificates),
    nothing: async (random) => ({ ...(await anyWay(random, await good())), expected: { ready: true } }),
    'nothing, with sign-in at the proxy': async () => {
      const { port } = await good()
      const signedIn = { ...(await proxy('wants-sign-in')), ...proxyUser }
      return { host: innerName, port, transport: 'tls', proxy: signedIn, expected: { ready: true } }
    },
    'nothing, with a certificate of this computer': async (random) => {
      const { port } = await once('mutual', () => openObdServer(papers.good, papers.authority))
      return { ...(await anyWay(random, { port })), identity: papers.client, expected: { ready: true } }
    },
    'wrong secret': async (random) => ({
      ...(await anyWay(random, await good())),
      secret: 'not the secret',
      expected: { code: 'wrong-credentials' },
    }),
    'no openOBD': async (random) => {
      const port = await once('foreign', () => foreignGrpcServer(papers.good))
      return { ...(await anyWay(random, { port })), expected: { code: 'not-supported-by-server' } }
    },
    'old TLS': async (random) => {
      const port = await once('old', () => oldTlsServer(papers.good))
      return { ...(await anyWay(random, { port })), expected: { cause: 'protocol-mismatch' } }
    },
    'plaintext where TLS is expected': async (random) => {
      const { port } = await once('plaintext', () => openObdServer())
      return { ...(await anyWay(random, { port })), expected: { cause: 'server-is-plaintext' } }
    },
    'TLS where plaintext is expected': async (random) => ({
      ...(await anyWay(random, { ...(await good()), transport: 'plaintext' })),
      expected: { cause: 'server-is-tls' },
    }),
    'HTTP/1': async (random) => {
      const port = await once('http 1', http1Server)
      return { ...(await anyWay(random, { port, transport: 'plaintext' })), expected: { cause: 'http-1' } }
    },
    'certificate missing': async (random) => ({
      ...(await anyWay(random, { port: await wantsClient(random) })),
      expected: { cause: 'client-certificate-required' },
    }),
    'certificate expired': async (random) => ({
      ...(await anyWay(random, { port: await wantsClient(random) })),
      identity: papers.expiredClient,
      expected: { cause: 'client-certificate-expired' },
    }),
    'certificate of a stranger': async (random) => ({
      ...(await anyWay(random, { port: await wantsClient(random) })),
      identity: papers.strangeClient,
      expected: { cause: 'client-certificate-refused' },
    }),
    'nothing listens': async () => ({
      ...direct({ port: await once('free', freePort) }),
      expected: { cause: 'nothing-listens' },
    }),
    'nothing listens behind the proxy': async () => ({
      host: innerName,
      port: await once('free', freePort),
      transport: 'tls',
      proxy: await proxy('good'),
      expected: { cause: 'proxy-cannot-reach' },
    }),
    'black hole': async () => ({
      ...direct({ port: await once('black hole', blackHole) }),
      isSilent: true,
      expected: { cause: 'host-silent' },
    }),
    'silent server': async (random) => ({
      ...(await anyWay(random, { port: await once('silent', silentServer) })),
      isSilent: true,
      expected: { cause: 'server-silent' },
    }),
    'closing server': async (random) => ({
      ...(await anyWay(random, { port: await once('closing', closingServer) })),
      expected: { cause: 'server-closes' },
    }),
    'unknown name': async () => ({
      host: 'unknown.workshop.test',
      port: 443,
      transport: 'tls',
      expected: { cause: 'name-unknown' },
    }),
    'no name server': async () => ({
      host: 'again.workshop.test',
      port: 443,
      transport: 'tls',
      expected: { cause: 'name-service-silent' },
    }),
    'proxy of an unknown name': () => through('good', 'proxy-name-unknown', { host: 'unknown.workshop.test' }),
    'no proxy there': async () => through('good', 'proxy-not-listening', { port: await once('free', freePort) }),
    'proxy wants sign-in': () => through('wants-sign-in', 'proxy-needs-sign-in'),
    'proxy refuses the sign-in': () =>
      through('wants-sign-in', 'proxy-refuses-sign-in', { ...proxyUser, password: 'no' }),
    'proxy forbids': () => through('forbids', 'proxy-refuses'),
    'proxy cuts': () => through('cuts', 'proxy-cuts'),
    'proxy shows a page': () => through('shows-page', 'proxy-shows-page'),
    'proxy redirects': () => through('redirects', 'proxy-shows-page'),
    'proxy is silent': async () => ({ ...(await through('silent', 'proxy-silent')), isSilent: true }),
    'bad gateway': () => through('bad-gateway', 'proxy-cannot-reach'),
    'a web server as proxy': () => through('no-proxy', 'proxy-is-none'),
    'proxy cuts idle connections': () => through('cuts-idle', 'tunnel-cut'),
  }
}
