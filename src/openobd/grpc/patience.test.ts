import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { limitedPatience } from './patience.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('gives up once when the time has passed', () => {
  const giveUp = vi.fn()
  limitedPatience(3_000, giveUp)
  vi.advanceTimersByTime(2_990)
  expect(giveUp).not.toHaveBeenCalled()
  vi.advanceTimersByTime(60_000)
  expect(giveUp).toHaveBeenCalledTimes(1)
})

it('never gives up after it was cancelled', () => {
  const giveUp = vi.fn()
  const cancel = limitedPatience(100, giveUp)
  vi.advanceTimersByTime(50)
  cancel()
  vi.advanceTimersByTime(1_000)
  expect(giveUp).not.toHaveBeenCalled()
})
