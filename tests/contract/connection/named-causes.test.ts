import dns, { type LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type ConnectionStatus, ServerConnection } from '../../../src/main/services/server-connection.ts'
import { systemClock } from '../../../src/openobd/clock.ts'
import { GrpcChannel } from '../../../src/openobd/grpc/grpc-channel.ts'
import { type Network, systemNetwork } from '../../../src/openobd/grpc/network.ts'
import { openObdV1 } from '../../../src/openobd/grpc/protos.ts'
import { probeServer } from '../../../src/openobd/grpc/server-probe.ts'
import { isLastingCause } from '../../../src/shared/connection-cause.ts'
import { SeededRandom } from '../../simulation/time/random.ts'
import { good } from '../client-bench.ts'
import { account, openObdServer } from './peers.ts'
import { type Injection, injections, innerName, makePapers, type Papers } from './plan.ts'
import { proxyUser, startProxy } from './proxies.ts'

const codes: Readonly<Record<string, string>> = {
  'unknown.workshop.test': 'ENOTFOUND',
  'again.workshop.test': 'EAI_AGAIN',
}
const unresolved = (host: string) =>
  Object.assign(new Error(`getaddrinfo ${codes[host]} ${host}`), { code: codes[host] })

/** Name resolution of both sides, so that no test asks a name server. */
const lookup: LookupFunction = (host, options, callback) => {
  if (codes[host]) callback(unresolved(host), '', 0)
  else dns.lookup(host, options as LookupOptions, callback as never)
}

function networkOf({ isSilent = false }: Injection): Network {
  const limitMs = isSilent ? 4_000 : 15_000
  return { ...systemNetwork, probe: (endpoint, route) => probeServer(endpoint, route, { limitMs, lookup }) }
}

const isTold = ({ expected }: Injection, last: ConnectionStatus | undefined): boolean => {
  if (expected.ready) return last?.status === 'ready'
  if (expected.code) return last?.failure?.code === expected.code
  return last?.failure?.parameters?.cause !== undefined
}

/** What the connection says about an injection, in the words of the plan, and whether it goes on trying. */
async function diagnosed(injection: Injection, { authority }: Papers) {
  const { host, port, transport, proxy, identity, secret = account.clientSecret } = injection
  const statuses: ConnectionStatus[] = []
  const connection = new ServerConnection({
    endpoint: { host, port, transport },
    credentials: () => ({ ...account, clientSecret: secret }),
    clock: systemClock,
    random: Math.random,
    network: networkOf(injection),
    route: { authorities: [authority.cert], ...(proxy && { proxy }), ...(identity && { identity }) },
    onStatus: (status) => void statuses.push(status),
    onEvent: () => undefined,
  })
  connection.start()
  try {
    const isDone = () => expect(statuses.some((status) => isTold(injection, status))).toBe(true)
    await vi.waitFor(isDone, { timeout: 60_000, interval: 20 }).catch(() => undefined)
    const told = statuses.find((status) => isTold(injection, status)) ?? statuses.at(-1)
    return { told, state: connection.controller.grpcChannel.state }
  } finally {
    connection.stop()
  }
}

const inWords = ({ expected, proxy }: Injection) => {
  if (expected.ready) return 'ready'
  if (expected.code) return expected.code
  return `${expected.cause}${proxy ? ` at ${proxy.host}:${proxy.port}` : ''}`
}

const told = ({ expected }: Injection, status: ConnectionStatus | undefined) => {
  if (expected.ready || status?.failure === undefined) return status?.status
  const { cause, proxy } = status.failure.parameters ?? {}
  return cause === undefined ? status.failure.code : `${cause}${proxy === undefined ? '' : ` at ${proxy}`}`
}

