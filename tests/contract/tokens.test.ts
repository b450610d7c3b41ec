import { describe, expect, it, vi } from 'vitest'
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
