import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../src/openobd/clock.ts'
import { UdsChannel } from '../../src/openobd/diagnostics/uds-channel.ts'
import type { Liveness } from '../../src/openobd/session/heartbeat.ts'
import { getVehicleDetails } from '../../src/openobd/session/vehicle-info.ts'
import { bad, good, openBench } from './client-bench.ts'
import { PythonJudge } from './judge.ts'

const heartbeat = 'connectionMonitor/openConnectorInformationStream'

async function live(options: Parameters<typeof openBench>[0] = {}) {
  const bench = await openBench({ tickMs: 200, ...options })
  const seen: (Liveness | undefined)[] = []
  const held = bench.custody({
    onChange: (view) => void (seen.at(-1) !== view.liveness && seen.push(view.liveness)),
  }).custody
  const calls = good(await held.start())
  await vi.waitFor(() => expect(held.view.liveness).toBe('live'), { timeout: 5_000 })
  return { ...bench, held, calls, seen }
}

describe('a link that fails', () => {
  // @proves Faults: 12 flap of 200 ms; what a person sees: nothing
  // @proves Sessions and links: P4 no request that changes the car is sent again by itself
  it('for 200 ms changes nothing and repeats nothing', async () => {
    const { judge, proxy, held, calls, seen } = await live()
    await proxy.setMode('black-hole')
    const pending = getVehicleDetails(calls)
    await pause(200)
    await proxy.setMode('pass')
    good(await pending)
    await judge.settled()
    expect(judge.calls('vehicleInfo/getVehicleDetails')).toHaveLength(1)
    expect(judge.calls(heartbeat)).toHaveLength(1)
    expect(proxy.counts.connections).toBe(1)
    expect(held.view.state.phase).toBe('active')
    expect(seen.at(-1)).toBe('live')
  })

  // @proves Faults: 13, 15 black hole; what a person sees: amber, red, live again
  it('that lets nothing through is noticed by the heartbeat and live again after healing', async () => {
    const { proxy, held } = await live()
    await proxy.setMode('black-hole')
    await vi.waitFor(() => expect(held.view.liveness).toBe('reconnecting'), { timeout: 15_000, interval: 20 })
    await proxy.setMode('pass')
    await vi.waitFor(() => expect(held.view.liveness).toBe('live'), { timeout: 15_000, interval: 20 })
    expect(proxy.counts.connections).toBe(1)
    expect(held.view.state.phase).toBe('active')
  })

  // @proves Faults: 14 reset; what a person sees: nothing
  it('by a reset is back by itself, without being called lost', async () => {
    const { judge, proxy, held, calls, seen } = await live()
    await vi.waitFor(() => expect(judge.calls('session/openSessionTokenStream')).toHaveLength(1))
    proxy.resetAll()
    await vi.waitFor(() => expect(judge.calls(heartbeat).length).toBeGreaterThan(1))
    await vi.waitFor(() => expect(judge.calls('session/openSessionTokenStream').length).toBeGreaterThan(1))
    await vi.waitFor(() => expect(held.view.liveness).toBe('live'), { timeout: 15_000, interval: 5 })
    expect(seen).not.toContain('lost')
    good(await getVehicleDetails(calls))
    expect(held.view.state.phase).toBe('active')
  })

  // @proves Faults: 16 server restart; what a person sees: reconnecting, live
  it('by a server that is away for 2 s is live again after it is back, claimed once', async () => {
    const { judge, proxy, held, calls } = await live()
    await proxy.setMode('refuse')
    await vi.waitFor(() => expect(held.view.liveness).toBe('reconnecting'), { timeout: 15_000, interval: 10 })
    await pause(2_000)
    await proxy.setMode('pass')
    await vi.waitFor(() => expect(held.view.liveness).toBe('live'), { timeout: 15_000, interval: 10 })
    good(await getVehicleDetails(calls))
    expect(held.view.state.phase).toBe('active')
    await judge.settled()
    expect(judge.calls('session/authenticate')).toHaveLength(1)
  })

  // @proves Sessions and links: The connector information is the heartbeat; a dead link is never a silent ECU
  it('is never reported as a silent ECU', async () => {
    const { proxy, calls } = await live()
    const ecu = new UdsChannel(calls, systemClock, {
      kind: 'isotp',
      channel: { busName: 'bus', requestId: 0x7e0, responseId: 0x7e8 },
    })
    const silent = good(await ecu.request(Uint8Array.of(0x22, 0xf1, 0x90), { timeoutMs: 300 }))
    expect(silent).toEqual({ kind: 'no-answer' })
    await proxy.setMode('black-hole')
    const failure = bad(await ecu.request(Uint8Array.of(0x22, 0xf1, 0x90), { timeoutMs: 4_000 }))
    expect(failure).toMatchObject({ code: 'connection-lost', certainty: 'unclear' })
    ecu.close()
  })

  // @proves Sessions and links: Every call has a deadline
  it('leaves no call waiting longer than its deadline', async () => {
    const { proxy, controller } = await live()
    await proxy.setMode('black-hole')
    expect(bad(await controller.getSession('session-1', 400)).code).toBe('timed-out')
  })

  // @proves Faults: 25 start while offline; what a person sees: fails at once
  it('while starting is told at once and starts nothing later', async () => {
    const { judge, proxy, custody: create, controller } = await openBench()
    good(await controller.getSessionList())
    await proxy.setMode('refuse')
    const { custody } = create()
    const failure = bad(await custody.start())
    expect(failure.code).toBe('connection-lost')
    await proxy.setMode('pass')
    expect(await judge.sessions()).toEqual([])
    expect(judge.calls('sessionController/startSessionOnTicket')).toHaveLength(0)
  })

  // @proves Faults: 17 the restart lost the session; what a person sees: “The session no longer exists”
  it('by a restart that lost the session ends with "lost", without a storm of retries', async () => {
    const { judge, held, proxy, calls } = await live()
    await judge.stop('SIGKILL')
    await vi.waitFor(() => expect(held.view.liveness).toBe('reconnecting'), { timeout: 15_000 })
    const next = await PythonJudge.start({ grpcPort: proxy.port, tickMs: 200 })
    onTestFinished(() => next.stop('SIGKILL'))
    proxy.leadTo(next.port)
    await vi.waitFor(() => expect(held.view.state.phase).toBe('ended'), { timeout: 15_000, interval: 20 })
    expect(held.view.state).toMatchObject({ end: { kind: 'lost' } })
    expect(bad(await getVehicleDetails(calls)).certainty).toBe('not-sent')
    const asked = next.events.filter((one) => one.event === 'call').length
    expect(asked).toBeLessThan(20)
  })

  // @proves Faults: 9 sleep of 30 s; what a person sees: reconnecting at most, live within 2 s
  it('while the computer slept is made anew at once when it wakes, with the session that it had', async () => {
    const { judge, proxy, held, calls } = await live()
    await proxy.setMode('refuse')
    await vi.waitFor(() => expect(held.view.liveness).toBe('reconnecting'), { timeout: 15_000, interval: 10 })
    await proxy.setMode('pass')
    const opened = judge.calls(heartbeat).length
    held.wake()
    await vi.waitFor(() => expect(judge.calls(heartbeat).length).toBeGreaterThan(opened), { timeout: 15_000 })
    await vi.waitFor(() => expect(held.view.liveness).toBe('live'), { timeout: 15_000, interval: 5 })
    good(await getVehicleDetails(calls))
    await judge.settled()
    expect(judge.calls('session/authenticate')).toHaveLength(1)
  })

  // @proves Faults: 21 a load balancer cuts what is idle; what a person sees: nothing
  it('by a proxy that cuts idle connections is kept open by the heartbeat', async () => {
    const { judge, proxy, held, seen } = await live({ tickMs: 100 })
    proxy.idleLimitMs = 3_000
    const sentBefore = proxy.counts.bytesToClient
    // Three times the limit without a call of ours.
    await pause(9_000)
    expect(proxy.counts.bytesToClient).toBeGreaterThan(sentBefore)
    expect(proxy.counts).toMatchObject({ connections: 1, idle: 0 })
    expect(held.view).toMatchObject({ liveness: 'live', state: { phase: 'active' } })
    expect(seen).not.toContain('lost')
    expect(judge.calls(heartbeat)).toHaveLength(1)
  })

  // @proves Faults: 21 a load balancer cuts what is idle; what a person sees: nothing
  it('by a proxy that cuts the connection of a silent server is made anew, and the session goes on', async () => {
    const { judge, proxy, custody: create } = await openBench({ silentHeartbeat: true })
    proxy.idleLimitMs = 300
    const { custody } = create()
    const calls = good(await custody.start())
    await vi.waitFor(() => expect(proxy.counts.idle).toBeGreaterThanOrEqual(2))
    await vi.waitFor(() => expect(judge.calls('session/openSessionTokenStream').length).toBeGreaterThanOrEqual(3))
    await vi.waitFor(async () => good(await getVehicleDetails(calls)))
    expect(custody.view.state.phase).toBe('active')
    expect(judge.calls('session/authenticate')).toHaveLength(1)
  })
})