describe('the cause of a failed connection', () => {
  let papers: Papers

  beforeAll(async () => {
    papers = await makePapers()
    const real = dns.promises.lookup
    vi.spyOn(dns.promises, 'lookup').mockImplementation(((host: string, options: object) =>
      codes[host] ? Promise.reject(unresolved(host)) : real(host, options)) as never)
  })

  // @proves Sessions and links: A63 300 seeded faults of certificates, proxies, names and peers are named as planned
  // @proves Faults: 41 proxy wants a password, dies or changes; what a person sees: the proxy as the cause, and the own engine works
  // @proves Faults: 42 certificate expired, wrong authority; what a person sees: the exact cause, without endless retries
  // @proves Faults: 43 DNS fails, or moves; what a person sees: reconnecting, with the cause
  it('is the one of the injection plan in 300 of 300 seeded runs, and lasting causes are not tried again', {
    timeout: 400_000,
  }, async () => {
    const random = new SeededRandom(13)
    const plan = injections(papers)
    const names = Object.keys(plan)
    const runs = Array.from({ length: 300 }, (_, run) => ({
      run,
      name: names[run < names.length ? run : Math.floor(random.next() * names.length)] ?? '',
      choices: random.fork(),
    }))
    const wrong: string[] = []
    const next = runs.values()
    const worker = async () => {
      for (const { run, name, choices } of next) {
        const injection = await plan[name]?.(() => choices.next())
        if (!injection) throw new Error(`There is no injection ${name}.`)
        const { told: last, state } = await diagnosed(injection, papers)
        const said = told(injection, last)
        if (said !== inWords(injection)) wrong.push(`run ${run} (${name}): ${said}, not ${inWords(injection)}`)
        const { cause } = injection.expected
        const isGivenUp = last?.status === 'failed' && state === 'idle'
        if (cause && isGivenUp !== isLastingCause(cause)) wrong.push(`run ${run} (${name}): ${last?.status}, ${state}`)
      }
    }
    await Promise.all(Array.from({ length: 16 }, worker))
    expect(wrong).toEqual([])
  })

  it('never shows the secret of the proxy or of the account', async () => {
    const proxy = { host: '127.0.0.1', ...(await startProxy('forbids')), ...proxyUser }
    const { port } = await openObdServer(papers.good)
    const injection: Injection = {
      host: innerName,
      port,
      transport: 'tls',
      proxy,
      expected: { cause: 'proxy-refuses' },
    }
    const shown = JSON.stringify((await diagnosed(injection, papers)).told)
    expect(shown).not.toContain(proxyUser.password)
    expect(shown).not.toContain(account.clientSecret)
  })
})

// @proves Sessions and links: A66 a channel takes the proxy of its route, and none for loopback
describe('a channel through a proxy', () => {
  const rpc = openObdV1.sessionController.service.getSessionControllerToken
  const signIn = { client_id: '', client_secret: account.clientSecret, cluster_id: '' }

  it('gives the proxy the name of the server, checks that name in TLS and sends it with requests', async () => {
    const papers = await makePapers()
    const server = await openObdServer(papers.good)
    const proxy = await startProxy('wants-sign-in')
    const channel = new GrpcChannel(
      { host: innerName, port: server.port, transport: 'tls' },
      { authorities: [papers.authority.cert], proxy: { host: '127.0.0.1', port: proxy.port, ...proxyUser } },
    )
    onTestFinished(() => channel.close())
    good(await channel.unary(rpc, signIn, { deadlineMs: 20_000 }))
    expect(proxy.asked.map(({ target }) => target)).toEqual([`${innerName}:${server.port}`])
    expect(server.authorities).toEqual([`${innerName}:${server.port}`])
  })

  // @proves Faults: 41 proxy wants a password, dies or changes; what a person sees: the proxy as the cause, and the own engine works
  it('asks no proxy for this computer, neither its own nor one of the environment', async () => {
    const server = await openObdServer()
    const proxy = await startProxy('good')
    for (const name of ['grpc_proxy', 'https_proxy', 'http_proxy']) vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`)
    onTestFinished(() => void vi.unstubAllEnvs())
    const channel = new GrpcChannel(
      { host: '127.0.0.1', port: server.port, transport: 'plaintext' },
      { proxy: { host: '127.0.0.1', port: proxy.port } },
    )
    onTestFinished(() => channel.close())
    good(await channel.unary(rpc, signIn, { deadlineMs: 20_000 }))
    expect(proxy.asked).toEqual([])
  })
})
