import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Clock, systemClock } from '../../src/openobd/clock.ts'
import { watchSleep } from '../../src/openobd/session/heartbeat.ts'
import { getVehicleDetails } from '../../src/openobd/session/vehicle-info.ts'
import { bad, good, openBench } from './client-bench.ts'

const tokenStream = 'session/openSessionTokenStream'

async function claimed() {
  const bench = await openBench()
  const { custody } = bench.custody()
  const calls = good(await custody.start())
  await vi.waitFor(() => expect(bench.judge.calls(tokenStream)).toHaveLength(1))
  return { ...bench, held: custody, calls }
}

describe('session tokens on the official Servicers', () => {
  // @proves Faults: 1 token stream drops; what a person sees: nothing
  it('reopens a cut token stream with the newest token and leaves other streams alone', async () => {
    const { judge, held } = await claimed()
    await judge.do({ do: 'token', session: 'session-1' })
    await vi.waitFor(() => expect(held.view.token?.rotations).toBe(1))
    await judge.do({ do: 'endTokenStream', status: 14, details: 'cut' })
    await vi.waitFor(() => expect(judge.calls(tokenStream)).toHaveLength(2))
    expect(judge.calls(tokenStream)[1]?.bearer).toBe('session-1-token-2')
    await vi.waitFor(() => expect(judge.calls('connectionMonitor/openConnectorInformationStream')).toHaveLength(1))
    expect(held.view.state.phase).toBe('active')
  })

  // @proves Faults: 2 token stream stays away; what a person sees: token late, calls go on
  it('goes on with the old token while the stream cannot be reopened, with growing pauses', async () => {
    const { judge, held, calls } = await claimed()
    await judge.fault({ rpc: tokenStream, status: 14, details: 'not now', times: 4 })
    await judge.do({ do: 'endTokenStream', status: 14, details: 'cut' })
    await vi.waitFor(() => expect(judge.calls(tokenStream).length).toBeGreaterThanOrEqual(3), { timeout: 3_000 })
    expect((await getVehicleDetails(calls)).ok).toBe(true)
    await vi.waitFor(() => expect(judge.calls(tokenStream)).toHaveLength(6), { timeout: 5_000 })
    await judge.do({ do: 'token', session: 'session-1' })
    await vi.waitFor(() => expect(held.view.token?.rotations).toBe(1))
  })

  // @proves Faults: 6 duplicate, old, empty token; what a person sees: nothing
  it('ignores and counts duplicate, old, empty and garbled tokens', async () => {
    const { judge, held, calls } = await claimed()
    await judge.do({ do: 'token', session: 'session-1' })
    await vi.waitFor(() => expect(held.view.token?.rotations).toBe(1))
    for (const value of ['session-1-token-2', 'session-1-token-1', '', 'two words', 'line\nbreak']) {
      await judge.do({ do: 'token', session: 'session-1', value })
    }
    await vi.waitFor(async () => {
      good(await getVehicleDetails(calls))
      expect(judge.calls('vehicleInfo/getVehicleDetails').at(-1)?.bearer).toBe('session-1-token-2')
    })
    await judge.do({ do: 'token', session: 'session-1' })
    await vi.waitFor(() => expect(held.view.token).toMatchObject({ rotations: 2, ignored: 5 }))
  })

  // @proves Faults: 5 current token rejected; what a person sees: nothing, or “Session expired”
  it('retries a call whose token was refused at most once, with another token', async () => {
    const { judge, calls } = await claimed()
    await judge.do({ do: 'revoke', tokens: ['session-1-token-1'] })
    const pending = getVehicleDetails(calls)
    await vi.waitFor(() => expect(judge.calls(tokenStream).length).toBeGreaterThan(1))
    expect(bad(await pending)).toMatchObject({ code: 'unauthorised', bearerRefused: true })
    await judge.settled()
    expect(judge.calls('vehicleInfo/getVehicleDetails')).toHaveLength(1)
    expect(bad(await getVehicleDetails(calls)).bearerRefused).toBe(true)
    await judge.settled()
    expect(judge.calls('vehicleInfo/getVehicleDetails')).toHaveLength(2)
  })

  it('uses a token that arrived while the old one was being refused', async () => {
    const { judge, calls, held } = await claimed()
    await judge.fault({ rpc: 'vehicleInfo/getVehicleDetails', status: 16, delayMs: 300 })
    const pending = getVehicleDetails(calls)
    await vi.waitFor(() => expect(judge.calls('vehicleInfo/getVehicleDetails')).toHaveLength(1))
    await judge.do({ do: 'token', session: 'session-1' })
    await vi.waitFor(() => expect(held.view.token?.rotations).toBe(1))
    good(await pending)
    await judge.settled()
    expect(judge.calls('vehicleInfo/getVehicleDetails').map((call) => call.bearer)).toEqual([
      'session-1-token-1',
      'session-1-token-2',
    ])
  })

  it('scrubs a token that the server repeats in its complaint', async () => {
    const { judge, calls } = await claimed()
    await judge.do({ do: 'revoke', tokens: ['session-1-token-1'] })
    const failure = bad(await getVehicleDetails(calls))
    expect(failure.detail).toBe('unknown or expired token …')
    expect(JSON.stringify(failure)).not.toContain('token-1')
  })
})

