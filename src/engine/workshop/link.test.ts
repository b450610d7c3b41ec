import { describe, expect, it } from 'vitest'
import { Link, slowShare } from './link.ts'

const usual = Array.from({ length: 10 }, () => 40)

describe('the link of a connector', () => {
  it('reports another round trip only when it moves by more than 50 ms', () => {
    const link = new Link(0, [100])
    for (const latency of [150, 60, 51, 149]) {
      link.measure(latency)
      expect(link.read().latencyMs).toBe(100)
    }
    link.measure(151)
    expect(link.read().latencyMs).toBe(151)
  })

  it('is unhealthy as soon as a quarter of the weighted round trips is slow', () => {
    const link = new Link(0, usual)
    link.measure(501)
    expect(link.read().isHealthy).toBe(true)
    link.measure(501)
    expect(link.read().isHealthy).toBe(false)
  })

  it('does not call exactly 500 ms slow', () => {
    expect(slowShare(Array.from({ length: 10 }, () => 500))).toBe(0)
  })

  it('weighs recent round trips more', () => {
    const slowFirst = [900, ...usual.slice(1)]
    const slowLast = [...usual.slice(1), 900]
    expect(slowShare(slowLast)).toBeCloseTo(10 / 55)
    expect(slowShare(slowFirst)).toBeCloseTo(1 / 55)
  })

  it('gets healthy again when the slow ones are ten measurements ago', () => {
    const link = new Link(0, usual)
    for (let index = 0; index < 5; index += 1) link.measure(2000)
    for (let index = 0; index < 10; index += 1) link.measure(40)
    expect(link.read().isHealthy).toBe(true)
  })

  it('is neither connected nor healthy without internet, and remembers when it came back', () => {
    const link = new Link(1000, usual)
    link.setConnected(false, 2000)
    expect(link.read()).toMatchObject({ isConnected: false, isHealthy: false, connectedSince: undefined })
    link.setConnected(true, 3000)
    link.setConnected(true, 4000)
    expect(link.read()).toMatchObject({ isConnected: true, isHealthy: true, connectedSince: 3000 })
  })

  it('has no slow share before the first measurement', () => {
    expect(slowShare([])).toBe(0)
  })
})
