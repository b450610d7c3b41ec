import { describe, expect, it } from 'vitest'
import { ManualClock } from '../clock/manual-clock.ts'
import { serverChoices } from '../protocol-choices.ts'
import { type Refusal, type RefusalKind, unavailable } from '../refusal.ts'
import { ScriptedHost } from '../testing/scripted-host.ts'
import { FunctionBroker } from './function-broker.ts'
import { providerIdOf } from './provider.ts'

class Workbench {
  readonly clock = new ManualClock(0)
  readonly broker: FunctionBroker
  #tokens = 0

  constructor() {
    this.broker = new FunctionBroker({ clock: this.clock, issueToken: (clientId) => `${clientId} ${++this.#tokens}` })
  }

  host(clientId = 'garage'): ScriptedHost {
    const host = new ScriptedHost()
    host.served = this.broker.serve(host, clientId)
    return host
  }

  call(id: string, clientId = 'garage', providerId = ''): Promise<unknown> {
    return this.broker.call({ id, providerId }, clientId, () => ({
      id,
      session_info: { id: `session of ${id}`, authentication_token: '' },
    }))
  }

  states(clientId = 'garage'): Record<string, unknown> {
    return Object.fromEntries(
      this.broker.list(clientId).map(({ details, state }) => [details?.id, state?.toString().split('_').at(-1)]),
    )
  }
}

const refusalOf = (attempt: Promise<unknown>): Promise<RefusalKind | undefined> =>
  attempt.then(
    () => undefined,
    (error: Refusal) => error.kind,
  )

