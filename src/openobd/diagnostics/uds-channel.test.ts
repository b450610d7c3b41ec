import { describe, expect, it } from 'vitest'
import { succeeded } from '../../shared/outcome.ts'
import { type CallOutcome, callFailure, refused } from '../failure.ts'
import { ManualClock } from '../manual-clock.ts'
import type { SessionCalls } from '../session/session-calls.ts'
import { FakeDuplex } from '../testing/fake-duplex.ts'
import type { DiagnosticChannel } from './diagnostic-channel.ts'
import { type UdsAnswer, UdsChannel, type UdsTiming } from './uds-channel.ts'

interface Sent {
  readonly channel: object
  readonly payload: string
}
const engine: DiagnosticChannel = { kind: 'isotp', channel: { busName: 'bus', requestId: 0x7e0, responseId: 0x7e8 } }
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))
const positive = (hex: string) => succeeded({ kind: 'positive', payload: Buffer.from(hex, 'hex') })

function setUp(channel = engine) {
  const clock = new ManualClock()
  const streams: FakeDuplex<Sent, { payload: string }>[] = []
  const paths: string[] = []
  const link: { isUp: boolean; refusal: CallOutcome<never> | undefined } = { isUp: true, refusal: undefined }
  const calls = {
    duplex: ({ path }: { path: string }) => {
      if (link.refusal) return link.refusal
      const stream = new FakeDuplex<Sent, { payload: string }>()
      streams.push(stream)
      paths.push(path)
      return succeeded(stream)
    },
    confirmLink: () => Promise.resolve(link.isUp),
  } as unknown as SessionCalls
  const ecu = new UdsChannel(calls, clock, channel)
  const outcomes: CallOutcome<UdsAnswer>[] = []
  const ask = (hex: string, timing?: UdsTiming) => {
    void ecu.request(bytes(hex), timing).then((outcome) => outcomes.push(outcome))
    return clock.advanceAsync(0)
  }
  const say = async (...payloads: string[]) => {
    for (const payload of payloads) streams.at(-1)?.say({ payload })
    await clock.advanceAsync(0)
  }
  const sent = () => streams.flatMap((stream) => stream.sent.map(({ payload }) => payload))
  return { clock, ecu, streams, paths, link, outcomes, ask, say, sent }
}

describe('a conversation with an ECU', () => {
  it.each<[DiagnosticChannel, string, object]>([
    [engine, '/openOBD.v1.can/openIsotpStream', { bus_name: 'bus', request_id: 0x7e0, response_id: 0x7e8 }],
    [
      { kind: 'tp20', busName: 'bus', logicalAddress: 1 },
      '/openOBD.v1.can/openTp20Stream',
      { bus_name: 'bus', logical_address: 1 },
    ],
    [
      { kind: 'kline', busName: 'bus', ecuId: 17 },
      '/openOBD.v1.kline/openKlineStream',
      { bus_name: 'bus', ecu_id: 17 },
    ],
    [
      { kind: 'doip', busName: 'bus', gatewayId: 1, testerId: 2, ecuId: 3 },
      '/openOBD.v1.doip/openDoipStream',
      { bus_name: 'bus', gateway_id: 1, tester_id: 2, ecu_id: 3 },
    ],
  ])(
    'over %o opens its stream with an empty payload, and names the channel with each one',
    async (channel, path, wire) => {
      const { ecu, paths, streams, ask, say, outcomes } = setUp(channel)
      expect(ecu.open()).toEqual({ ok: true, value: null })
      await ask('3E00')
      expect(paths).toEqual([path])
      expect(streams[0]?.sent).toEqual([
        { channel: wire, payload: '' },
        { channel: wire, payload: '3E00' },
      ])
      await say('7E00')
      expect(outcomes).toEqual([positive('7e00')])
    },
  )

  it('keeps its stream for further requests', async () => {
    const { ecu, streams, ask, say, outcomes } = setUp()
    await ask('22F190')
    await say('62F19041')
    expect(ecu.open()).toMatchObject({ ok: true })
    await ask('3E00')
    await say('7E00')
    expect([streams.length, outcomes.length]).toEqual([1, 2])
  })

  it('fails when its stream cannot be opened', async () => {
    const { ecu, link, ask, outcomes } = setUp()
    link.refusal = refused('x', 'session-expired')
    expect(ecu.open()).toBe(link.refusal)
    await ask('3E00')
    expect(outcomes).toEqual([link.refusal])
  })

  it('refuses an empty request, and sends nothing', async () => {
    const { ask, streams, outcomes } = setUp()
    await ask('')
    expect(outcomes).toMatchObject([
      { failure: { code: 'invalid-input', certainty: 'not-sent', rpc: 'can/openIsotpStream' } },
    ])
    expect(streams).toEqual([])
  })

  it('counts what belongs to no request, except empty payloads', async () => {
    const { ecu, ask, say } = setUp()
    await ask('22F190')
    await say('', 'no hex', '5003', '62F187')
    expect(ecu.skipped).toBe(3)
    await say('62F19041')
    await say('62F19041')
    expect(ecu.skipped).toBe(4)
  })

  it('takes requests in turn, also after one that failed', async () => {
    const { ask, say, sent, outcomes, streams } = setUp()
    await ask('22F190')
    await ask('22F187')
    await ask('3E00')
    expect(sent()).toEqual(['', '22F190'])
    streams[0]?.finish({ kind: 'ended' })
    await say()
    expect(sent()).toEqual(['', '22F190', '', '22F187'])
    await say('62F18741')
    await say('7E00')
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, true, true])
  })

  it.each([
    ['full', 'too-many-requests'],
    ['over', 'connection-lost'],
  ] as const)('says that a request was not sent on a stream that is %s', async (sendOutcome, code) => {
    const { ecu, streams, ask, outcomes } = setUp()
    ecu.open()
    const [stream] = streams
    if (stream) stream.sendOutcome = sendOutcome
    await ask('3E00')
    expect(outcomes).toMatchObject([{ failure: { code, certainty: 'not-sent', rpc: 'can/openIsotpStream' } }])
  })
})

