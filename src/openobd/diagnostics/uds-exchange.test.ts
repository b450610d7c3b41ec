import { describe, expect, it } from 'vitest'
import { succeeded } from '../../shared/outcome.ts'
import { type CallOutcome, callFailure, refused } from '../failure.ts'
import { ManualClock } from '../manual-clock.ts'
import { type UdsAnswer, UdsExchange, type UdsExchangeOptions } from './uds-exchange.ts'

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

function open(more: Partial<UdsExchangeOptions> = {}) {
  const clock = new ManualClock()
  const outcomes: CallOutcome<UdsAnswer>[] = []
  const exchange = new UdsExchange({
    clock,
    request: bytes('22F190'),
    timing: { timeoutMs: 1_000, pendingMs: 5_000 },
    deadlineMs: 60_000,
    isAnswerOwed: false,
    judgeSilence: () => Promise.resolve(succeeded({ kind: 'no-answer' })),
    ...more,
  })
  void exchange.settled.then((outcome) => outcomes.push(outcome))
  return { clock, exchange, outcomes }
}

describe('UdsExchange', () => {
  // @proves Faults: 32 late, doubled, foreign or malformed ISO-TP answer; what a person sees: nothing, no answer is given to another request
  it('settles once, with its own answer, and leaves no timer behind', async () => {
    const { clock, exchange, outcomes } = open()
    expect([exchange.take(bytes('5003')), exchange.take(bytes('62F187')), exchange.take(bytes('62F19041'))]).toEqual([
      false,
      false,
      true,
    ])
    exchange.take(bytes('7F2231'))
    exchange.fail(callFailure('a/b', 'connection-lost'))
    await clock.advanceAsync(100_000)
    expect(outcomes).toEqual([succeeded({ kind: 'positive', payload: bytes('62F19041') })])
    expect(clock.pendingTimers).toBe(0)
  })

  it('waits P2* after each "response pending", counted from that answer', async () => {
    const { clock, exchange, outcomes } = open()
    for (let pending = 0; pending < 5; pending += 1) {
      exchange.take(bytes('7F2278'))
      await clock.advanceAsync(4_999)
    }
    expect(outcomes).toEqual([])
    await clock.advanceAsync(1)
    expect(outcomes).toEqual([succeeded({ kind: 'no-answer' })])
  })

  it('ends at its deadline however often the ECU asks for more time', async () => {
    const { clock, exchange, outcomes } = open({ deadlineMs: 12_000 })
    while (clock.monotonicMs() < 11_999) {
      exchange.take(bytes('7F2278'))
      await clock.advanceAsync(1)
    }
    expect(outcomes).toEqual([])
    exchange.take(bytes('7F2278'))
    await clock.advanceAsync(1)
    expect(outcomes).toHaveLength(1)
  })

  it('takes an answer that comes while the silence is being judged', async () => {
    let judge: (outcome: CallOutcome<UdsAnswer>) => void = () => undefined
    const judgeSilence = () =>
      new Promise<CallOutcome<UdsAnswer>>((resolve) => {
        judge = resolve
      })
    const { clock, exchange, outcomes } = open({ judgeSilence })
    await clock.advanceAsync(1_000)
    exchange.take(bytes('62F19041'))
    judge(refused('a/b', 'connection-lost'))
    await clock.advanceAsync(0)
    expect(outcomes).toMatchObject([{ ok: true, value: { kind: 'positive' } }])
  })

  it('holds a negative answer back while another one may be on the way, and prefers what follows', async () => {
    const { clock, exchange, outcomes } = open({ isAnswerOwed: true })
    exchange.take(bytes('7F2231'))
    await clock.advanceAsync(500)
    expect(outcomes).toEqual([])
    exchange.take(bytes('62F19041'))
    await clock.advanceAsync(0)
    expect(outcomes).toMatchObject([{ value: { kind: 'positive' } }])
  })

  it('gives the negative answer it held back when nothing follows', async () => {
    const { clock, exchange, outcomes } = open({ isAnswerOwed: true })
    exchange.take(bytes('7F2231'))
    await clock.advanceAsync(1_000)
    expect(outcomes).toEqual([succeeded({ kind: 'negative', code: 0x31 })])
  })

  it('is cancelled at once and does not listen to the signal any longer', async () => {
    const stop = new AbortController()
    const { clock, exchange, outcomes } = open({ timing: { signal: stop.signal } })
    stop.abort()
    exchange.take(bytes('62F19041'))
    await clock.advanceAsync(100_000)
    expect(outcomes).toEqual([succeeded({ kind: 'cancelled' })])
    expect(clock.pendingTimers).toBe(0)
  })
})
