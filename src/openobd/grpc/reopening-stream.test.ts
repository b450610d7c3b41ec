import { describe, expect, it } from 'vitest'
import { ManualClock } from '../manual-clock.ts'
import { FakeServerStream, settle } from '../testing/fake-stream.ts'
import type { StreamEnd } from './grpc-stream.ts'
import { ReopeningStream } from './reopening-stream.ts'

function setUp(more: { maximumDelayMs?: number } = {}) {
  const clock = new ManualClock()
  const streams: FakeServerStream<{ n: number }>[] = []
  const seen: number[] = []
  const ends: StreamEnd['kind'][] = []
  const next: { verdict: 'reopen' | 'give-up'; none: boolean; waiting: Promise<void> | undefined } = {
    verdict: 'reopen',
    none: false,
    waiting: undefined,
  }
  let attempts = 0
  const make = () => {
    if (next.none) return undefined
    const fake = new FakeServerStream<{ n: number }>()
    streams.push(fake)
    return fake.stream
  }
  const stream = new ReopeningStream<{ n: number }>({
    clock,
    random: () => 0,
    open: () => {
      attempts += 1
      return next.waiting ? next.waiting.then(make) : make()
    },
    onMessage: ({ n }) => void seen.push(n),
    onEnd: ({ kind }) => {
      ends.push(kind)
      return next.verdict
    },
    ...more,
  })
  const say = async (n: number, from = streams.at(-1)) => {
    from?.push({ n })
    await settle()
  }
  const breaks = async () => {
    streams.at(-1)?.end(14, 'Connection dropped')
    await settle()
  }
  const pass = async (ms: number) => {
    clock.advance(ms)
    await settle()
  }
  return { clock, stream, streams, seen, ends, next, say, breaks, pass, attempts: () => attempts }
}

describe('a stream that is kept open', () => {
  it('is opened once by its start, and its messages are passed on', async () => {
    const { stream, streams, seen, say } = setUp()
    expect([stream.isOpen, stream.openings]).toEqual([false, 0])
    stream.start()
    stream.start()
    expect([stream.isOpen, stream.openings, streams.length]).toEqual([true, 1, 1])
    await say(1)
    expect(seen).toEqual([1])
  })

  it('is opened again after 100, 200 and 400 ms, at most after a second, and soon again after a message', async () => {
    const { stream, breaks, attempts, pass, say } = setUp()
    stream.start()
    for (const delay of [100, 200, 400, 800, 1_000, 1_000]) {
      const before = attempts()
      await breaks()
      await pass(delay - 1)
      expect(attempts()).toBe(before)
      await pass(1)
      expect(attempts()).toBe(before + 1)
    }
    await say(1)
    const before = attempts()
    await breaks()
    await pass(0)
    expect(attempts()).toBe(before + 1)
  })

  it('is opened again at once when it lasted two seconds without a message', async () => {
    const { stream, breaks, attempts, pass } = setUp()
    stream.start()
    await breaks()
    await pass(100)
    await pass(1_999)
    await breaks()
    await pass(0)
    expect(attempts()).toBe(2)
    await pass(200)
    expect(attempts()).toBe(3)
    await pass(2_000)
    await breaks()
    await pass(0)
    expect(attempts()).toBe(4)
  })

  it('waits no longer than its own limit', async () => {
    const { stream, breaks, attempts, pass } = setUp({ maximumDelayMs: 150 })
    stream.start()
    for (let count = 1; count < 5; count += 1) {
      await breaks()
      await pass(150)
      expect(attempts()).toBe(count + 1)
    }
  })

  it('is tried again when no stream can be opened now', async () => {
    const { stream, next, attempts, pass } = setUp()
    next.none = true
    stream.start()
    expect([stream.isOpen, stream.openings]).toEqual([false, 0])
    await pass(100)
    next.none = false
    await pass(200)
    expect([attempts(), stream.isOpen, stream.openings]).toEqual([3, true, 1])
  })

  it('is given up for good when that is decided', async () => {
    const { stream, next, breaks, attempts, pass, ends, clock } = setUp()
    stream.start()
    next.verdict = 'give-up'
    await breaks()
    await pass(60_000)
    stream.reopenNow()
    stream.restart()
    expect([attempts(), ends, stream.isOpen, clock.pendingTimers]).toEqual([1, ['failed'], false, 0])
    stream.start()
    expect(attempts()).toBe(2)
  })
})

