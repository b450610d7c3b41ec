import { beforeEach, describe, expect, it } from 'vitest'
import type { SessionToken__Output } from '../generated/types/openOBD/v1/SessionToken.ts'
import { ManualClock } from '../manual-clock.ts'
import { FakeServerStream, settle } from '../testing/fake-stream.ts'
import { Token } from '../token.ts'
import { healthAt, type TokenHealth, TokenKeeper } from './token-keeper.ts'

let clock: ManualClock
let streams: { bearer: string; fake: FakeServerStream<SessionToken__Output> }[]
let health: TokenHealth[]
let expired: number
let ends: string[]
let keeper: TokenKeeper

beforeEach(() => {
  clock = new ManualClock()
  streams = []
  health = []
  expired = 0
  ends = []
  keeper = new TokenKeeper(new Token('session', 'first'), {
    clock,
    random: () => 0,
    open: (token) => {
      const fake = new FakeServerStream<SessionToken__Output>()
      streams.push({ bearer: token.reveal(), fake })
      return fake.stream
    },
    onChange: (state) => {
      if (health.at(-1) !== state.health) health.push(state.health)
    },
    onExpired: () => {
      expired += 1
    },
    onStreamEnd: (end) => ends.push(end.kind),
  })
  keeper.start()
})

const newest = () => streams.at(-1)?.fake

async function arrives(value: string): Promise<void> {
  newest()?.push({ value })
  await settle()
}

async function pass(ms: number): Promise<void> {
  clock.advance(ms)
  await settle()
}

describe('TokenKeeper', () => {
  it('gives out the newest token and counts rotations', async () => {
    await arrives('second')
    expect(keeper.current()?.reveal()).toBe('second')
    expect(keeper.state).toMatchObject({ health: 'fresh', rotations: 1, ignored: 0 })
  })

  it.each(['first', '', ' ', 'two words', 'line\nbreak'])('ignores and counts %j', async (value) => {
    await arrives(value)
    expect(keeper.current()?.reveal()).toBe('first')
    expect(keeper.state).toMatchObject({ rotations: 0, ignored: 1 })
  })

  it('never goes back to a token of the past', async () => {
    await arrives('second')
    await arrives('third')
    await arrives('second')
    expect(keeper.current()?.reveal()).toBe('third')
  })

  // @proves Faults: 3 no newer token until the end; what a person sees: warning, then “Session expired”
  it('grows late, expiring and expired, each once, and expires exactly once', async () => {
    await pass(149_999)
    expect(health).toEqual([])
    await pass(1)
    await pass(90_000)
    await pass(59_000)
    expect(health).toEqual(['late', 'expiring', 'expired'])
    await pass(600_000)
    keeper.current()
    expect(expired).toBe(1)
    expect(keeper.current()).toBeUndefined()
    expect(clock.pendingTimers).toBe(0)
  })

  it('becomes fresh again with a new token', async () => {
    await pass(250_000)
    await arrives('second')
    expect(health).toEqual(['late', 'expiring', 'fresh'])
    await pass(149_000)
    expect(keeper.state.health).toBe('fresh')
  })

  it('gives out no expired token even when no timer has fired, as after a sleep', () => {
    clock.sleep(400_000)
    expect(keeper.current()).toBeUndefined()
    expect(expired).toBe(1)
  })

  it.each([600_000, -3_600_000])('does not care about a wall clock that jumps by %i ms', async (jump) => {
    clock.jumpWall(jump)
    await pass(100_000)
    expect(keeper.state.health).toBe('fresh')
    expect(keeper.current()).toBeDefined()
  })

  it('takes nothing from a stream after the expiry', async () => {
    const stream = newest()
    await pass(300_000)
    stream?.push({ value: 'too-late' })
    await settle()
    expect(keeper.current()).toBeUndefined()
    expect(streams).toHaveLength(1)
  })

  it('reopens a broken stream at once with the newest token', async () => {
    await arrives('second')
    newest()?.end(14, 'Connection dropped')
    await settle()
    await pass(0)
    expect(streams.map(({ bearer }) => bearer)).toEqual(['first', 'second'])
    expect(ends).toEqual([])
  })

  it('retries with pauses of 100 ms to 1 s while the stream cannot be opened', async () => {
    const openedAt: number[] = []
    newest()?.end(14, 'Connection dropped')
    await settle()
    for (let ms = 0; ms < 4_000; ms += 50) {
      const before = streams.length
      await pass(50)
      if (streams.length > before) {
        openedAt.push(clock.monotonicMs())
        newest()?.end(14, 'Connection dropped')
        await settle()
      }
    }
    expect(openedAt).toEqual([100, 300, 700, 1_500, 2_500, 3_500])
  })

  it('does not hear a stream that has been replaced', async () => {
    const stale = newest()
    keeper.reopenNow()
    stale?.push({ value: 'stale' })
    stale?.end(16, 'old')
    await settle()
    await arrives('second')
    expect(keeper.current()?.reveal()).toBe('second')
    expect(keeper.state.rotations).toBe(1)
    expect(ends).toEqual([])
  })

  it('tells when the server ends the stream, and goes on trying', async () => {
    newest()?.end(0)
    await settle()
    await pass(200)
    expect(ends).toEqual(['ended'])
    expect(streams.length).toBeGreaterThan(1)
  })

  it('expires when the server refuses the newest token twice', async () => {
    newest()?.end(16, 'unknown token')
    await settle()
    expect(keeper.state.health).toBe('fresh')
    await pass(100)
    newest()?.end(16, 'unknown token')
    await settle()
    expect(ends).toEqual(['refused', 'refused'])
    expect([keeper.state.health, expired]).toEqual(['expired', 1])
    await pass(10_000)
    expect(streams).toHaveLength(2)
  })

  it('replaces a refused token by one that is already here', async () => {
    await arrives('second')
    expect((await keeper.replace(new Token('session', 'first')))?.reveal()).toBe('second')
    expect(streams).toHaveLength(1)
  })

  it('replaces a refused token by the next one, once per token', async () => {
    const pending = keeper.replace(new Token('session', 'first'))
    await arrives('second')
    expect((await pending)?.reveal()).toBe('second')
    const again = keeper.replace(new Token('session', 'second'))
    await pass(2_000)
    expect(await again).toBeUndefined()
    const before = streams.length
    expect(await keeper.replace(new Token('session', 'second'))).toBeUndefined()
    expect(streams).toHaveLength(before)
  })

  it('leaves nothing behind when it is stopped', async () => {
    const pending = keeper.replace(new Token('session', 'first'))
    keeper.stop()
    expect(await pending).toBeUndefined()
    await pass(600_000)
    expect([keeper.current(), expired, clock.pendingTimers, streams.at(-1)?.fake.isCancelled]).toEqual([
      undefined,
      0,
      0,
      true,
    ])
  })

  it.each<[number, TokenHealth]>([
    [0, 'fresh'],
    [149_999, 'fresh'],
    [150_000, 'late'],
    [239_999, 'late'],
    [240_000, 'expiring'],
    [298_999, 'expiring'],
    [299_000, 'expired'],
  ])('calls a token of %i ms %s', (age, expected) => expect(healthAt(age)).toBe(expected))
})
