import { describe, expect, it } from 'vitest'
import type { FunctionUpdate, FunctionUpdate__Output } from '../../openobd/generated/types/openOBD/v1/FunctionUpdate.ts'
import { ManualClock } from '../clock/manual-clock.ts'
import type { Refusal } from '../refusal.ts'
import { FunctionBroker } from './function-broker.ts'
import { providerIdOf } from './provider.ts'

const details = { id: 'f', name: 'F', version: '1', products: [], vehicles: [] }
const online = 'FUNCTION_REGISTRATION_STATE_ONLINE'
const offline = 'FUNCTION_REGISTRATION_STATE_OFFLINE'
const success = { type: 'FUNCTION_UPDATE_TYPE_RESPONSE', response: 'FUNCTION_UPDATE_SUCCESS' }

function setUp() {
  const clock = new ManualClock(0)
  const broker = new FunctionBroker({ clock, issueToken: (clientId) => `token of ${clientId}` })
  let changes = 0
  const stop = broker.onChange(() => {
    changes += 1
  })
  const connect = (clientId = 'garage') => {
    const heard: FunctionUpdate[] = []
    const over = Promise.withResolvers<void>()
    let take: (update: FunctionUpdate__Output) => void = () => undefined
    const served = broker.serve(
      {
        send: (update) => void heard.push(update),
        receive: (listener) => {
          take = listener
          return over.promise
        },
        end: () => over.resolve(),
      },
      clientId,
    )
    const register = (state: string, more: object = {}, rest: object = {}) => {
      const function_registration = { details: { ...details, ...more }, state, ...rest }
      take({ type: 'FUNCTION_UPDATE_TYPE_REQUEST', function_registration } as unknown as FunctionUpdate__Output)
      return heard.at(-1)
    }
    const leave = async () => {
      over.resolve()
      await served
    }
    return { heard, register, leave, take: (update: object) => take(update as FunctionUpdate__Output) }
  }
  return { clock, broker, connect, stop, changes: () => changes }
}

