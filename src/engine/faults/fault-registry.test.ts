import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EngineUnderTest } from '../testing/engine-under-test.ts'
import { noFreeResources, tokenStreamRefused } from './session-faults.ts'

const everywhere = { connectorNumber: '', sessionId: '' }

describe('the fault registry', () => {
  let test: EngineUnderTest

  beforeEach(async () => {
    test = await EngineUnderTest.start()
  })

  afterEach(() => test.stop())

  it('knows every kind by one name and describes it', () => {
    const { definitions } = test.engine.faults
    expect(new Set(definitions.map(({ kind }) => kind)).size).toBe(definitions.length)
    for (const { kind, description } of definitions) {
      expect(kind).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(description.length).toBeGreaterThan(10)
    }
  })

  it('applies a fault only where it belongs', async () => {
    const { faults, sessions } = test.engine
    const first = sessions.get((await test.claimed('7848095')).id)
    const second = sessions.get((await test.claimed('7848112')).id)
    faults.set('token-stream-refused', { connectorNumber: '', sessionId: first.id }, {})
    expect(faults.find(tokenStreamRefused, first)).toBeDefined()
    expect(faults.find(tokenStreamRefused, second)).toBeUndefined()
    faults.set('token-stream-refused', { connectorNumber: second.bay.number, sessionId: '' }, {})
    expect(faults.find(tokenStreamRefused, second)).toBeDefined()
    faults.set('no-free-resources', { connectorNumber: second.bay.number, sessionId: '' }, {})
    expect(faults.find(noFreeResources, undefined, first.bay.number)).toBeUndefined()
    expect(faults.find(noFreeResources, undefined, second.bay.number)).toBeDefined()
  })

  it('takes one fault back or all of them', () => {
    const { faults, workshop } = test.engine
    const bay = workshop.bays[0]
    const offline = faults.set('connector-offline', { connectorNumber: '900101060', sessionId: '' }, {})
    faults.set('connector-unplugged', everywhere, {})
    expect([bay?.isOnline, bay?.isPlugged]).toEqual([false, false])
    faults.clear(offline.id)
    expect([bay?.isOnline, bay?.isPlugged]).toEqual([true, false])
    faults.clear('')
    expect([bay?.isOnline, bay?.isPlugged]).toEqual([true, true])
    expect(faults.active).toEqual([])
  })

  it('keeps what another fault still holds', () => {
    const { faults, workshop } = test.engine
    const bay = workshop.bays[0]
    const scope = { connectorNumber: '900101060', sessionId: '' }
    const first = faults.set('connector-offline', scope, {})
    const second = faults.set('connector-offline', everywhere, {})
    faults.clear(first.id)
    expect(bay?.isOnline).toBe(false)
    faults.clear(second.id)
    expect(bay?.isOnline).toBe(true)
  })

  it('keeps a connector offline that was offline before the fault', () => {
    const { faults, workshop } = test.engine
    const online = () => workshop.bays.map(({ isOnline }) => isOnline)
    const before = online()
    expect(before).toContain(false)
    faults.set('connector-offline', everywhere, {})
    expect(online()).not.toContain(true)
    faults.clear('')
    expect(online()).toEqual(before)
  })

  it.each([
    ['a connector that is not there', () => ({ connectorNumber: '1', sessionId: '' })],
    ['a session that is not there', () => ({ connectorNumber: '', sessionId: 'x' })],
  ])('refuses a fault on %s', (_what, scope) => {
    expect(() => test.engine.faults.set('latency', scope(), { baseMs: '900' })).toThrow()
    expect(test.engine.faults.active).toEqual([])
  })

  it.each(['ignition-off', 'connector-offline', 'tokens-expire', 'token-stream-refused'])(
    'refuses %s for a session that has ended or is on another connector',
    async (kind) => {
      const { faults, sessions, workshop } = test.engine
      const session = sessions.get((await test.claimed('7848095')).id)
      const elsewhere = workshop.bays.find((bay) => bay !== session.bay)?.number ?? ''
      expect(() => faults.set(kind, { connectorNumber: elsewhere, sessionId: session.id }, {})).toThrow(
        expect.objectContaining({ kind: 'invalid-argument' }),
      )
      session.end('finished', 'over')
      const next = sessions.get((await test.claimed('7848095')).id)
      expect(() => faults.set(kind, { connectorNumber: '', sessionId: session.id }, {})).toThrow(
        expect.objectContaining({ kind: 'failed-precondition' }),
      )
      expect([faults.active, next.bay.isOnline, next.isOver]).toEqual([[], true, false])
    },
  )

  it('refuses to clear a fault that is not in force', () => {
    expect(() => test.engine.faults.clear('x')).toThrow('no fault with that id is in force')
  })
})
