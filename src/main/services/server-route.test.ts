import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { newWay } from '../storage/profile-store.ts'
import { isSameProxy, routeFor } from './server-route.ts'

const far = { host: 'grpc.example.test', port: 443 }
const source = (proxy: (typeof newWay)['proxy']) => ({
  way: { ...newWay, proxy },
  proxyPassword: 'hush',
  certificateKey: undefined,
})
const typed = { kind: 'typed', host: 'proxy.test', port: 8080, user: 'u' } as const

describe('the route to a server', () => {
  it('asks the settings of the system for exactly this server', async () => {
    const resolve = vi.fn(async () => 'PROXY proxy.test:8080')
    expect(await routeFor(far, source({ kind: 'system' }), resolve)).toEqual({
      ok: true,
      value: { proxy: { host: 'proxy.test', port: 8080 } },
    })
    expect(resolve).toHaveBeenCalledExactlyOnceWith('https://grpc.example.test:443/')
  })

  it.each(['127.0.0.1', 'localhost', '::1'])('to %s never asks', async (host) => {
    const resolve = vi.fn(async () => 'PROXY proxy.test:8080')
    for (const proxy of [{ kind: 'system' } as const, typed])
      expect(await routeFor({ host, port: 1 }, source(proxy), resolve)).toEqual({ ok: true, value: {} })
    expect(resolve).not.toHaveBeenCalled()
  })

  it('trusts the authorities of the profile, and presents its certificate when the key is known', () => {
    const authorities = readFileSync(
      join(import.meta.dirname, '../../../tests/contract/certificates/authority.pem'),
      'utf8',
    )
    const way = { ...newWay, proxy: { kind: 'none' } as const, authorities, certificate: 'certificate' }
    const trust = { proxyPassword: undefined, way }
    expect(routeFor(far, { ...trust, certificateKey: 'key' }, undefined)).toEqual({
      ok: true,
      value: { authorities: [authorities], identity: { certificate: 'certificate', key: 'key' } },
    })
    const known = { ok: true, value: { authorities: [authorities] } }
    expect(routeFor(far, { ...trust, certificateKey: undefined }, undefined)).toEqual(known)
    expect(routeFor(far, { ...trust, way: { ...way, certificate: '' }, certificateKey: 'key' }, undefined)).toEqual(
      known,
    )
    const unreadable = { ...way, authorities: 'no certificate', certificate: '' }
    expect(routeFor(far, { ...trust, way: unreadable, certificateKey: undefined }, undefined)).toEqual({
      ok: true,
      value: {},
    })
  })

  it('signs in with an empty password where none is known', () => {
    expect(routeFor(far, { ...source(typed), proxyPassword: undefined }, undefined)).toMatchObject({
      value: { proxy: { user: 'u', password: '' } },
    })
  })

  it('has the typed proxy with its sign-in, and none where none is wanted', () => {
    const { user, ...withoutUser } = typed
    expect(routeFor(far, source(typed), undefined)).toMatchObject({ value: { proxy: { user, password: 'hush' } } })
    expect(routeFor(far, source({ ...withoutUser, user: '' }), undefined)).toEqual({
      ok: true,
      value: { proxy: { host: 'proxy.test', port: 8080 } },
    })
    expect(routeFor(far, source({ kind: 'none' }), async () => 'PROXY x:1')).toEqual({ ok: true, value: {} })
  })

  it.each([
    ['SOCKS5 s:1080', 'proxy-kind-unsupported'],
    ['nonsense', 'proxy-settings-unreadable'],
  ])('with the settings %s fails with %s', async (answer, cause) => {
    const route = await routeFor(far, source({ kind: 'system' }), async () => answer)
    expect(route).toMatchObject({ failure: { code: 'proxy-failed', parameters: { cause, proxy: answer } } })
  })

  it('fails when the settings cannot be read, or a script never ends', async () => {
    const broken = { failure: { parameters: { cause: 'proxy-settings-unreadable' } } }
    expect(await routeFor(far, source({ kind: 'system' }), () => Promise.reject(new Error('PAC')))).toMatchObject(
      broken,
    )
    vi.useFakeTimers()
    const never = routeFor(far, source({ kind: 'system' }), () => new Promise(() => undefined))
    await vi.advanceTimersByTimeAsync(10_000)
    vi.useRealTimers()
    expect(await never).toMatchObject(broken)
  })

  it('keeps the password of a proxy only for the same proxy and user', () => {
    expect(isSameProxy(typed, { ...typed })).toBe(true)
    for (const change of [{ host: 'other.test' }, { port: 1 }, { user: 'other' }])
      expect(isSameProxy(typed, { ...typed, ...change })).toBe(false)
    expect(isSameProxy(typed, { kind: 'none' })).toBe(false)
  })
})
