import { beforeEach, describe, expect, it } from 'vitest'
import { succeeded } from '../../shared/outcome.ts'
import type { CallOutcome } from '../failure.ts'
import type { ConnectorInformation__Output } from '../generated/types/openOBD/v1/ConnectorInformation.ts'
import type { Method } from '../grpc/grpc-channel.ts'
import type { GrpcStream } from '../grpc/grpc-stream.ts'
import { ManualClock } from '../manual-clock.ts'
import { FakeServerStream, settle } from '../testing/fake-stream.ts'
import type { ConnectorInformation } from '../wire/connector-information.ts'
import { Heartbeat, type Liveness, watchSleep } from './heartbeat.ts'

let clock: ManualClock
let streams: FakeServerStream<ConnectorInformation__Output>[]
let liveness: Liveness[]
let ticks: ConnectorInformation[]
let heartbeat: Heartbeat

beforeEach(() => {
  clock = new ManualClock()
  streams = []
  liveness = []
  ticks = []
  heartbeat = new Heartbeat({
    clock,
    random: () => 0,
    calls: { serverStream: openFake },
    onLiveness: (now) => liveness.push(now),
    onTick: (information) => ticks.push(information),
  })
  heartbeat.start()
})

/** A heartbeat opens no stream but that of connector information. */
function openFake<Request, Response>(_method: Method<Request, Response>): CallOutcome<GrpcStream<never, Response>> {
  const fake = new FakeServerStream<ConnectorInformation__Output>()
  streams.push(fake)
  return succeeded(fake.stream as unknown as GrpcStream<never, Response>)
}

async function tick(): Promise<void> {
  streams.at(-1)?.push({ connected: true, connected_since: 5, latency: 20, healthy: true })
  await settle()
}

async function pass(ms: number): Promise<void> {
  clock.advance(ms)
  await settle()
}

/** What a promise has come to, or `open`. */
async function settledOf(verdict: Promise<boolean>): Promise<boolean | 'open'> {
  await settle()
  return Promise.race([verdict, Promise.resolve('open' as const)])
}

