import { describe, expect, it } from 'vitest'
import { ManualClock } from './clock/manual-clock.ts'
import { TokenVault } from './tokens.ts'

const minute = 60_000

function setUp() {
  const clock = new ManualClock(0)
  return { clock, vault: new TokenVault<string>(clock) }
}

describe('the vault of tokens', () => {
  it('refuses a token from the moment on at which it expires, swept out or not', async () => {
    const { clock, vault } = setUp()
    const token = vault.issue('session', 'anna', minute)
    await clock.advance(minute - 1)
    expect(vault.find(token)?.holder).toBe('anna')
    await clock.advance(1)
    expect(vault.find(token)).toBeUndefined()
    expect(vault.size).toBe(1)
  })

  it('keeps at most about twice as many records as there are valid tokens, however many were issued', async () => {
    const { clock, vault } = setUp()
    for (let issued = 0; issued < 10_000; issued += 1) {
      vault.issue('session', 'anna', minute)
      await clock.advance(minute / 100)
    }
    expect(vault.size).toBeLessThan(2 * 100 + 64)
  })

  it('counts only what is valid', async () => {
    const { clock, vault } = setUp()
    vault.issue('session', 'anna', minute)
    vault.issue('monitor', 'anna', 2 * minute)
    await clock.advance(minute)
    expect(vault.count(() => true)).toBe(1)
    expect(vault.size).toBe(1)
  })

  it('looks through its records less and less often while none of them expires', () => {
    const { clock, vault } = setUp()
    let looks = 0
    const now = clock.now.bind(clock)
    clock.now = () => {
      looks += 1
      return now()
    }
    const tokens = 5_000
    for (let issued = 0; issued < tokens; issued += 1) vault.issue('authentication', 'anna', Number.POSITIVE_INFINITY)
    const sweeps = looks - tokens
    expect(sweeps).toBeLessThan(10)
    expect(vault.size).toBe(tokens)
  })
})
