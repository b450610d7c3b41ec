import { describe, expect, it, vi } from 'vitest'
import type { TrustedEndpoint } from '../../openobd/grpc/endpoint.ts'
import type { Route } from '../../openobd/grpc/route.ts'
import type { ProbeResult } from '../../openobd/grpc/server-probe.ts'
import { ManualClock } from '../../openobd/manual-clock.ts'
import { fail, succeeded } from '../../shared/outcome.ts'
import { type TestedConnection, testConnection } from './connection-test.ts'

const endpoint = { host: 'one.example.test', port: 443, transport: 'tls' } as unknown as TrustedEndpoint
const everyStep: ProbeResult['passed'] = ['name', 'proxy', 'tcp', 'tls', 'protocol']

function test(found: ProbeResult | undefined, more: Partial<TestedConnection> = {}) {
  const open = vi.fn(() => {
    throw new Error('nothing signs in here')
  })
  const probe = vi.fn(() => Promise.resolve(found))
  const tested = testConnection({
    endpoint,
    route: succeeded({}),
    credentials: undefined,
    network: { open, probe } as never,
    clock: new ManualClock(),
    testPartnerApi: undefined,
    ...more,
  })
  return { tested, open, probe }
}
const statesOf = async (tested: Promise<readonly { step: string; state: string }[]>) =>
  Object.fromEntries((await tested).map(({ step, state }) => [step, state]))

describe('the steps of a tested connection', () => {
  it('without a proxy and a Partner API say that these are not needed', async () => {
    const { tested, probe } = test({ passed: everyStep })
    expect(await statesOf(tested)).toMatchObject({ proxy: 'passed', tls: 'passed', 'partner-api': 'not-needed' })
    expect(probe).toHaveBeenCalledExactlyOnceWith(endpoint, {})
    const other = test({ passed: ['tcp'] })
    expect(await statesOf(other.tested)).toMatchObject({ proxy: 'not-needed' })
  })

  it('after a proxy that cannot be used are not reached, and nothing is probed', async () => {
    const { tested, probe } = test({ passed: [] }, { route: fail('connection-lost') })
    const steps = await tested
    expect(steps.find(({ step }) => step === 'proxy')).toMatchObject({ state: 'failed', failure: expect.anything() })
    expect(steps.filter(({ state }) => state === 'not-reached')).toHaveLength(steps.length - 2)
    expect(probe).not.toHaveBeenCalled()
  })

  it('of an unencrypted server need no TLS', async () => {
    const plain = { ...endpoint, transport: 'plaintext' } as unknown as TrustedEndpoint
    expect(await statesOf(test({ passed: [] }, { endpoint: plain }).tested)).toMatchObject({ tls: 'not-needed' })
    expect(await statesOf(test({ passed: [] }).tested)).toMatchObject({ tls: 'not-reached' })
  })

  it('stop at the cause that the probe found; a route through a proxy needs it', async () => {
    const route = succeeded({ proxy: { host: 'proxy.example.test', port: 3128 } } as unknown as Route)
    const testPartnerApi = vi.fn()
    const { tested, open } = test({ passed: ['tcp'], cause: 'server-silent' }, { route, testPartnerApi })
    const steps = await statesOf(tested)
    expect(steps).toMatchObject({ proxy: 'not-reached', tcp: 'passed', protocol: 'failed', credentials: 'not-reached' })
    expect(steps).toMatchObject({ 'partner-api': 'not-reached' })
    expect(open).not.toHaveBeenCalled()
    expect(testPartnerApi).not.toHaveBeenCalled()
  })

  it('stop at the credentials when there is no secret', async () => {
    for (const found of [{ passed: everyStep }, undefined]) {
      const { tested, open } = test(found)
      const failed = (await tested).filter(({ state }) => state === 'failed')
      expect(failed).toMatchObject([{ step: 'credentials', failure: { code: 'secret-missing' } }])
      expect(open).not.toHaveBeenCalled()
    }
  })
})
