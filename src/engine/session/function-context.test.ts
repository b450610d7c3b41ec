import { describe, expect, it, vi } from 'vitest'
import { tieToContext } from './context-streams.ts'
import { type ContextEnd, FunctionContext } from './function-context.ts'
import { resourceKey, SessionResources } from './resources.ts'

const root = () => new FunctionContext('r', undefined, 5)
const end: ContextEnd = { result: { result: ['RESULT_SUCCESS'] }, parentToken: undefined, failure: undefined }

describe('a function context', () => {
  it('is the root when it has no parent, and only communicates below an active one', () => {
    const parent = root()
    expect([parent.isRoot, parent.isCommunicationOnly, parent.state, parent.startedAt]).toEqual([
      true,
      false,
      'available',
      5,
    ])
    const child = new FunctionContext('c', parent, 6)
    expect([child.isRoot, child.isCommunicationOnly]).toEqual([false, false])
    parent.state = 'active'
    const busy = new FunctionContext('d', parent, 7)
    expect([busy.isRoot, busy.isCommunicationOnly]).toEqual([false, true])
    expect(new FunctionContext('e', busy, 8).isCommunicationOnly).toBe(true)
  })

  it('tells its end once to everybody who still listens, and at once to those who come later', () => {
    const context = root()
    const [first, second, late] = [vi.fn(), vi.fn(), vi.fn()]
    context.onceEnded(first)
    context.onceEnded(second)()
    context.announceEnd(end)
    context.announceEnd(end)
    const stop = context.onceEnded(late)
    stop()
    expect([first.mock.calls, second.mock.calls, late.mock.calls]).toEqual([[[end]], [], [[end]]])
    expect(context.end).toBe(end)
  })

  it('keeps its results when it ends, and drops everything else with those of its last child', () => {
    const [context, child] = [root(), root()]
    for (const list of [context.arguments, context.variables, context.results, child.results])
      list.set('k', { key: 'k', value: 'v' })
    context.lastChild = child
    context.forgetVariables()
    expect([context.arguments.size, context.variables.size, context.results.size]).toEqual([0, 0, 1])
    expect([child.results.size, context.lastChild]).toEqual([0, undefined])
    expect(() => context.forgetLastChild()).not.toThrow()
  })

  it('has no timer after it was disarmed', () => {
    const context = root()
    const [claim, abandon] = [{ cancel: vi.fn() }, { cancel: vi.fn() }]
    context.claimLimit = claim
    context.abandonLimit = abandon
    context.disarm()
    context.disarm()
    expect([claim.cancel.mock.calls.length, abandon.cancel.mock.calls.length]).toEqual([1, 1])
    expect([context.claimLimit, context.abandonLimit]).toEqual([undefined, undefined])
  })
})

describe('a stream', () => {
  const stream = { path: '/p/r', end: () => undefined }

  it('is tied to the context of its call until it is untied', () => {
    const context = root()
    const untie = tieToContext(stream, { session: {}, context })
    expect([...context.streams]).toEqual([stream])
    untie()
    expect([...context.streams]).toEqual([])
  })

  it.each([
    ['a partner', { clientId: 'garage' }],
    ['a monitor', { session: {}, monitored: root() }],
    ['nobody', undefined],
    ['null', null],
    ['a text', 'context session'],
  ])('is not tied to the call of %s', (_who, call) => {
    expect(() => tieToContext(stream, call)()).not.toThrow()
  })

  it('is not tied to a context without its session, nor to one that has ended', () => {
    const context = root()
    tieToContext(stream, { context })
    context.state = 'ended'
    tieToContext(stream, { session: {}, context })
    expect(context.streams.size).toBe(0)
  })
})

describe('the resources of a session', () => {
  it('are made once for each key, and disposed of newest first', () => {
    const resources = new SessionResources()
    const endings: string[] = []
    const [buses, displays] = [resourceKey('buses'), resourceKey('displays')]
    const make = (name: string) => () => ({ dispose: (ending: string) => void endings.push(`${name} ${ending}`) })
    expect(resources.find(buses)).toBeUndefined()
    const made = resources.obtain(buses, make('buses'))
    expect(resources.obtain(buses, make('others'))).toBe(made)
    expect(resources.find(buses)).toBe(made)
    resources.obtain(displays, make('displays'))
    resources.dispose('cut')
    expect(endings).toEqual(['displays cut', 'buses cut'])
    expect(resources.find(buses)).toBeUndefined()
    expect(() => resources.obtain(buses, make('late'))).toThrow('The session has ended; it cannot hold buses.')
    resources.dispose('finished')
    expect(endings).toHaveLength(2)
  })
})