describe('a registration', () => {
  it('is in the catalogue under the id of its provider, with the visibility of the host', () => {
    const { broker, connect } = setUp()
    const host = connect()
    expect(host.register(online, { description: 'What it does' })).toMatchObject(success)
    const provider_id = providerIdOf('garage')
    const listed = {
      details: { ...details, description: 'What it does', provider_id },
      state: online,
      visibility: 'FUNCTION_VISIBILITY_DASHBOARD',
    }
    expect(broker.list('garage')).toEqual([listed])
    expect(broker.registration({ id: 'f', providerId: '' }, 'garage')).toEqual(listed)
    expect(broker.registration({ id: 'f', providerId: provider_id }, 'rival')).toEqual(listed)
    host.register(online, {}, { visibility: 'FUNCTION_VISIBILITY_INTERNAL' })
    expect(broker.list('rival')).toEqual([])
    host.register(online, {}, { visibility: 'FUNCTION_VISIBILITY_UNDEFINED' })
    expect(broker.list('rival')).toHaveLength(1)
  })

  it.each([
    [{ id: '' }, 'the function has no id'],
    [{ name: '' }, 'the function has no name'],
    [{ id: 'x'.repeat(256) }, 'the id of a function has at most 255 characters'],
    [{ name: 'x'.repeat(256) }, 'the name of a function has at most 255 characters'],
    [{ version: 'x'.repeat(51) }, 'the version of a function has at most 50 characters'],
    [{ description: 'x'.repeat(1501) }, 'the description of a function has at most 1500 characters'],
  ])('with %j fails: %s', (more, response_description) => {
    const { broker, connect, changes } = setUp()
    expect(connect().register(online, more)).toMatchObject({ response: 'FUNCTION_UPDATE_FAILED', response_description })
    expect([broker.list('garage'), changes()]).toEqual([[], 0])
  })

  it.each([
    [{ id: 'x'.repeat(255) }],
    [{ name: 'x'.repeat(255) }],
    [{ version: 'x'.repeat(50) }],
    [{ description: 'x'.repeat(1500) }],
    [{ provider_id: '' }],
    [{ provider_id: providerIdOf('garage') }],
  ])('with %j is as long as it may be', (more) => {
    expect(setUp().connect().register(online, more)).toMatchObject(success)
  })

  it('of another provider is refused', () => {
    const { broker, connect } = setUp()
    expect(connect().register(online, { provider_id: providerIdOf('rival') })).toMatchObject({
      response: 'FUNCTION_UPDATE_UNAUTHORIZED',
      response_description: 'the function belongs to another provider',
    })
    expect(broker.list('garage')).toEqual([])
  })

  it('without details or with another state fails', () => {
    const { connect } = setUp()
    const host = connect()
    host.take({ type: 'FUNCTION_UPDATE_TYPE_REQUEST', function_registration: { details: null, state: online } })
    expect(host.heard[0]).toMatchObject({ response_description: 'the details of the function are missing' })
    expect(host.register('FUNCTION_REGISTRATION_STATE_UNDEFINED')).toMatchObject({
      response: 'FUNCTION_UPDATE_FAILED',
      response_description: 'a function is registered as online or offline',
    })
  })

  it('as offline concerns the function of this host only, and is told once', () => {
    const { broker, connect, changes } = setUp()
    const host = connect()
    host.register(online)
    host.register(online, { id: 'g' })
    connect().register(offline)
    expect(changes()).toBe(2)
    expect(host.register(offline)).toMatchObject(success)
    expect(changes()).toBe(3)
    expect(broker.list('garage').map(({ state }) => state)).toEqual([offline, online])
    host.register(offline)
    expect(changes()).toBe(3)
  })

  it('by another host takes the function over, and tells the earlier one, but not a repeated one', () => {
    const { broker, connect } = setUp()
    const first = connect()
    first.register(online)
    first.register(online, { name: 'F again' })
    expect(first.heard).toHaveLength(2)
    const second = connect()
    second.register(online, { name: 'F of the second' })
    expect(first.heard[2]).toMatchObject({
      response: 'FUNCTION_UPDATE_UNAVAILABLE',
      function_registration: { state: offline, details: { name: 'F again' } },
    })
    expect(broker.list('garage').map((one) => one.details?.name)).toEqual(['F of the second'])
  })

  it('outlives its host as offline, but not when another one has taken it over', async () => {
    const { broker, connect } = setUp()
    const first = connect()
    first.register(online)
    const second = connect()
    second.register(online)
    await first.leave()
    expect(broker.list('garage')[0]?.state).toBe(online)
    await second.leave()
    expect(broker.list('garage')[0]?.state).toBe(offline)
  })

  it('that nobody made is unavailable', () => {
    const { broker } = setUp()
    expect(broker.registration({ id: 'f', providerId: '' }, 'garage')).toEqual({
      details: { id: 'f' },
      state: 'FUNCTION_REGISTRATION_STATE_UNAVAILABLE',
    })
  })

  it('is told to nobody who has stopped listening', () => {
    const { connect, stop, changes } = setUp()
    stop()
    connect().register(online)
    expect(changes()).toBe(0)
  })
})

describe('a call that cannot be made', () => {
  const prepare = () => ({ id: 'f' })
  const refusal = (attempt: Promise<unknown>) =>
    attempt.then(
      () => 'ok',
      (error: Refusal) => `${error.kind}: ${error.message}`,
    )

  it('says why', async () => {
    const { broker, connect } = setUp()
    const address = { id: 'f', providerId: providerIdOf('garage') }
    expect(await refusal(broker.call(address, 'garage', prepare))).toBe(
      'not-found: no function has been registered with that id',
    )
    const host = connect()
    host.register(online, {}, { visibility: 'FUNCTION_VISIBILITY_INTERNAL' })
    expect(await refusal(broker.call(address, 'rival', prepare))).toBe(
      'permission-denied: the function is internal to another provider',
    )
    const left = AbortSignal.abort()
    expect(await refusal(broker.call(address, 'garage', prepare, left))).toBe('cancelled: the caller has left')
    host.register(offline)
    expect(await refusal(broker.call(address, 'garage', prepare))).toBe('unavailable: the function is offline')
  })

  it('after an announced restart waits as long as was announced, then the function is offline', async () => {
    const { broker, connect, clock, changes } = setUp()
    const host = connect()
    host.register(online)
    broker.announceReconnect(5)
    expect(broker.list('garage')[0]?.state).toBe(online)
    const attempt = refusal(broker.call({ id: 'f', providerId: '' }, 'garage', prepare))
    const before = changes()
    await clock.advance(5_000)
    expect(await attempt).toBe('unavailable: the function is offline')
    expect(broker.list('garage')[0]?.state).toBe(offline)
    expect(changes()).toBeGreaterThan(before)
  })
})

it('the id of a provider is the same in every run', () => {
  expect(providerIdOf('garage')).toBe(providerIdOf('garage'))
  expect(providerIdOf('garage')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
