import { expect, it } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import { RunHold } from './run-hold.ts'

function setUp() {
  const clock = new ManualClock(1_000)
  const seen = { changes: 0 }
  const hold = new RunHold(clock, () => {
    seen.changes += 1
  })
  const request = (since: number) => ({
    address: { bus: 'can', id: 1 },
    since,
    unansweredSince: since,
    pendingAnswers: 0,
  })
  return { clock, seen, hold, request, now: () => hold.of({ lastSeenAt: clock.wallMs() }) }
}

it('a run is held up by the oldest wait of all its contexts, until that context ends', () => {
  const { hold, clock, request, now } = setUp()
  hold.take('parent', { requests: [request(1_000)] })
  hold.take('child', { requests: [], serverSince: 2_000 })
  clock.advance(5_000)
  expect(now()).toEqual({ by: 'server', since: 2_000 })
  hold.contextEnded('child')
  expect(now()).toMatchObject({ by: 'control-unit', since: 1_000 })
  hold.take('parent', { requests: [] })
  expect(now()).toBeUndefined()
})

it('a run is held up by the server while main waits for it', () => {
  const { hold, clock, now } = setUp()
  hold.callBegan()
  clock.advance(999)
  expect(now()).toBeUndefined()
  clock.advance(1)
  expect(now()).toEqual({ by: 'server', since: 1_000 })
  hold.callEnded()
  expect(now()).toBeUndefined()
})

it('a run asks for a new look twice a second while something waits, and no longer', () => {
  const { hold, clock, seen, request } = setUp()
  hold.take('one', { requests: [request(1_000)] })
  clock.advance(5_000)
  expect(seen.changes).toBe(11)
  hold.take('one', { requests: [] })
  clock.advance(5_000)
  expect([seen.changes, clock.pendingTimers]).toEqual([13, 0])
  hold.take('one', { requests: [request(1_000)] })
  hold.stop()
  expect(clock.pendingTimers).toBe(0)
})
