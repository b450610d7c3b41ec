import { describe, expect, it } from 'vitest'
import { succeeded } from '../../../shared/outcome.ts'
import type { SessionState } from '../../../shared/session.ts'
import { type CallOutcome, callFailure, refused } from '../../failure.ts'
import { ManualClock } from '../../manual-clock.ts'
import type { SessionInfo } from '../../wire/session-info.ts'
import { findLostStart } from './find-lost-start.ts'

const session = (id: string, state: SessionState = 'available') => ({ id, state }) as SessionInfo
const failure = callFailure('sessionController/startSession', 'timed-out', { certainty: 'unclear' })
const lost = refused('sessionController/getSessionList', 'connection-lost')

function search(
  lists: (readonly SessionInfo[] | 'lost')[],
  isOurs?: (session: SessionInfo) => Promise<boolean | undefined>,
) {
  const clock = new ManualClock()
  const looks: number[] = []
  let found: CallOutcome<SessionInfo> | undefined
  void findLostStart({
    controller: {
      getSessionList: async () => {
        looks.push(clock.monotonicMs())
        const list = lists.length > 1 ? lists.shift() : lists[0]
        return list === 'lost' || list === undefined ? lost : succeeded(list)
      },
    },
    known: new Set(['known']),
    ...(isOurs ? { isOurs } : {}),
    clock,
    random: () => 0,
    patienceMs: 30_000,
    failure,
  }).then((outcome) => {
    found = outcome
  })
  return { clock, looks, found: () => found }
}

const verdicts =
  (given: Record<string, boolean | undefined>) =>
  async ({ id }: SessionInfo) =>
    given[id]

describe('a start without an answer', () => {
  it.each<[string, readonly SessionInfo[], string | undefined, Record<string, boolean | undefined>?]>([
    ['the only new one', [session('known'), session('new')], 'new'],
    ['no old one', [session('known')], undefined],
    ['none that is active', [session('new', 'active')], undefined],
    ['none that is over', [session('new', 'failed')], undefined],
    ['the one that is available beside others', [session('a', 'active'), session('b'), session('c', 'failed')], 'b'],
    ['none of two, when nobody knows', [session('a'), session('b')], undefined],
    ['the one of two that is proven', [session('a'), session('b')], 'b', { b: true }],
    ['the first that is proven', [session('a'), session('b')], 'a', { a: true, b: true }],
    ['the one that is left when the other is not ours', [session('a'), session('b')], 'b', { a: false }],
    ['none that is not ours', [session('a')], undefined, { a: false }],
    ['a proven one before an open one', [session('a'), session('b'), session('c')], 'c', { a: undefined, c: true }],
  ])('finds %s', async (_what, list, expected, given) => {
    const { clock, found } = search([list], given && verdicts(given))
    await clock.advanceAsync(2_000)
    const outcome = found()
    expect(outcome?.ok ? outcome.value.id : outcome?.failure).toEqual(expected ?? failure)
  })

  it('looks a second time after a second, because the start may still be under way', async () => {
    const { clock, looks, found } = search([[], [session('new')]])
    await clock.advanceAsync(999)
    expect([looks, found()]).toEqual([[0], undefined])
    await clock.advanceAsync(1)
    expect(looks).toEqual([0, 1_000])
    expect(found()).toMatchObject({ ok: true, value: { id: 'new' } })
  })

  it('is final after two lists without it, and leaves no timer', async () => {
    const { clock, looks, found } = search([[]])
    await clock.advanceAsync(10_000)
    expect([looks, found()]).toEqual([[0, 1_000], { ok: false, failure }])
    expect(clock.pendingTimers).toBe(0)
  })

  it('asks again and again while there is no list, and gives up when the time is over', async () => {
    const { clock, looks, found } = search(['lost'])
    await clock.advanceAsync(29_000)
    expect(looks.length).toBeGreaterThan(20)
    expect(found()).toBeUndefined()
    await clock.advanceAsync(2_000)
    expect(found()).toEqual({ ok: false, failure })
    expect(clock.pendingTimers).toBe(0)
  })

  it('counts no failed look as a list', async () => {
    const { clock, found } = search(['lost', [], 'lost', [session('new')]])
    await clock.advanceAsync(3_000)
    expect(found()).toMatchObject({ ok: true, value: { id: 'new' } })
  })
})