describe('the end of its stream', () => {
  it('is the failure of the request, with the reason of the server if it gave one', async () => {
    const { ask, streams, say, outcomes } = setUp()
    await ask('22F190')
    streams[0]?.finish({ kind: 'ended' })
    await say()
    await ask('22F190')
    const failure = callFailure('a/b', 'not-found')
    streams[1]?.finish({ kind: 'failed', failure })
    await say()
    expect(outcomes).toMatchObject([
      { failure: { code: 'session-ended', certainty: 'unclear', rpc: 'can/openIsotpStream' } },
      { failure },
    ])
  })

  it('of a stream that was replaced concerns nobody, nor do its messages', async () => {
    const { ask, streams, say, outcomes, ecu } = setUp()
    await ask('22F190')
    const [old] = streams
    if (old) old.isOver = true
    await say('62F19041')
    await ask('22F190')
    old?.say({ payload: '62F19042' })
    old?.finish({ kind: 'ended' })
    await say()
    expect([outcomes.length, streams.length, ecu.skipped]).toEqual([1, 2, 0])
    await say('62F19043')
    expect(outcomes[1]).toEqual(positive('62f19043'))
  })

  it('by closing ends the waiting request and the queued ones, and opens no other stream', async () => {
    const { ecu, ask, say, streams, outcomes } = setUp()
    await ask('22F190')
    await ask('3E00')
    ecu.close()
    await say()
    expect(outcomes).toMatchObject([
      { failure: { code: 'session-ended', certainty: 'unclear' } },
      { failure: { code: 'session-ended', certainty: 'not-sent' } },
    ])
    expect([streams.length, streams[0]?.stops, ecu.open().ok]).toEqual([1, 1, false])
    ecu.close()
    setUp().ecu.close()
  })
})

