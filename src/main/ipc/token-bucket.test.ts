import { describe, expect, it } from 'vitest'
import { TokenBucket } from './token-bucket.ts'

describe('TokenBucket', () => {
  it('allows its capacity at once and then refills evenly', () => {
    let now = 0
    const bucket = new TokenBucket({ capacity: 3, perSecond: 2 }, () => now)
    expect([1, 2, 3, 4].map(() => bucket.take())).toEqual([true, true, true, false])
    now = 499
    expect(bucket.take()).toBe(false)
    now = 500
    expect(bucket.take()).toBe(true)
    expect(bucket.take()).toBe(false)
  })

  it('never holds more than its capacity', () => {
    let now = 0
    const bucket = new TokenBucket({ capacity: 2, perSecond: 10 }, () => now)
    now = 3_600_000
    expect([1, 2, 3].map(() => bucket.take())).toEqual([true, true, false])
  })
})