/** A session of a computer whose clocks this test sets. `offset.wall` moves the wall clock only, as a sleep without monotonic time does. */
async function claimedOnOwnClock(startOffsetMs = 0) {
  const offset = { wall: startOffsetMs }
  const clock: Clock = { ...systemClock, wallMs: () => systemClock.wallMs() + offset.wall }
  const bench = await openBench()
  const { custody, views } = bench.custody({ clock })
  const calls = good(await custody.start())
  onTestFinished(watchSleep(clock, () => custody.wake()))
  await vi.waitFor(() => expect(bench.judge.calls(tokenStream)).toHaveLength(1))
  return { ...bench, held: custody, calls, offset, views }
}

describe('a token and the clocks', () => {
  // @proves Faults: 4 token rotated during a call; what a person sees: nothing
  it('that is replaced while a call is under way ends that call normally, and the next one has the new token', async () => {
    const { judge, held, calls } = await claimed()
    await judge.fault({ rpc: 'vehicleInfo/getVehicleDetails', apply: 'after', held: true })
    const pending = getVehicleDetails(calls)
    await vi.waitFor(() => expect(judge.calls('vehicleInfo/getVehicleDetails')).toHaveLength(1))
    await judge.do({ do: 'token', session: 'session-1' })
    await vi.waitFor(() => expect(held.view.token?.rotations).toBe(1))
    await judge.do({ do: 'listen' })
    good(await pending)
    good(await getVehicleDetails(calls))
    const bearers = judge.calls('vehicleInfo/getVehicleDetails').map(({ bearer }) => bearer)
    expect(bearers).toEqual(['session-1-token-1', 'session-1-token-2'])
  })

  // @proves Faults: 7 wall clock jumps; what a person sees: nothing
  it.each([600_000, -3_600_000, 3_600_000])(
    'is as fresh as before when the wall clock jumps by %i ms',
    async (byMs) => {
      const { held, calls, offset, views } = await claimedOnOwnClock()
      offset.wall = byMs
      good(await getVehicleDetails(calls))
      // The clock is read once a second; a jump forward looks like a sleep, and costs no more than a look at the connection.
      await pause(1_500)
      good(await getVehicleDetails(calls))
      expect(held.view).toMatchObject({ state: { phase: 'active' }, token: { health: 'fresh' } })
      expect(views.flatMap(({ token }) => token?.health ?? []).every((health) => health === 'fresh')).toBe(true)
    },
  )

  // @proves Faults: 8 clocks of client and server differ; what a person sees: nothing
  it.each([300_000, -300_000])(
    'decides nothing by a wall clock that differs by %i ms from the server’s',
    async (byMs) => {
      const { judge, held, calls } = await claimedOnOwnClock(byMs)
      await judge.do({ do: 'token', session: 'session-1' })
      await vi.waitFor(() => expect(held.view.token?.rotations).toBe(1))
      good(await getVehicleDetails(calls))
      expect(held.view.token?.health).toBe('fresh')
      // For display: the time of this computer, as its own clock shows it.
      const receivedAt = held.view.token?.receivedAt ?? 0
      expect(Math.abs(receivedAt - (Date.now() + byMs))).toBeLessThan(60_000)
      good(await held.finish({ results: ['success'] }))
      expect(held.view.state).toMatchObject({ phase: 'ended', end: { kind: 'finished' } })
    },
  )

  // @proves Faults: 10 sleep of ten minutes; what a person sees: the session has ended, or goes on when the server says so
  it('after a sleep in which the monotonic clock stood still goes on when the server still takes it', async () => {
    const { judge, held, calls, offset } = await claimedOnOwnClock()
    offset.wall = 600_000
    await vi.waitFor(() => expect(judge.calls(tokenStream).length).toBeGreaterThan(1))
    expect(judge.calls(tokenStream).at(-1)?.bearer).toBe('session-1-token-1')
    good(await getVehicleDetails(calls))
    expect(held.view).toMatchObject({ state: { phase: 'active' }, token: { health: 'fresh' } })
  })

  // @proves Faults: 10 sleep of ten minutes; what a person sees: the session has ended, or goes on when the server says so
  it.each([
    ['has ended the session', 'failed', 'failed'],
    ['still has the session, but not its token', undefined, 'expired'],
  ] as const)(
    'after a sleep in which the monotonic clock stood still ends once when the server %s',
    async (_title, state, end) => {
      const { judge, held, calls, offset, views } = await claimedOnOwnClock()
      await judge.do({ do: 'revoke', tokens: ['session-1-token-1'] })
      if (state) await judge.do({ do: 'end', session: 'session-1', state })
      offset.wall = 600_000
      await vi.waitFor(() => expect(held.view.state.phase).toBe('ended'), { timeout: 15_000 })
      expect(held.view.state).toMatchObject({ end: { kind: end } })
      expect(views.filter((view) => view.state.phase === 'ended')).toHaveLength(1)
      expect(bad(await getVehicleDetails(calls)).certainty).toBe('not-sent')
    },
  )
})
