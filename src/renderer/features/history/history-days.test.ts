import { describe, expect, it } from 'vitest'
import type { JobEntry } from '../../../shared/job.ts'
import { historyLines } from './history-days.ts'

const now = new Date(2026, 2, 30, 9, 0).getTime()
const at = (...parts: [number, number, number, number, number]) => new Date(...parts).getTime()
const job = (id: string, openedAt: number): JobEntry => ({
  id,
  target: { kind: 'ticket', number: id },
  openedAt,
  lastAt: openedAt,
  isClosed: true,
})
const shape = (jobs: readonly JobEntry[]) =>
  historyLines(jobs, now).map((line) => (line.kind === 'day' ? line.day : line.job.id))

describe('the lines of the history', () => {
  it('are none without jobs', () => expect(shape([])).toEqual([]))

  it('name today and yesterday, and the other days once each', () => {
    const jobs = [
      job('a', at(2026, 2, 30, 8, 0)),
      job('b', at(2026, 2, 30, 0, 0)),
      // A day of 23 hours where the clock is changed.
      job('c', at(2026, 2, 29, 23, 59)),
      job('d', at(2026, 2, 28, 12, 0)),
      job('e', at(2026, 2, 28, 7, 0)),
      job('f', at(2025, 2, 30, 8, 0)),
    ]
    expect(shape(jobs)).toEqual(['today', 'a', 'b', 'yesterday', 'c', 'earlier', 'd', 'e', 'earlier', 'f'])
  })

  it('have keys of their own, also after the clock of the computer was set back', () => {
    const keys = historyLines([job('a', now), job('b', now - 86_400_000), job('c', now)], now).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})