describe('Heartbeat', () => {
  it('is live from the first tick on and stays so with one tick a second', async () => {
    for (let second = 0; second < 10; second += 1) {
      await tick()
      await pass(1_000)
    }
    expect(liveness).toEqual(['live'])
    expect(ticks[0]).toEqual({ connected: true, connectedSince: 5, latencyMs: 20, healthy: true })
    expect(streams).toHaveLength(1)
  })

  // @proves Sessions and links: The connector information is the heartbeat; a dead link is never a silent ECU
  it('forgives two missed ticks and notices silence within 3.5 s', async () => {
    await tick()
    await pass(3_200)
    expect([heartbeat.liveness, heartbeat.isFresh]).toEqual(['live', true])
    await pass(300)
    expect([heartbeat.liveness, heartbeat.isFresh]).toEqual(['reconnecting', false])
  })

  // @proves Faults: 47 event loop of main blocked for 2 s; what a person sees: nothing, no link counts as lost
  it('takes a program that was blocked for two seconds for no lost link', async () => {
    await tick()
    await pass(1_000)
    await tick()
    // A tick was due after one second; the blocked program reads it only now.
    await pass(2_900)
    await tick()
    expect(liveness).toEqual(['live'])
    expect(streams).toHaveLength(1)
  })

  it('tries a new stream whenever the silence goes on, and calls the link lost after 30 s', async () => {
    await tick()
    for (let second = 0; second < 34; second += 1) await pass(1_000)
    expect(liveness).toEqual(['live', 'reconnecting', 'lost'])
    expect(streams.length).toBeGreaterThan(8)
    await tick()
    expect(liveness.at(-1)).toBe('live')
  })

  it('asks less and less often while its token is refused, and at once with a newer one', async () => {
    await tick()
    const refuse = async () => {
      streams.at(-1)?.end(16, 'unknown or expired token')
      await settle()
    }
    for (let second = 0; second < 60; second += 1) {
      await refuse()
      await pass(1_000)
    }
    expect(streams.length).toBeLessThanOrEqual(12)
    expect(liveness).toEqual(['live', 'reconnecting', 'lost'])
    const before = streams.length
    heartbeat.tokenRenewed()
    expect(streams).toHaveLength(before + 1)
    await tick()
    expect(heartbeat.liveness).toBe('live')
    await refuse()
    await pass(1)
    expect(streams).toHaveLength(before + 2)
  })

  it('is reconnecting as soon as the stream breaks, and reopens it at once', async () => {
    await tick()
    streams[0]?.end(14, 'Connection dropped')
    await settle()
    await pass(0)
    expect([heartbeat.liveness, streams.length]).toEqual(['reconnecting', 2])
    await tick()
    expect(liveness).toEqual(['live', 'reconnecting', 'live'])
  })

  it('ignores ticks of a stream that has been replaced', async () => {
    await tick()
    const stale = streams[0]
    await pass(3_500)
    stale?.push({ connected: true, connected_since: 5, latency: 1, healthy: true })
    await settle()
    expect(heartbeat.liveness).toBe('reconnecting')
  })

  // @proves Faults: 30 ECU silent; what a person sees: told apart from a lost link and from a slow one
  it('confirms the link by a round trip that begins after the question, and by no tick', async () => {
    await tick()
    const verdict = heartbeat.confirm()
    const [heard, probe] = streams
    heard?.push({ connected: true, connected_since: 5, latency: 20, healthy: true })
    await pass(1_000)
    expect(await settledOf(verdict)).toBe('open')
    probe?.push({ connected: true, connected_since: 5, latency: 20, healthy: true })
    expect(await verdict).toBe(true)
    await settle()
    expect(heard?.isCancelled).toBe(false)
  })

  it('denies a link whose ticks arrive, but whose round trip takes longer than 3.3 s', async () => {
    await tick()
    const verdict = heartbeat.confirm()
    for (let second = 0; second < 3; second += 1) {
      await pass(1_000)
      expect(await settledOf(verdict)).toBe('open')
      streams[0]?.push({ connected: true, connected_since: 5, latency: 20, healthy: true })
      await settle()
    }
    await pass(300)
    expect([await settledOf(verdict), heartbeat.liveness]).toEqual([false, 'live'])
  })

  it('answers a question that is asked during a round trip by the next one', async () => {
    await tick()
    const [first, second, third] = [heartbeat.confirm(), heartbeat.confirm(), heartbeat.confirm()]
    expect(streams).toHaveLength(2)
    await tick()
    expect([await settledOf(first), await settledOf(second), streams.length]).toEqual([true, 'open', 3])
    await tick()
    expect([await second, await third, streams.length]).toEqual([true, true, 3])
  })

  it('denies the link when it breaks, when it is silent already and when it is stopped', async () => {
    await tick()
    const silent = heartbeat.confirm()
    await pass(3_500)
    expect(await silent).toBe(false)
    expect(await heartbeat.confirm()).toBe(false)
    await tick()
    const [heard] = streams.slice(-1)
    const broken = [heartbeat.confirm(), heartbeat.confirm()]
    heard?.end(14, 'Connection dropped')
    expect(await Promise.all(broken)).toEqual([false, false])
    await pass(0)
    await tick()
    const stopped = heartbeat.confirm()
    heartbeat.stop()
    expect([await stopped, await heartbeat.confirm()]).toEqual([false, false])
  })

  it('denies the link when the round trip itself breaks', async () => {
    await tick()
    const verdict = heartbeat.confirm()
    streams.at(-1)?.end(14, 'Connection dropped')
    expect([await verdict, heartbeat.liveness]).toEqual([false, 'live'])
  })

  it('takes the refusal of a server that has no heartbeat for a round trip', async () => {
    streams[0]?.end(12, 'unimplemented')
    await settle()
    await pass(60_000)
    const verdict = heartbeat.confirm()
    expect([liveness, streams.length, await settledOf(verdict)]).toEqual([[], 2, 'open'])
    streams[1]?.end(12, 'unimplemented')
    expect(await verdict).toBe(true)
  })

  it('leaves no timer and no stream behind', async () => {
    await tick()
    heartbeat.stop()
    await pass(60_000)
    expect([clock.pendingTimers, streams.length, streams[0]?.isCancelled]).toEqual([0, 1, true])
  })
})

describe('watchSleep', () => {
  const sleeps = (disturb: (sleeper: ManualClock) => void): number[] => {
    const seen: number[] = []
    const sleeper = new ManualClock()
    const stop = watchSleep(sleeper, (ms) => seen.push(Math.round(ms)))
    sleeper.advance(3_000)
    disturb(sleeper)
    sleeper.advance(3_000)
    stop()
    return seen
  }

  it('notices a sleep in which both clocks went on', () => expect(sleeps((c) => c.sleep(30_000))).toEqual([29_000]))
  // @proves Sessions and links: Sleep is noticed without the help of the system
  it('notices a sleep in which the monotonic clock stood still', () => {
    expect(sleeps((c) => c.jumpWall(600_000))).toEqual([600_000])
  })
  it('keeps quiet about short stalls and about a clock that was set back', () => {
    expect(sleeps((c) => c.sleep(4_000))).toEqual([])
    expect(sleeps((c) => c.jumpWall(-3_600_000))).toEqual([])
  })
})

describe('a heartbeat that was not started', () => {
  it('confirms nothing, opens nothing and can be stopped', async () => {
    const quiet = new Heartbeat({ clock, random: () => 0, calls: { serverStream: openFake } })
    const before = [streams.length, clock.pendingTimers]
    quiet.reopenNow()
    expect(await quiet.confirm()).toBe(false)
    expect(() => quiet.stop()).not.toThrow()
    expect([streams.length, clock.pendingTimers]).toEqual(before)
    expect(quiet.liveness).toBe('waiting')
  })

  it('has one stream, however often it is started', () => {
    heartbeat.start()
    expect(streams).toHaveLength(1)
  })
})