describe('providers', () => {
  it('have a UUID that depends on the partner only', () => {
    expect(providerIdOf('garage')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(providerIdOf('garage')).toBe(providerIdOf('garage'))
    expect(providerIdOf('garage')).not.toBe(providerIdOf('rival'))
  })

  it('do not see the internal functions of each other', () => {
    const bench = new Workbench()
    bench.host('garage').offer('inside', 'FUNCTION_VISIBILITY_INTERNAL')
    bench.host('garage').offer('shown', 'FUNCTION_VISIBILITY_DASHBOARD')
    expect(bench.states('garage')).toEqual({ inside: 'ONLINE', shown: 'ONLINE' })
    expect(bench.states('rival')).toEqual({ shown: 'ONLINE' })
    const providerId = providerIdOf('garage')
    const ask = (id: string) => bench.broker.registration({ id, providerId }, 'rival').state
    expect(ask('inside')).toBe('FUNCTION_REGISTRATION_STATE_UNAVAILABLE')
    expect(ask('shown')).toBe('FUNCTION_REGISTRATION_STATE_ONLINE')
  })

  it('cannot call the internal functions of each other, but those for the dashboard', async () => {
    const bench = new Workbench()
    const host = bench.host('garage')
    host.offer('inside', 'FUNCTION_VISIBILITY_INTERNAL')
    host.offer('shown')
    const providerId = providerIdOf('garage')
    expect(await refusalOf(bench.call('inside', 'rival', providerId))).toBe('permission-denied')
    expect(await refusalOf(bench.call('shown', 'rival'))).toBe('not-found')
    const running = bench.call('shown', 'rival', providerId)
    host.acknowledge()
    await expect(running).resolves.toMatchObject({ id: 'shown' })
  })

  it('may use the same id for functions of their own', async () => {
    const bench = new Workbench()
    const ours = bench.host('garage')
    const theirs = bench.host('rival')
    ours.offer('f')
    theirs.offer('f')
    expect(ours.heard).toHaveLength(1)
    const running = bench.call('f', 'rival')
    expect([ours.calls.length, theirs.calls.length]).toEqual([0, 1])
    theirs.acknowledge()
    await running
  })
})

describe('a host of functions', () => {
  it('is pinged every minute with a fresh token of its partner', async () => {
    const bench = new Workbench()
    const host = bench.host()
    host.offer('f')
    for (let minute = 0; minute < 5; minute += 1) {
      await bench.clock.advance(60_000)
      host.answerPing()
    }
    expect(host.pings.map(({ function_broker_token: token }) => token?.value)).toEqual(
      [1, 2, 3, 4, 5].map((number) => `garage ${number}`),
    )
    expect(host.isOver).toBe(false)
  })

  it('is dropped with OK when the third ping is due and two are unanswered', async () => {
    const bench = new Workbench()
    const host = bench.host()
    host.offer('f')
    await bench.clock.advance(179_999)
    expect(host.isOver).toBe(false)
    await bench.clock.advance(1)
    expect([host.isOver, host.failure, host.pings.length]).toEqual([true, undefined, 2])
    await host.served
    expect(bench.states()).toEqual({ f: 'OFFLINE' })
  })

  it('leaves no timer behind however it goes', async () => {
    const bench = new Workbench()
    const [first, second, third] = [bench.host(), bench.host(), bench.host()]
    first.offer('f')
    second.offer('f')
    const running = refusalOf(bench.call('f'))
    bench.broker.announceReconnect(5)
    for (const host of [first, second, third]) host.end()
    await Promise.all([first.served, second.served, third.served])
    expect(await running).toBe('unavailable')
    await bench.clock.advance(5000)
    expect(bench.clock.pendingTimers).toBe(0)
  })

  it('that was asked to reconnect and stays is disconnected in the end, without an idle limit before', async () => {
    const bench = new Workbench()
    const host = bench.host()
    host.offer('f')
    bench.broker.announceReconnect(40)
    await bench.clock.advance(39_999)
    expect([host.isOver, bench.states()]).toEqual([false, { f: 'ONLINE' }])
    await bench.clock.advance(1)
    expect([host.isOver, host.failure, bench.states()]).toEqual([true, undefined, { f: 'OFFLINE' }])
  })

  it('that a second announcement finds reconnected is asked again', async () => {
    const bench = new Workbench()
    const host = bench.host()
    host.offer('f')
    for (let round = 0; round < 3; round += 1) {
      bench.broker.announceReconnect(5)
      bench.host().offer('f')
      await bench.clock.advance(6000)
    }
    expect(bench.states()).toEqual({ f: 'ONLINE' })
  })
})

describe('a call', () => {
  it('that cannot be prepared never reaches the host', async () => {
    const bench = new Workbench()
    const host = bench.host()
    host.offer('f')
    const attempt = bench.broker.call({ id: 'f', providerId: '' }, 'garage', () => {
      throw unavailable('not now')
    })
    await expect(attempt).rejects.toThrow('not now')
    expect(host.calls).toEqual([])
  })

  it('goes to the host that offers the function when it is ready, not to the one that did when it began', async () => {
    const bench = new Workbench()
    const older = bench.host()
    older.offer('f')
    const ready = Promise.withResolvers<void>()
    const attempt = bench.broker.call({ id: 'f', providerId: '' }, 'garage', async () => {
      await ready.promise
      return { id: 'f', session_info: { id: 'session of f', authentication_token: '' } }
    })
    const newer = bench.host()
    newer.offer('f')
    expect([older.calls.length, newer.calls.length]).toEqual([0, 0])
    ready.resolve()
    await expect.poll(() => newer.calls.length).toBe(1)
    newer.acknowledge()
    await attempt
    expect(older.calls).toEqual([])
  })

  it.each([
    ['its host has gone', 'unavailable'],
    ['its caller has left', 'cancelled'],
  ])('is not forwarded when %s while it was prepared', async (what, kind) => {
    const bench = new Workbench()
    const host = bench.host()
    host.offer('f')
    const left = new AbortController()
    const prepare = async () => {
      if (kind === 'cancelled') left.abort()
      else {
        host.end()
        await host.served
      }
      return { id: 'f', session_info: { id: what, authentication_token: '' } }
    }
    expect(await refusalOf(bench.broker.call({ id: 'f', providerId: '' }, 'garage', prepare, left.signal))).toBe(kind)
    expect(host.calls).toEqual([])
  })

  // @proves Faults: 20 broker sends reconnect(seconds); what a person sees: nothing, because calls wait for the new stream
  it('waits for a host that was asked to reconnect, and goes to the new stream only', async () => {
    const bench = new Workbench()
    const host = bench.host()
    host.offer('f')
    bench.broker.announceReconnect(5)
    const running = bench.call('f')
    const newer = bench.host()
    newer.offer('f')
    await expect.poll(() => newer.calls.length).toBe(1)
    expect(host.calls).toEqual([])
    newer.acknowledge()
    await running
  })

  it('fails when the broker is cut while it waits', async () => {
    const bench = new Workbench()
    bench.host().offer('f')
    bench.broker.announceReconnect(5)
    const running = refusalOf(bench.call('f'))
    bench.broker.cut(unavailable('gone'))
    expect(await running).toBe('unavailable')
  })
})

describe('the catalogue', () => {
  it('tells of every change once', async () => {
    const bench = new Workbench()
    let changes = 0
    const leave = bench.broker.onChange(() => {
      changes += 1
    })
    const host = bench.host()
    host.offer('f')
    host.offer('g')
    host.end()
    await host.served
    leave()
    bench.host().offer('f')
    expect(changes).toBe(3)
  })

  it('forgets the oldest functions that are offline when there are too many', async () => {
    const bench = new Workbench()
    const old = bench.host()
    const stays = bench.host()
    stays.offer('stays')
    for (let number = 0; number < serverChoices.rememberedFunctions; number += 1) old.offer(`old ${number}`)
    expect(bench.broker.list('garage')).toHaveLength(serverChoices.rememberedFunctions + 1)
    old.end()
    await old.served
    stays.offer('new')
    const known = Object.keys(bench.states())
    expect(known).toHaveLength(serverChoices.rememberedFunctions)
    expect(known).toEqual(expect.arrayContaining(['stays', 'new', `old ${serverChoices.rememberedFunctions - 1}`]))
    expect(known).not.toContain('old 0')
  })
})
