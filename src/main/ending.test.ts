import { describe, expect, it, vi } from 'vitest'
import { ManualClock } from '../openobd/manual-clock.ts'
import { Ending, type EndingOptions, endLimits } from './ending.ts'

const never = () => new Promise<never>(() => undefined)

function setUp(backend: { settle?: () => Promise<void>; stop?: () => Promise<void> } | 'missing' | 'broken' = {}) {
  const clock = new ManualClock()
  const done: string[] = []
  const note = (name: string, work: () => Promise<void> = () => Promise.resolve()) =>
    vi.fn(() => {
      done.push(name)
      return work()
    })
  const options: EndingOptions = {
    clock,
    backend:
      backend === 'missing'
        ? never()
        : backend === 'broken'
          ? Promise.reject(new Error('broken'))
          : Promise.resolve({ settle: note('settle', backend.settle), stop: note('stop', backend.stop) }),
    destroyWindow: () => void done.push('destroy window'),
    quit: () => void done.push('quit'),
  }
  const ending = new Ending(options)
  const hold = () => {
    const event = { preventDefault: vi.fn() }
    ending.holdUntilStopped(event)
    return event.preventDefault.mock.calls.length > 0
  }
  return { clock, done, ending, hold }
}

describe('the end', () => {
  it('waits for the finish, then for the children, then destroys the window and quits', async () => {
    const { done, hold, clock } = setUp()
    expect(hold()).toBe(true)
    await clock.advanceAsync(0)
    expect(done).toEqual(['settle', 'stop', 'destroy window', 'quit'])
    expect(hold()).toBe(false)
  })

  // @proves Window: Closing with a session open asks, and never blocks a hung page or the end of the system
  it('waits for a finish that ends in time', async () => {
    const finish = Promise.withResolvers<void>()
    const { done, hold, clock } = setUp({ settle: () => finish.promise })
    hold()
    await clock.advanceAsync(endLimits.finishMs - 1)
    expect(done).toEqual(['settle'])
    finish.resolve()
    await clock.advanceAsync(0)
    expect(done.at(-1)).toBe('quit')
  })

  it('does not wait for ever for a finish that never comes', async () => {
    const { done, hold, clock } = setUp({ settle: never })
    hold()
    await clock.advanceAsync(endLimits.finishMs)
    expect(done).toEqual(['settle', 'stop', 'destroy window', 'quit'])
  })

  it('does not wait for ever for children that never end', async () => {
    const { done, hold, clock } = setUp({ stop: never })
    hold()
    await clock.advanceAsync(endLimits.stopMs - 1)
    expect(done).toEqual(['settle', 'stop'])
    await clock.advanceAsync(1)
    expect(done.at(-1)).toBe('quit')
  })

  it('does not wait for ever for a back end that never loads', async () => {
    const { done, hold, clock } = setUp('missing')
    hold()
    await clock.advanceAsync(endLimits.finishMs + endLimits.stopMs)
    expect(done).toEqual(['destroy window', 'quit'])
  })

  it('also works when the back end failed', async () => {
    const { done, hold, clock } = setUp('broken')
    hold()
    await clock.advanceAsync(0)
    expect(done).toEqual(['destroy window', 'quit'])
  })

  it('stops everything once, however often it is requested', async () => {
    const { done, hold, clock } = setUp()
    expect([hold(), hold(), hold()]).toEqual([true, true, true])
    await clock.advanceAsync(0)
    expect(done.filter((step) => step === 'stop')).toHaveLength(1)
  })

  it('by a system shutdown stops everything and holds nothing back', async () => {
    const { done, ending, hold, clock } = setUp({ settle: never, stop: never })
    ending.stopAtOnce()
    expect(hold()).toBe(false)
    await clock.advanceAsync(0)
    expect(done).toEqual(['stop'])
  })

  it('by a system shutdown stops nothing twice', async () => {
    const { done, ending, hold, clock } = setUp({ settle: never })
    hold()
    ending.stopAtOnce()
    await clock.advanceAsync(endLimits.finishMs)
    expect(done.filter((step) => step === 'stop')).toHaveLength(1)
  })
})
