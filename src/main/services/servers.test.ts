import { describe, expect, it } from 'vitest'
import type { Profile } from '../../shared/app-state.ts'
import { newFailure } from '../../shared/outcome.ts'
import type { Server } from './server.ts'
import { Servers } from './servers.ts'

const profile = (id: string, more: Partial<Profile> = {}): Profile => ({
  id,
  kind: 'remote',
  name: id,
  host: `${id}.example`,
  port: 443,
  clusterId: '001',
  clientId: 'c',
  hasSecret: true,
  allowPlaintext: false,
  fromEnvironment: false,
  ...more,
})

function setUp() {
  const steps: string[] = []
  const failing = new Set<string>()
  let count = 0
  const servers = new Servers({
    create: (of) => {
      count += 1
      const name = `${of.id}${count}`
      const note = (what: string) => void steps.push(`${name} ${what}`)
      return {
        key: `${of.host}:${of.port}`,
        profile: of,
        get view() {
          return failing.has(of.id) ? { failure: newFailure('secret-missing') } : {}
        },
        connect: () => Promise.resolve(note('connects')),
        reconnect: () => Promise.resolve(note('reconnects')),
        disconnect: () => note('disconnects'),
      } as unknown as Server
    },
    onChosen: () => void steps.push('chosen'),
    onGone: ({ profile: { id } }) => void steps.push(`${id} gone`),
  })
  const taken = () => steps.splice(0)
  const choose = (id: string, more?: Partial<Profile>) => {
    servers.choose(profile(id, more))
    const { chosen } = servers
    if (!chosen) throw new Error('none')
    return chosen
  }
  return { servers, taken, choose, failing }
}

describe('the servers', () => {
  it('are none before one is chosen', () => {
    const { servers } = setUp()
    expect([servers.chosen, servers.all]).toEqual([undefined, []])
  })

  it('are the chosen one, which is connected after it was announced and given up for another one', () => {
    const { servers, taken, choose } = setUp()
    const first = choose('a')
    expect([taken(), servers.all, servers.byKey('a.example:443')]).toEqual([['chosen', 'a1 connects'], [first], first])
    const second = choose('b')
    expect(taken()).toEqual(['a1 disconnects', 'a gone', 'chosen', 'b2 connects'])
    expect([servers.all, servers.byKey('a.example:443')]).toEqual([[second], undefined])
  })

  it('are made anew when the same one is chosen again and no job uses it', () => {
    const { taken, choose } = setUp()
    choose('a')
    taken()
    choose('a')
    expect(taken()).toEqual(['a1 disconnects', 'a gone', 'chosen', 'a2 connects'])
  })

  it('stay connected while jobs use them, and go with the last one', () => {
    const { servers, taken, choose } = setUp()
    const first = choose('a')
    servers.hold(first)
    servers.hold(first)
    choose('b')
    taken()
    expect(servers.isHeld(first)).toBe(true)
    servers.release(first)
    expect([taken(), servers.isHeld(first)]).toEqual([[], true])
    servers.release(first)
    expect([taken(), servers.isHeld(first), servers.all.length]).toEqual([['a1 disconnects', 'a gone'], false, 1])
    servers.release(first)
    expect(taken()).toEqual(['a1 disconnects'])
  })

  it('that are chosen stay when their last job goes', () => {
    const { servers, taken, choose } = setUp()
    const first = choose('a')
    servers.hold(first)
    taken()
    servers.release(first)
    expect([taken(), servers.all]).toEqual([[], [first]])
  })

  it('are not connected a second time when jobs use them already', () => {
    const { servers, taken, choose } = setUp()
    const first = choose('a')
    servers.hold(first)
    choose('b')
    taken()
    expect(choose('a')).toBe(first)
    expect(taken()).toEqual(['b2 disconnects', 'b gone', 'chosen'])
  })

  it.each([
    { id: 'z' },
    { host: 'other.example' },
    { port: 8443 },
    { clientId: 'd' },
    { clusterId: '002' },
    { allowPlaintext: true },
  ])('are another one when %o differs', (more) => {
    const { servers, choose } = setUp()
    const first = choose('a')
    servers.hold(first)
    expect(choose('a', { host: 'a.example', ...more })).not.toBe(first)
    expect(servers.forJob(profile('a'))).toBe(first)
  })

  it('are the same one under another name', () => {
    const { servers, choose } = setUp()
    const first = choose('a')
    servers.hold(first)
    expect(choose('a', { name: 'Renamed', hasSecret: false })).toBe(first)
  })

  it('are none again when a person must choose', () => {
    const { servers, taken, choose } = setUp()
    choose('a')
    taken()
    servers.chooseNone()
    expect([taken(), servers.chosen, servers.all]).toEqual([['a1 disconnects', 'a gone', 'chosen'], undefined, []])
  })

  it('of jobs of an earlier run are connected without being chosen', () => {
    const { servers, taken, choose } = setUp()
    const first = choose('a')
    taken()
    expect(servers.forJob(profile('a'))).toBe(first)
    const second = servers.forJob(profile('b'))
    expect([taken(), servers.chosen, servers.all]).toEqual([['b2 connects'], first, [first, second]])
    expect(servers.forJob(profile('b'))).toBe(second)
    servers.hold(second)
    servers.release(second)
    expect(taken()).toEqual(['b2 disconnects', 'b gone'])
  })

  it('that wait for a secret connect when it was typed, and no others', () => {
    const { servers, taken, choose, failing } = setUp()
    choose('a')
    servers.forJob(profile('b'))
    taken()
    servers.secretTyped('a')
    expect(taken()).toEqual([])
    failing.add('a')
    servers.secretTyped('b')
    expect(taken()).toEqual([])
    servers.secretTyped('a')
    expect(taken()).toEqual(['a1 reconnects'])
  })

  it('all end with the application', () => {
    const { servers, taken, choose } = setUp()
    choose('a')
    servers.forJob(profile('b'))
    taken()
    servers.stop()
    expect(taken()).toEqual(['a1 disconnects', 'b2 disconnects'])
  })
})
