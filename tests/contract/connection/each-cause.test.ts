import dns, { type LookupOptions } from 'node:dns'
import { type AddressInfo, type LookupFunction, Socket } from 'node:net'
import { createServer } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dial } from '../../../src/openobd/grpc/dial.ts'
import { probeServer } from '../../../src/openobd/grpc/server-probe.ts'
import { connectionSteps, stepOfCause } from '../../../src/shared/connection-cause.ts'
import { type Injection, injections, innerName, makePapers } from './plan.ts'
import { proxyUser, startProxy } from './proxies.ts'

const papers = await makePapers()
const names = Object.keys(injections(papers))
const codes: Readonly<Record<string, string>> = {
  'unknown.workshop.test': 'ENOTFOUND',
  'again.workshop.test': 'EAI_AGAIN',
}
const lookup: LookupFunction = (host, options, callback) => {
  if (codes[host]) callback(Object.assign(new Error(`getaddrinfo ${codes[host]}`), { code: codes[host] }), '', 0)
  else dns.lookup(host, options as LookupOptions, callback as never)
}

/** What one look finds: a tunnel that is cut later works now, and what only a call can tell is no cause. */
const causeOf = ({ expected: { cause } }: Injection) => (cause === 'tunnel-cut' ? undefined : cause)

/** Servers of the plan that say nothing do not even agree on TLS. */
const neverSecure: ReadonlySet<string | undefined> = new Set(['server-silent', 'server-closes'])

/** The steps before the one that fails, without those that this connection does not have. */
function passedOf(injection: Injection): string[] {
  const cause = causeOf(injection)
  const failedAt = cause ? connectionSteps.indexOf(stepOfCause[cause]) : connectionSteps.indexOf('credentials')
  return connectionSteps
    .slice(0, failedAt)
    .filter((step) => (step === 'proxy' ? injection.proxy : true))
    .filter((step) => (step === 'tls' ? injection.transport === 'tls' && !neverSecure.has(cause) : true))
}

async function found(injection: Injection) {
  const { proxy, identity, isSilent = false } = injection
  const route = { authorities: [papers.authority.cert], ...(proxy && { proxy }), ...(identity && { identity }) }
  return probeServer(injection, route, { limitMs: isSilent ? 300 : 15_000, lookup })
}

describe.each([
  ['directly with TLS 1.2', 0.1],
  ['through a proxy with TLS 1.3', 0.9],
])('one look at a connection %s', (_way, chance) => {
  it.each(names)('finds the cause and the steps that worked: %s', async (name) => {
    const injection = await injections(papers)[name]?.(() => chance)
    if (!injection) throw new Error(name)
    const cause = causeOf(injection)
    expect(await found(injection)).toEqual({ passed: passedOf(injection), ...(cause && { cause }) })
  })
})

describe('a look at a server with TLS', () => {
  /** A server that offers one protocol in TLS and does with connections what the test says. */
  async function tlsServer(protocol: string | undefined, serve: (socket: Socket) => void): Promise<number> {
    const { cert, key } = papers.good
    const server = createServer({ cert, key, ...(protocol && { ALPNProtocols: [protocol] }) }, serve)
    server.on('tlsClientError', () => undefined)
    onTestFinished(() => void server.close())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  }
  const look = (port: number, limitMs = 60_000) =>
    probeServer({ host: '127.0.0.1', port, transport: 'tls' }, { authorities: [papers.authority.cert] }, { limitMs })

  it('does not wait for one that has chosen HTTP/1, and says nothing to it', async () => {
    let heard = 0
    const port = await tlsServer('http/1.1', (socket) =>
      socket.on('data', () => (heard += 1)).on('error', () => undefined),
    )
    expect(await look(port)).toEqual({ passed: ['name', 'tcp', 'tls'], cause: 'http-1' })
    expect(heard).toBe(0)
  })

  it.each([
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'http-1'],
    ['hello, this is another service', 'http-1'],
  ])('takes "%s" for a server of another kind', async (answer, cause) => {
    const port = await tlsServer('h2', (socket) => socket.on('error', () => undefined).end(answer))
    expect((await look(port)).cause).toBe(cause)
  })

  it('is content with settings that arrive byte by byte', async () => {
    const port = await tlsServer(undefined, (socket) => {
      socket.on('error', () => undefined)
      for (const byte of [0, 0, 0, 4, 0, 0, 0, 0, 0]) socket.write(Uint8Array.of(byte))
    })
    expect(await look(port)).toEqual({ passed: ['name', 'tcp', 'tls', 'protocol'] })
  })

  it('gives up on one that begins and never goes on', async () => {
    const port = await tlsServer('h2', (socket) => void socket.on('error', () => undefined).write('HT'))
    expect((await look(port, 300)).cause).toBe('http-1')
  })
})

describe('a connection that was dialed', () => {
  it('is handed over through the proxy, signed in, with the protocol that was asked for', async () => {
    const made = await injections(papers)['nothing, with sign-in at the proxy']?.(() => 0.5)
    if (!made) throw new Error('no plan')
    const dialed = await dial(
      made,
      { authorities: [papers.authority.cert], ...(made.proxy && { proxy: made.proxy }) },
      { protocols: ['h2'] },
    )
    expect(dialed).toMatchObject({ ok: true, passed: ['name', 'proxy', 'tcp', 'tls'] })
    if (!dialed.ok) throw new Error(String(dialed.cause))
    expect('alpnProtocol' in dialed.socket && dialed.socket.alpnProtocol).toBe('h2')
    expect(dialed.socket).toBeInstanceOf(Socket)
    dialed.socket.destroy()
  })

  it('tells the proxy the name of the server and nothing but the sign-in that it has', async () => {
    const proxy = await startProxy('wants-sign-in')
    const to = { host: innerName, port: 9, transport: 'plaintext' } as const
    const through = (more: object) =>
      dial(to, { proxy: { host: '127.0.0.1', port: proxy.port, ...more } }, { limitMs: 15_000 })
    expect(await through({})).toMatchObject({ ok: false, cause: 'proxy-needs-sign-in', passed: ['name'] })
    expect(await through({ user: 'someone' })).toMatchObject({ ok: false, cause: 'proxy-refuses-sign-in' })
    expect(await through(proxyUser)).toMatchObject({
      ok: false,
      cause: 'proxy-cannot-reach',
      passed: ['name', 'proxy'],
    })
    expect(proxy.asked.every(({ target }) => target === `${innerName}:9`)).toBe(true)
  })
})
