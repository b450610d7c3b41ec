import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contract } from '../shared/ipc/contract.ts'
import { createWorkbenchApi, type RendererIpc } from './api.ts'

const names = (kind: 'call' | 'event') =>
  Object.entries(contract).flatMap(([name, entry]) => ((entry.kind === 'event') === (kind === 'event') ? [name] : []))
const subscriptionOf = (event: string) => `on${event.charAt(0).toUpperCase()}${event.slice(1)}`

type Listener = (event: unknown, ...args: unknown[]) => void

function setUp() {
  const invoked: { channel: string; args: unknown[] }[] = []
  const listeners = new Map<string, Set<Listener>>()
  const ipc: RendererIpc = {
    invoke: (channel, ...args) => {
      invoked.push({ channel, args })
      return Promise.resolve('reply')
    },
    on: (channel, listener) => listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener)),
    removeListener: (channel, listener) => listeners.get(channel)?.delete(listener),
  }
  const emit = (channel: string, ...args: unknown[]) => {
    for (const listener of listeners.get(channel) ?? []) listener({ sender: 'secret', ports: ['port'] }, ...args)
  }
  const api = createWorkbenchApi(ipc) as unknown as Record<string, (...args: unknown[]) => unknown>
  return { api, invoked, listeners, emit }
}

describe('window.workbench', () => {
  // @proves Security: A04 one frozen object with agreed functions; plain data only
  it('has one function per call of the contract, one subscription per event, and nothing else', () => {
    const agreed = [...names('call'), ...names('event').map(subscriptionOf)]
    expect(agreed.length).toBeGreaterThan(20)
    expect(Object.keys(setUp().api).sort()).toEqual(agreed.sort())
  })

  it('is deeply frozen and has no prototype', () => {
    const { api } = setUp()
    expect(Object.getPrototypeOf(api)).toBeNull()
    expect(Object.isFrozen(api)).toBe(true)
    for (const [name, member] of Object.entries(api)) expect(Object.isFrozen(member), name).toBe(true)
    expect(() => Object.assign(api, { getState: () => 'mine' })).toThrow(TypeError)
  })

  it('binds each function to its own channel, whatever its arguments', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names('call')), fc.array(fc.anything()), (name, args) => {
        const { api, invoked } = setUp()
        void api[name]?.(...args)
        expect(invoked).toEqual([{ channel: name, args: [args[0]] }])
      }),
    )
  })

  it('gives listeners the payload and never the event', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names('event')), fc.jsonValue(), (channel, payload) => {
        const { api, emit } = setUp()
        const received: unknown[][] = []
        api[subscriptionOf(channel)]?.((...args: unknown[]) => received.push(args))
        emit(channel, payload, 'more')
        expect(received).toEqual([[payload]])
      }),
    )
  })

  it('stops calling a listener that has unsubscribed, and only that one', () => {
    const { api, emit, listeners } = setUp()
    const first: unknown[] = []
    const second: unknown[] = []
    const stop = api.onStateChanged?.((payload: unknown) => first.push(payload)) as () => void
    api.onStateChanged?.((payload: unknown) => second.push(payload))
    stop()
    stop()
    emit('stateChanged', 1)
    expect([first, second]).toEqual([[], [1]])
    expect(listeners.get('stateChanged')?.size).toBe(1)
  })

  it.each([undefined, null, 'text', {}, 7])('refuses %s as a listener', (listener) => {
    expect(() => setUp().api.onStateChanged?.(listener)).toThrow(TypeError)
  })
})