describe('opening it now', () => {
  it('drops the present stream, whose messages and end count no more', async () => {
    const { stream, streams, seen, ends, say } = setUp()
    stream.start()
    const [old] = streams
    stream.reopenNow()
    expect([streams.length, stream.openings, stream.isOpen]).toEqual([2, 2, true])
    await say(7, old)
    old?.end(14, 'Connection dropped')
    await say(8)
    expect([seen, ends, old?.isCancelled]).toEqual([[8], [], true])
  })

  it('does not wait, and the next pauses are short again', async () => {
    const { stream, breaks, attempts, pass } = setUp()
    stream.start()
    for (const delay of [100, 200, 400]) {
      await breaks()
      await pass(delay)
    }
    await breaks()
    stream.reopenNow()
    expect(attempts()).toBe(5)
    await pass(10_000)
    expect(attempts()).toBe(5)
    await breaks()
    await pass(0)
    expect(attempts()).toBe(6)
    await breaks()
    await pass(100)
    expect(attempts()).toBe(7)
  })

  it('is nothing before the start and after the stop', async () => {
    const { stream, attempts, pass } = setUp()
    stream.reopenNow()
    stream.restart()
    stream.start()
    stream.stop()
    stream.reopenNow()
    stream.restart()
    await pass(60_000)
    expect(attempts()).toBe(1)
  })
})

describe('a restart because of unusable messages', () => {
  it('is immediate, then with growing pauses, and immediate again after a steady stream', async () => {
    const { stream, streams, attempts, pass } = setUp()
    stream.start()
    await pass(2_000)
    stream.restart()
    expect([attempts(), streams[0]?.isCancelled]).toEqual([1, false])
    await pass(0)
    expect(attempts()).toBe(2)
    for (const [delay, count] of [
      [100, 3],
      [200, 4],
    ] as const) {
      stream.restart()
      await pass(delay - 1)
      expect(attempts()).toBe(count - 1)
      await pass(1)
      expect(attempts()).toBe(count)
    }
    await pass(2_000)
    stream.restart()
    await pass(0)
    expect(attempts()).toBe(5)
  })

  it('replaces a pause that is under way', async () => {
    const { stream, breaks, attempts, pass, clock } = setUp()
    stream.start()
    await breaks()
    stream.restart()
    await pass(0)
    expect([attempts(), clock.pendingTimers]).toEqual([2, 0])
  })
})

describe('a stream that is opened later', () => {
  it('is used when it is there, and stopped when it comes too late', async () => {
    const { stream, streams, next, pass } = setUp()
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    next.waiting = first.promise
    stream.start()
    expect(stream.isOpen).toBe(false)
    next.waiting = second.promise
    stream.reopenNow()
    second.resolve()
    await settle()
    expect([stream.isOpen, stream.openings]).toEqual([true, 1])
    first.resolve()
    await pass(10)
    await settle()
    expect([stream.openings, streams.map(({ isCancelled }) => isCancelled)]).toEqual([1, [false, true]])
  })

  it('is stopped when everything was stopped meanwhile', async () => {
    const { stream, streams, next } = setUp()
    const opening = Promise.withResolvers<void>()
    next.waiting = opening.promise
    stream.start()
    stream.stop()
    opening.resolve()
    await settle()
    expect([stream.isOpen, streams[0]?.isCancelled]).toEqual([false, true])
  })
})

it('a stop ends the stream, its timers and its messages', async () => {
  const { stream, streams, seen, ends, breaks, say, pass, clock, attempts } = setUp()
  stream.start()
  await breaks()
  stream.stop()
  await pass(60_000)
  expect([clock.pendingTimers, attempts()]).toEqual([0, 1])
  stream.start()
  stream.stop()
  await say(3)
  expect([seen, ends, stream.isOpen, streams[1]?.isCancelled]).toEqual([[], ['failed'], false, true])
})
