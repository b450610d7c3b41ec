import { describe, expect, it } from 'vitest'
import { ManualClock } from '../openobd/manual-clock.ts'
import { AdvanceableClock } from './advanceable-clock.ts'

function setUp() {
  const real = new ManualClock()
  const clock = new AdvanceableClock(real)
  const fired: string[] = []
  return { real, clock, fired, at: (delayMs: number, name: string) => clock.after(delayMs, () => fired.push(name)) }
}

describe('AdvanceableClock', () => {
  it('runs with the real clock', () => {
    const { real, fired, at } = setUp()
    at(100, 'a')
    real.advance(99)
    expect(fired).toEqual([])
    real.advance(1)
    expect(fired).toEqual(['a'])
  })

  it('fires due timers once and in order when it is advanced', () => {
    const { real, clock, fired, at } = setUp()
    at(300_000, 'late')
    at(120_000, 'early')
    clock.advance(200_000)
    real.advance(0)
    expect(fired).toEqual(['early'])
    real.advance(99_999)
    expect(fired).toEqual(['early'])
    real.advance(1)
    expect(fired).toEqual(['early', 'late'])
  })

  it('moves monotonic time only, and only forward', () => {
    const { real, clock } = setUp()
    const wall = clock.wallMs()
    clock.advance(5_000)
    clock.advance(-5_000)
    expect([clock.monotonicMs() - real.monotonicMs(), clock.wallMs() - wall]).toEqual([5_000, 0])
  })

  it('keeps no real timer for a cancelled one', () => {
    const { real, at } = setUp()
    at(100, 'a')()
    expect(real.pendingTimers).toBe(0)
  })

  it('does not fire a cancelled timer', () => {
    const { real, clock, fired, at } = setUp()
    const cancel = at(100, 'a')
    cancel()
    clock.advance(1_000)
    real.advance(1_000)
    expect(fired).toEqual([])
    expect(real.pendingTimers).toBe(0)
  })
})
