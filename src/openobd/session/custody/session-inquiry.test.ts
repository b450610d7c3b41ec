import { describe, expect, it } from 'vitest'
import { succeeded } from '../../../shared/outcome.ts'
import type { SessionState } from '../../../shared/session.ts'
import { type CallOutcome, refused } from '../../failure.ts'
import { ManualClock } from '../../manual-clock.ts'
import type { SessionInfo } from '../../wire/session-info.ts'
import { SessionInquiry } from './session-inquiry.ts'

function setUp(answer: () => CallOutcome<SessionInfo> | Promise<CallOutcome<SessionInfo>>) {
  const clock = new ManualClock()
  const learned: unknown[] = []
  const asked: [string, number][] = []
  const inquiry = new SessionInquiry(
    {
      getSession: async (id) => {
        asked.push([id, clock.monotonicMs()])
        return answer()
      },
    },
    (event) => learned.push(event),
  )
  return { clock, inquiry, learned, asked }
}

const seen = (state: SessionState) => succeeded({ id: 's', state } as SessionInfo)

describe('a look at a session', () => {
  it.each<[SessionState, string]>([
    ['available', 'alive'],
    ['active', 'alive'],
    ['unknown', 'alive'],
    ['finished', 'gone'],
    ['interrupted', 'gone'],
    ['failed', 'gone'],
  ])('that is %s reports what was seen, and that it is %s', async (state, fate) => {
    const { inquiry, learned, asked } = setUp(() => seen(state))
    expect(await inquiry.look('s')).toBe(fate)
    expect(learned).toEqual([{ type: 'observed', state }])
    expect(asked).toEqual([['s', 0]])
  })

  it('that the server does not know reports that it was forgotten', async () => {
    const { inquiry, learned } = setUp(() => refused('r', 'not-found'))
    expect(await inquiry.look('s')).toBe('gone')
    expect(learned).toEqual([{ type: 'forgotten-by-server' }])
  })

  it('that brings no answer changes nothing', async () => {
    const { inquiry, learned } = setUp(() => refused('r', 'connection-lost'))
    expect(await inquiry.look('s')).toBe('unknown')
    expect(learned).toEqual([])
  })
})

describe('a probe', () => {
  it('during another one waits for the same answer, and asks anew afterwards', async () => {
    const answer = Promise.withResolvers<CallOutcome<SessionInfo>>()
    const { inquiry, asked } = setUp(() => answer.promise)
    const both = [inquiry.probe('s'), inquiry.probe('s')]
    answer.resolve(seen('active'))
    await Promise.all(both)
    expect(asked).toHaveLength(1)
    await inquiry.probe('s')
    expect(asked).toHaveLength(2)
  })
})

describe('a question that is repeated', () => {
  it('comes after 100 ms, then ever later, at most every ten seconds, until it is settled', async () => {
    let isSettled = false
    const { clock, inquiry, asked } = setUp(() => refused('r', 'connection-lost'))
    let isOver = false
    void inquiry
      .repeatUntil(() => isSettled, 's', { clock, random: () => 0 })
      .then(() => {
        isOver = true
      })
    await clock.advanceAsync(60_000)
    const times = asked.map(([, at]) => at)
    expect(times.slice(0, 4)).toEqual([100, 300, 700, 1_500])
    const gaps = times.map((at, index) => at - (times[index - 1] ?? 0))
    expect(Math.max(...gaps)).toBe(10_000)
    isSettled = true
    const count = asked.length
    await clock.advanceAsync(10_000)
    expect([isOver, asked.length]).toEqual([true, count])
    expect(clock.pendingTimers).toBe(0)
  })

  it('is never asked when it is settled already', async () => {
    const { clock, inquiry, asked } = setUp(() => seen('active'))
    await inquiry.repeatUntil(() => true, 's', { clock, random: () => 0 })
    expect([asked, clock.pendingTimers]).toEqual([[], 0])
  })
})