describe('silence', () => {
  it('is that of the ECU when the platform is reached, and a lost connection otherwise', async () => {
    const { ask, clock, link, outcomes } = setUp()
    await ask('22F190')
    await clock.advanceAsync(9_999)
    expect(outcomes).toEqual([])
    await clock.advanceAsync(1)
    link.isUp = false
    await ask('3E00', { timeoutMs: 50 })
    await clock.advanceAsync(50)
    expect(outcomes).toMatchObject([
      { ok: true, value: { kind: 'no-answer' } },
      { failure: { code: 'connection-lost', certainty: 'unclear', rpc: 'can/openIsotpStream' } },
    ])
  })

  it.each([
    ['no answer', { timeoutMs: 50 }, false],
    ['an aborted request', {}, true],
  ])('after %s makes a negative answer to the same service wait for another one', async (_title, timing, isAborted) => {
    const { ask, clock, say, outcomes } = setUp()
    const stop = new AbortController()
    await ask('22F190', { ...timing, ...(isAborted ? { signal: stop.signal } : {}) })
    stop.abort()
    await clock.advanceAsync(50)
    await ask('22F187')
    await say('7F2231')
    expect(outcomes).toHaveLength(1)
    await say('62F18741')
    expect(outcomes[1]).toEqual(positive('62f18741'))
    await ask('22F190')
    await say('7F2231')
    expect(outcomes[2]).toEqual({ ok: true, value: { kind: 'negative', code: 0x31 } })
  })

  it('of another service delays nothing', async () => {
    const { ask, clock, say, outcomes } = setUp()
    await ask('22F190', { timeoutMs: 50 })
    await clock.advanceAsync(50)
    await ask('1003')
    await say('7F1012')
    expect(outcomes[1]).toEqual({ ok: true, value: { kind: 'negative', code: 0x12 } })
  })
})

describe('a busy ECU', () => {
  const busy = '7F2221'

  it('is asked again after half a second, three times unless another number is wanted', async () => {
    const { ask, clock, say, sent, outcomes } = setUp()
    await ask('22F190')
    for (const requests of [2, 3, 4]) {
      await say(busy)
      await clock.advanceAsync(499)
      expect(sent()).toHaveLength(requests)
      await clock.advanceAsync(1)
      expect(sent()).toHaveLength(requests + 1)
    }
    await say(busy)
    expect(outcomes).toEqual([{ ok: true, value: { kind: 'negative', code: 0x21 } }])
    expect(clock.pendingTimers).toBe(0)
  })

  it('is not asked again when none is wanted, nor beyond the longest time', async () => {
    const { ask, say, clock, sent, outcomes } = setUp()
    await ask('22F190', { busyRetries: 0 })
    await say(busy)
    await ask('22F190', { totalMs: 500 })
    await say(busy)
    expect([sent(), outcomes.length]).toEqual([['', '22F190', '22F190'], 2])
    await ask('22F190', { totalMs: 501 })
    await say(busy)
    await clock.advanceAsync(500)
    expect(sent()).toHaveLength(5)
  })

  it('is not asked again after another answer, and gives the one that comes at last', async () => {
    const { ask, clock, say, outcomes } = setUp()
    await ask('22F190')
    await say('7F2231')
    await ask('22F190')
    await say(busy)
    await clock.advanceAsync(500)
    await say('62F19041')
    expect(outcomes).toEqual([{ ok: true, value: { kind: 'negative', code: 0x31 } }, positive('62f19041')])
  })

  it('is not waited for after an abort, and the signal is left alone afterwards', async () => {
    const { ask, clock, say, outcomes, sent } = setUp()
    const stop = new AbortController()
    await ask('22F190', { signal: stop.signal })
    await say(busy)
    stop.abort()
    await clock.advanceAsync(60_000)
    expect([outcomes, sent().length, clock.pendingTimers]).toEqual([[{ ok: true, value: { kind: 'cancelled' } }], 2, 0])
    await ask('22F190', { signal: stop.signal })
    expect([outcomes[1], sent().length]).toEqual([{ ok: true, value: { kind: 'cancelled' } }, 2])
  })

  it('counts the longest time over all attempts', async () => {
    const { ask, clock, say, outcomes } = setUp()
    await ask('22F190', { totalMs: 2_000 })
    await say(busy)
    await clock.advanceAsync(500)
    await clock.advanceAsync(1_499)
    expect(outcomes).toEqual([])
    await clock.advanceAsync(1)
    expect(outcomes).toEqual([{ ok: true, value: { kind: 'no-answer' } }])
  })

  it('has a minute by default', async () => {
    const { ask, clock, say, outcomes } = setUp()
    await ask('22F190', { pendingMs: 50_000 })
    await say('7F2278')
    await clock.advanceAsync(40_000)
    await say('7F2278')
    await clock.advanceAsync(19_999)
    expect(outcomes).toEqual([])
    await clock.advanceAsync(1)
    expect(outcomes).toHaveLength(1)
  })
})
