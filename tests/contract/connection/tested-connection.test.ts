import { beforeAll, describe, expect, it } from 'vitest'
import { testConnection } from '../../../src/main/services/connection-test.ts'
import { systemClock } from '../../../src/openobd/clock.ts'
import { systemNetwork } from '../../../src/openobd/grpc/network.ts'
import { fail, succeeded } from '../../../src/shared/outcome.ts'
import { account } from './peers.ts'
import { type Injection, injections, makePapers, type Papers } from './plan.ts'

async function stepsOf({ proxy, identity, secret = account.clientSecret, ...endpoint }: Injection, papers: Papers) {
  const { host, port, transport } = endpoint
  const steps = await testConnection({
    endpoint: { host, port, transport },
    route: succeeded({ authorities: [papers.authority.cert], ...(proxy && { proxy }), ...(identity && { identity }) }),
    credentials: { ...account, clientSecret: secret },
    network: systemNetwork,
    clock: systemClock,
    testPartnerApi: async () => fail('too-many-requests'),
  })
  return Object.fromEntries(
    steps.map(({ step, state, failure }) => [step, failure?.parameters?.cause ?? failure?.code ?? state]),
  )
}

// @proves Stories: Testing a connection tells name, proxy, port, TLS, protocol, credentials and Partner API apart
describe('the test of a connection', () => {
  let papers: Papers

  beforeAll(async () => {
    papers = await makePapers()
  })

  it.each([
    [
      'nothing, with sign-in at the proxy',
      { proxy: 'passed', credentials: 'passed', 'partner-api': 'too-many-requests' },
    ],
    [
      'wrong secret',
      { tls: 'passed', protocol: 'passed', credentials: 'wrong-credentials', 'partner-api': 'not-reached' },
    ],
    ['no openOBD', { tls: 'passed', protocol: 'not-supported-by-server', credentials: 'not-reached' }],
    ['proxy forbids', { name: 'passed', proxy: 'proxy-refuses', tcp: 'not-reached', credentials: 'not-reached' }],
    ['nothing listens behind the proxy', { proxy: 'passed', tcp: 'proxy-cannot-reach', tls: 'not-reached' }],
    ['nothing listens', { name: 'passed', proxy: 'not-needed', tcp: 'nothing-listens', tls: 'not-reached' }],
    ['expired', { tcp: 'passed', tls: 'expired', protocol: 'not-reached' }],
    ['certificate missing', { tcp: 'passed', tls: 'client-certificate-required', protocol: 'not-reached' }],
    ['HTTP/1', { tcp: 'passed', protocol: 'http-1', credentials: 'not-reached' }],
  ])('with %s', async (name, expected) => {
    const injection = await injections(papers)[name]?.(() => 0.1)
    if (!injection) throw new Error(name)
    const steps = await stepsOf(injection, papers)
    expect(steps).toMatchObject(expected)
  })
})
