import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { EventPayload } from '../../shared/ipc/contract.ts'
import { LogFeed } from './log-feed.ts'

type Sent = EventPayload<'logAppended'>

function setUp() {
  const clock = new ManualClock()
  const sent: Sent[] = []
  const unusable: unknown[] = []
  const feed = new LogFeed({
    clock,
    send: (payload) => sent.push(payload),
    clean: (value) => value,
    onUnusable: (error) => unusable.push(error),
  })
  const add = (count: number, content = 'line') => {
    for (let number = 0; number < count; number += 1)
      feed.add({ at: 0, level: 'info', source: 'function', sessionLabel: '', content })
  }
  /** First and last line of each event, and how many were dropped before it. */
  const spans = () => sent.map(({ lines, dropped }) => [lines[0]?.sequence, lines.at(-1)?.sequence, dropped])
  return { clock, sent, unusable, feed, add, spans }
}

describe('new lines', () => {
  it('are sent a tenth of a second later, a hundred at once, two events until the page has drawn one', () => {
    const { clock, feed, add, spans } = setUp()
    add(250)
    clock.advance(99)
    expect(spans()).toEqual([])
    clock.advance(1)
    expect(spans()).toEqual([[1, 100, 0]])
    clock.advance(1_000)
    expect(spans()).toEqual([
      [1, 100, 0],
      [101, 200, 0],
    ])
    feed.acknowledged(99)
    clock.advance(100)
    expect(spans()).toHaveLength(2)
    feed.acknowledged(100)
    clock.advance(100)
    expect(spans().slice(2)).toEqual([[201, 250, 0]])
  })

  it('are sent without an acknowledgement two seconds after the last event', () => {
    const { clock, add, spans } = setUp()
    add(250)
    clock.advance(200)
    clock.advance(1_900)
    expect(spans()).toHaveLength(2)
    clock.advance(100)
    expect(spans()).toHaveLength(3)
  })

  it('wait for at most one timer, which ends with them', () => {
    const { clock, add, sent } = setUp()
    add(2)
    expect(clock.pendingTimers).toBe(1)
    clock.advance(100)
    expect(clock.pendingTimers).toBe(0)
    expect(sent).toHaveLength(1)
  })

  it('are dropped beyond a thousand, the oldest first, and their number is told once', () => {
    const { clock, feed, add, spans } = setUp()
    add(1_000)
    clock.advance(100)
    add(101)
    clock.advance(100)
    // 1,001 lines were waiting.
    expect(spans()).toEqual([
      [1, 100, 0],
      [102, 201, 1],
    ])
    feed.acknowledged(201)
    clock.advance(100)
    expect(spans()[2]).toEqual([202, 301, 0])
  })

  it('of a burst of more than 1,250 are dropped at once', () => {
    const { clock, add, spans } = setUp()
    add(1_251)
    add(1)
    clock.advance(100)
    expect(spans()).toEqual([[253, 352, 252]])
  })
})

describe('a long line', () => {
  it('is cut at 16,384 characters, with the number of those that are missing', () => {
    const { feed, add } = setUp()
    add(1, 'x'.repeat(16_384))
    add(1, 'x'.repeat(16_385))
    const [whole, cut] = feed.snapshot()
    expect(whole).not.toHaveProperty('cut')
    expect([whole?.content.length, cut?.content.length, cut?.cut]).toEqual([16_384, 16_384, 1])
  })
})

describe('a page that has just loaded', () => {
  it('gets the last two thousand lines, and then only what is new', () => {
    const { clock, feed, add, spans } = setUp()
    add(2_501)
    const kept = feed.snapshot()
    expect([kept.length, kept[0]?.sequence, kept.at(-1)?.sequence]).toEqual([2_000, 502, 2_501])
    add(1)
    clock.advance(100)
    expect(spans()[0]?.slice(0, 2)).toEqual([2_502, 2_502])
    expect(feed.snapshot()).toHaveLength(2_000)
  })

  it('counts nothing that was sent before as undrawn', () => {
    const { clock, feed, add, spans } = setUp()
    add(200)
    clock.advance(200)
    feed.snapshot()
    add(200)
    clock.advance(200)
    expect(spans()).toHaveLength(4)
  })
})

it('a line that does not fit the contract is left out, and takes no number', () => {
  const { feed, add, unusable } = setUp()
  feed.add({ at: Number.NaN, level: 'info', source: 'function', sessionLabel: '', content: 'x' })
  expect(unusable).toHaveLength(1)
  add(1)
  expect(feed.snapshot().map(({ sequence }) => sequence)).toEqual([1])
})
