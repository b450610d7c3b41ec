import { describe, expect, it, vi } from 'vitest'
import { connectionCauses, isLastingCause, stepOfCause } from '../../shared/connection-cause.ts'
import { type FailureCode, lasts } from '../../shared/outcome.ts'
import { callFailure } from '../failure.ts'
import { connectionFailure, explainFailure } from './explain-failure.ts'

const proxy = { host: 'proxy.test', port: 8080, user: 'u', password: 'secret of the proxy' }
const lost = callFailure('r', 'connection-lost', { certainty: 'not-sent' })

describe('the cause of a failure', () => {
  it('is not looked for when the server has answered', async () => {
    const probe = vi.fn()
    const failure = callFailure('r', 'timed-out', { answered: true })
    expect(await explainFailure(failure, {}, probe)).toBe(failure)
    expect(await explainFailure(callFailure('r', 'wrong-credentials'), {}, probe)).toMatchObject({
      code: 'wrong-credentials',
    })
    expect(probe).not.toHaveBeenCalled()
  })

  it('is what the probe finds, with the name of the proxy and without its password', async () => {
    const found = await explainFailure(lost, { proxy }, async () => ({ passed: [], cause: 'proxy-refuses' }))
    expect(found).toMatchObject({
      code: 'proxy-failed',
      parameters: { cause: 'proxy-refuses', proxy: 'proxy.test:8080' },
    })
    expect(JSON.stringify(found)).not.toContain(proxy.password)
  })

  it('stays unknown when the probe finds none', async () => {
    expect(await explainFailure(lost, { proxy }, async () => ({ passed: [] }))).toBe(lost)
    expect(await explainFailure(lost, {}, async () => undefined)).toBe(lost)
  })

  it('is the proxy when a connection through it was cut and the way works again', async () => {
    const cut = callFailure('r', 'connection-lost', { certainty: 'unclear' })
    const found = await explainFailure(cut, { proxy }, async () => ({ passed: [] }))
    expect(found).toMatchObject({ code: 'connection-lost', parameters: { cause: 'tunnel-cut' } })
    expect(await explainFailure(cut, {}, async () => ({ passed: [] }))).toBe(cut)
  })

  it('found by grpc-js is doubted when a proxy may have answered in place of the server', async () => {
    const tls = callFailure('r', 'tls-failed', { parameters: { cause: 'server-is-plaintext' } })
    const page = async () => ({ passed: [], cause: 'proxy-shows-page' as const })
    expect(await explainFailure(tls, {}, page)).toBe(tls)
    expect((await explainFailure(tls, { proxy }, page)).parameters?.cause).toBe('proxy-shows-page')
  })

  it.each(connectionCauses)('%s is tried again exactly when it may pass', (cause) => {
    expect(lasts(connectionFailure('r', cause))).toBe(isLastingCause(cause))
    expect(stepOfCause[cause]).toBeDefined()
  })
})

describe('a connection failure', () => {
  const route = { proxy: { host: 'proxy.test', port: 8080 } }

  it.each([
    ['name-unknown', 'connection-lost'],
    ['nothing-listens', 'connection-lost'],
    ['server-closes', 'connection-lost'],
    ['http-1', 'not-an-openobd-service'],
    ['server-is-tls', 'not-an-openobd-service'],
    ['proxy-is-none', 'proxy-failed'],
    ['proxy-refuses', 'proxy-failed'],
    ['expired', 'tls-failed'],
    ['client-certificate-required', 'tls-failed'],
  ] as const)('because of %s is %s', (cause, code) => {
    expect(connectionFailure('r', cause)).toMatchObject({
      rpc: 'r',
      code,
      certainty: 'not-sent',
      answered: false,
      parameters: { cause },
    })
    expect(connectionFailure('r', cause).parameters).toEqual({ cause })
    expect(connectionFailure('r', cause, route).parameters).toEqual({ cause, proxy: 'proxy.test:8080' })
  })

  it('of a tunnel that was cut does not say whether the call arrived', () => {
    expect(connectionFailure('r', 'tunnel-cut', route)).toMatchObject({ code: 'connection-lost', certainty: 'unclear' })
  })
})

describe('whether the cause is looked for', () => {
  const identity = { certificate: 'c', key: 'k' }
  const looks = async (code: FailureCode, cause: string | undefined, route: object): Promise<boolean> => {
    const probe = vi.fn(async () => undefined)
    const failure = callFailure('r', code, { certainty: 'not-sent', ...(cause && { parameters: { cause } }) })
    expect(await explainFailure(failure, route, probe)).toBe(failure)
    return probe.mock.calls.length === 1
  }

  it.each<[boolean, FailureCode, string | undefined, object]>([
    [true, 'connection-lost', undefined, {}],
    [true, 'timed-out', undefined, {}],
    [true, 'not-an-openobd-service', undefined, {}],
    [true, 'tls-failed', undefined, {}],
    [true, 'tls-failed', 'protocol-mismatch', {}],
    [false, 'tls-failed', 'expired', {}],
    [true, 'tls-failed', 'expired', { proxy }],
    [true, 'tls-failed', 'expired', { identity }],
    [false, 'unauthorised', undefined, { proxy, identity }],
    [false, 'session-expired', undefined, {}],
  ])('is %s for %s with the cause %s by %j', async (expected, code, cause, route) => {
    expect(await looks(code, cause, route)).toBe(expected)
  })

  it('finds no cut tunnel after a call that was never sent, nor after another failure', async () => {
    const works = async () => ({ passed: [] })
    expect(await explainFailure(lost, { proxy }, works)).toBe(lost)
    const late = callFailure('r', 'timed-out', { certainty: 'unclear' })
    expect(await explainFailure(late, { proxy }, works)).toBe(late)
  })
})
