import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RealClock } from './real-clock.ts'

describe('the real bus clock', () => {
  let nowMs: number
  let clock: RealClock
  let fired: string[]

  beforeEach(() => {
    nowMs = 1000
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    clock = new RealClock()
    fired = []
  })

  afterEach(() => vi.restoreAllMocks())

  const note = (name: string) => () => void fired.push(name)
  async function turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) await nextTurn()
  }

  it('fires no timer before its time, however many turns that takes', async () => {
    clock.after(1.5, note('a'))
    nowMs += 1.499
    await turns(20)
    expect(fired).toEqual([])
    nowMs += 0.001
    await turns(2)
    expect(fired).toEqual(['a'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('waits on when the timer of the host is early', async () => {
    clock.after(3, note('a'))
    await vi.waitFor(() => expect(vi.mocked(performance.now).mock.calls.length).toBeGreaterThan(2))
    await turns(20)
    expect(fired).toEqual([])
    nowMs += 3
    await vi.waitFor(() => expect(fired).toEqual(['a']))
  })

  it('fires in the order of time, then of making', async () => {
    clock.after(1.5, note('last'))
    clock.after(0, note('first'))
    clock.after(1, note('second'))
    clock.after(1, note('third'))
    nowMs += 1.9
    await turns(2)
    expect(fired).toEqual(['first', 'second', 'third', 'last'])
  })

  it('fires nothing that was cancelled, not even by a timer of the same moment', async () => {
    clock.after(1, note('near')).cancel()
    clock.after(1000, note('far')).cancel()
    clock.after(1, () => {
      fired.push('canceller')
      victim.cancel()
    })
    const victim = clock.after(1, note('victim'))
    nowMs += 1
    await turns(3)
    expect([fired, clock.pendingTimers]).toEqual([['canceller'], 0])
  })

  it('lets a timer that a timer sets wait for a later turn', async () => {
    clock.after(0, () => {
      clock.after(0, note('inner'))
      queueMicrotask(note('what follows at once'))
      fired.push('outer')
    })
    await turns(3)
    expect(fired).toEqual(['outer', 'what follows at once', 'inner'])
  })

  it('looks once in each turn, however many timers are near', async () => {
    for (let timer = 0; timer < 100; timer += 1) clock.after(1, note('a'))
    const immediates = vi.spyOn(globalThis, 'setImmediate')
    await turns(10)
    expect(immediates.mock.calls.length).toBeLessThanOrEqual(10 + 11)
    nowMs += 1
    await turns(2)
    expect(fired).toHaveLength(100)
  })
})
