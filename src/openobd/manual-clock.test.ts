import { describe, expect, it } from 'vitest'
import { ManualClock } from './manual-clock.ts'

describe('a manual clock', () => {
  it('moves both clocks only when it is advanced', () => {
    const clock = new ManualClock(1_000)
    expect([clock.monotonicMs(), clock.wallMs()]).toEqual([0, 1_000])
    clock.advance(250)
    expect([clock.monotonicMs(), clock.wallMs()]).toEqual([250, 1_250])
    clock.jumpWall(-100)
    expect([clock.monotonicMs(), clock.wallMs()]).toEqual([250, 1_150])
    expect(new ManualClock().wallMs()).toBe(1_700_000_000_000)
  })

  it.each(['advance', 'advanceAsync'] as const)(
    'fires due timers in order, each at its own time (%s)',
    async (method) => {
      const clock = new ManualClock(0)
      const fired: [string, number][] = []
      const note = (name: string) => () => void fired.push([name, clock.monotonicMs()])
      clock.after(30, note('late'))
      clock.after(10, note('first'))
      clock.after(10, note('second'))
      clock.after(-5, note('at once'))
      clock.after(31, note('not yet'))
      clock.after(20, () => {
        note('sets another')()
        clock.after(5, note('set meanwhile'))
      })
      const cancel = clock.after(15, note('cancelled'))
      cancel()
      expect(clock.pendingTimers).toBe(6)
      await clock[method](30)
      expect(fired).toEqual([
        ['at once', 0],
        ['first', 10],
        ['second', 10],
        ['sets another', 20],
        ['set meanwhile', 25],
        ['late', 30],
      ])
      expect([clock.monotonicMs(), clock.pendingTimers]).toEqual([30, 1])
    },
  )

  it('lets promises settle before, between and after timers', async () => {
    const clock = new ManualClock()
    const order: string[] = []
    void Promise.resolve().then(() => order.push('before'))
    clock.after(10, () => void Promise.resolve().then(() => clock.after(0, () => order.push('set by a promise'))))
    clock.after(10, () => order.push('second'))
    await clock.advanceAsync(10)
    expect(order).toEqual(['before', 'second', 'set by a promise'])
  })

  it('sleeps without firing timers, which are due when it wakes up', () => {
    const clock = new ManualClock(0)
    const fired: number[] = []
    clock.after(10, () => fired.push(clock.monotonicMs()))
    clock.sleep(1_000)
    expect([fired, clock.monotonicMs(), clock.wallMs()]).toEqual([[], 1_000, 1_000])
    clock.advance(0)
    expect([fired, clock.monotonicMs()]).toEqual([[1_000], 1_000])
  })
})
