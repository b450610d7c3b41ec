import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ManualClock } from './manual-clock.ts'

describe('the manual clock', () => {
  it('stands still until it is moved', async () => {
    const clock = new ManualClock(1000)
    let ran = false
    clock.after(0, () => {
      ran = true
    })
    expect(ran).toBe(false)
    await clock.advance(0)
    expect(ran).toBe(true)
    expect(clock.now()).toBe(1000)
  })

  it('runs tasks in the order of their moments, whatever the order of scheduling', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 }), async (delays) => {
        const clock = new ManualClock(0)
        const ran: { at: number; index: number }[] = []
        for (const [index, delay] of delays.entries()) clock.after(delay, () => ran.push({ at: clock.now(), index }))
        await clock.advance(50)
        const expected = delays.map((at, index) => ({ at, index })).sort((a, b) => a.at - b.at || a.index - b.index)
        expect(ran).toEqual(expected)
        expect(clock.pendingTimers).toBe(0)
      }),
    )
  })

  it('does not run a cancelled task and forgets it', async () => {
    const clock = new ManualClock(0)
    const ran: string[] = []
    const task = clock.after(5, () => ran.push('cancelled'))
    clock.after(6, () => ran.push('kept'))
    task.cancel()
    task.cancel()
    expect(clock.pendingTimers).toBe(1)
    await clock.advance(10)
    expect(ran).toEqual(['kept'])
  })

  it('runs what a task schedules inside the span', async () => {
    const clock = new ManualClock(0)
    const moments: number[] = []
    const tick = () => {
      moments.push(clock.now())
      clock.after(10, tick)
    }
    clock.after(10, tick)
    await clock.advance(35)
    expect(moments).toEqual([10, 20, 30])
    expect(clock.now()).toBe(35)
  })

  it('gives promises a turn between two moments', async () => {
    const clock = new ManualClock(0)
    const order: string[] = []
    clock.after(1, () => void Promise.resolve().then(() => order.push('promise of the first')))
    clock.after(2, () => order.push('second'))
    await clock.advance(2)
    expect(order).toEqual(['promise of the first', 'second'])
  })

  it('runs what is due at once without being moved, but not before the caller goes on', async () => {
    const clock = new ManualClock(0)
    const ran: string[] = []
    clock.after(0, () => ran.push('due at once'))
    clock.after(0, () => ran.push('cancelled')).cancel()
    expect([ran, clock.pendingTimers]).toEqual([[], 1])
    await Promise.resolve()
    expect([ran, clock.pendingTimers]).toEqual([['due at once'], 0])
  })

  it('keeps the order of the rest when most of many timers are cancelled', async () => {
    const clock = new ManualClock(0)
    const ran: number[] = []
    const timers = Array.from({ length: 500 }, (_, index) =>
      clock.after(1 + ((index * 7) % 500), () => ran.push(index)),
    )
    for (const [index, timer] of timers.entries()) if (index % 5 !== 0) timer.cancel()
    expect(clock.pendingTimers).toBe(100)
    await clock.advance(500)
    expect(ran).toEqual([...ran].sort((a, b) => ((a * 7) % 500) - ((b * 7) % 500)))
    expect([ran.length, clock.pendingTimers]).toEqual([100, 0])
  })

  it('adds up moves that are asked for at the same time', async () => {
    const clock = new ManualClock(0)
    await Promise.all([clock.advance(10), clock.advance(10)])
    expect(clock.now()).toBe(20)
  })
})
