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

  it('tries a new stream whenever the silence goes on, and calls the link lost after 30 s', async () => {
    await tick()
    for (let second = 0; second < 34; second += 1) await pass(1_000)
    expect(liveness).toEqual(['live', 'reconnecting', 'lost'])
    expect(streams.length).toBeGreaterThan(8)
    await tick()
    expect(liveness.at(-1)).toBe('live')
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

  it('confirms the link only by a tick that comes after the question', async () => {
    await tick()
    let verdict: boolean | undefined
    void heartbeat.confirm().then((isAlive) => {
      verdict = isAlive
    })
    await pass(900)
    expect(verdict).toBeUndefined()
    await tick()
    expect(verdict).toBe(true)
  })

  it('denies the link when no tick follows, when it breaks, when it is silent already and when it is stopped', async () => {
    await tick()
    const silent = heartbeat.confirm()
    await pass(3_500)
    expect(await silent).toBe(false)
    expect(await heartbeat.confirm()).toBe(false)
    await tick()
    const broken = heartbeat.confirm()
    streams.at(-1)?.end(14, 'Connection dropped')
    expect(await broken).toBe(false)
    await pass(0)
    await tick()
    const stopped = heartbeat.confirm()
    heartbeat.stop()
    expect(await stopped).toBe(false)
  })

  it('says nothing against the link on a server that has no heartbeat', async () => {
    streams[0]?.end(12, 'unimplemented')
    await settle()
    await pass(60_000)
    expect([liveness, streams.length, await heartbeat.confirm()]).toEqual([[], 1, true])
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
