// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { scaleFor, shownSamples } from './LatencyPlot.tsx'

describe('the scale of the latency', () => {
  it.each([
    [0, 100],
    [42, 100],
    [95, 100],
    [96, 200],
    [500, 600],
  ])('for %i ms at most goes up to %i ms', (highest, scale) => expect(scaleFor(highest)).toBe(scale))
})

describe('the samples that are shown', () => {
  it('are those of the last minute', () => {
    const samples = [0, 1000, 61_000].map((at) => ({ at, latencyMs: 1 }))
    expect(shownSamples(samples).map(({ at }) => at)).toEqual([1000, 61_000])
  })
  it('may be none', () => expect(shownSamples([])).toEqual([]))
})
