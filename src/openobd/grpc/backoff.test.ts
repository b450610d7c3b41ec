import { describe, expect, it } from 'vitest'
import { Backoff } from './backoff.ts'

describe('Backoff', () => {
  // @proves Sessions and links: Back-off 100 ms to 1 s
  it('tries at once, then doubles from 100 ms to 1 s', () => {
    const backoff = new Backoff({ random: () => 0 })
    expect(Array.from({ length: 7 }, () => backoff.next())).toEqual([0, 100, 200, 400, 800, 1_000, 1_000])
  })

  it('shortens each pause by up to a fifth', () => {
    const backoff = new Backoff({ random: () => 0.999_999 })
    backoff.next()
    expect(backoff.next()).toBeCloseTo(80, 2)
  })

  it('begins anew after a success', () => {
    const backoff = new Backoff({ random: () => 0 })
    for (let attempt = 0; attempt < 2_000; attempt += 1) backoff.next()
    expect(backoff.next()).toBe(1_000)
    backoff.reset()
    expect([backoff.next(), backoff.next()]).toEqual([0, 100])
  })
})
