import { describe, expect, it } from 'vitest'
import { type CallOutcome, refused } from '../../openobd/failure.ts'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { SessionCalls } from '../../openobd/session/session-calls.ts'
import { succeeded } from '../../shared/outcome.ts'
import { type ConnectionValues, connectionValuesFrom, watchConnection } from './connection-values.ts'
import { linkAfterTick, linkWithConnection, waitingLink } from './link.ts'

const vin = 'ZZZTEST0000000017'
const variables = (voltage: string, vinText = vin) => [
  { key: 'vehicle:info:voltage', value: voltage },
  { key: 'vehicle:info:vin', value: vinText },
]

describe('the variables of a connection', () => {
  it.each<[string, number | undefined]>([
    ['12.4', 12.4],
    ['12,4', 12.4],
    [' 24 ', 24],
    ['12.4 V', 12.4],
    ['', undefined],
    ['NaN', undefined],
    ['-12', undefined],
    ['999', undefined],
    ['12.4.1', undefined],
    ['unknown', undefined],
  ])('%j is a voltage of %s', (text, voltage) => {
    expect(connectionValuesFrom(variables(text)).voltage).toBe(voltage)
  })

  it('hold a VIN only with 17 characters, and no other type than a text', () => {
    expect(connectionValuesFrom(variables('12.4', 'V1'))).toEqual({ voltage: 12.4 })
    const packed = { key: 'vehicle:info:vin', value: { typeUrl: 'x', content: new Uint8Array() } }
    expect(connectionValuesFrom([packed, { key: 'vehicle:info:other', value: '13' }])).toEqual({})
  })
})

const wire = (voltage: string) =>
  succeeded({ variables: [{ key: 'vehicle:info:voltage', type: 'CONNECTION_CONTEXT', value: voltage }] })
const lost = refused('x', 'timed-out', { certainty: 'unclear' })
const final = refused('x', 'not-supported-by-server', { answered: true })

/** Each reading gets the next answer; the last one goes on. */
function setUp(...answers: CallOutcome<unknown>[]) {
  const clock = new ManualClock()
  const seen: ConnectionValues[] = []
  const bench = { isWanted: true, asked: 0 }
  const calls = {
    unary: () => {
      bench.asked += 1
      return Promise.resolve(answers.length > 1 ? answers.shift() : answers[0])
    },
  } as unknown as SessionCalls
  const stop = watchConnection(
    calls,
    clock,
    () => bench.isWanted,
    (values) => seen.push(values),
  )
  return Object.assign(bench, { clock, seen, stop })
}

describe('the values of a connection on a server without a viewer', () => {
  it('are read at once and every 5 s', async () => {
    const bench = setUp(wire('12.4'), wire('11.2'))
    await bench.clock.advanceAsync(0)
    expect(bench.seen).toEqual([{ voltage: 12.4 }])
    await bench.clock.advanceAsync(5_000)
    expect(bench.seen.at(-1)).toEqual({ voltage: 11.2 })
    bench.stop()
    await bench.clock.advanceAsync(60_000)
    expect(bench.asked).toBe(2)
    expect(bench.clock.pendingTimers).toBe(0)
  })

  it('are not asked for while there is a viewer, and from its end on they are', async () => {
    const bench = setUp(wire('12.4'))
    bench.isWanted = false
    await bench.clock.advanceAsync(4_999)
    const before = bench.asked
    bench.isWanted = true
    await bench.clock.advanceAsync(5_000)
    expect(bench.asked).toBe(before + 1)
  })

  it('are unknown while they cannot be read, and come back', async () => {
    const bench = setUp(wire('12.4'), lost, wire('12.3'))
    await bench.clock.advanceAsync(10_000)
    expect(bench.seen).toEqual([{ voltage: 12.4 }, {}, { voltage: 12.3 }])
  })

  it('are not asked for again when the server has none', async () => {
    const bench = setUp(final)
    await bench.clock.advanceAsync(60_000)
    expect([bench.asked, bench.seen]).toEqual([1, [{}]])
  })
})

describe('a link with the values of a connection', () => {
  const heard = linkAfterTick(waitingLink, { connected: true, latencyMs: 20, healthy: true }, 100)

  it('has the voltage with its time, and knows nothing of plug and ignition', () => {
    const link = linkWithConnection({ ...heard, plugged: true, ignitionOn: true }, { voltage: 11.2 }, 200)
    expect(link).toMatchObject({ followsCar: true, voltage: 11.2, carKnownAt: 200, latencyMs: 20 })
    expect([link.plugged, link.ignitionOn]).toEqual([undefined, undefined])
    // A message of the adapter is no measurement of the battery.
    expect(linkAfterTick(link, { connected: true, healthy: true }, 300).carKnownAt).toBe(200)
  })

  it('keeps the last voltage as an old one', () => {
    const before = linkWithConnection(heard, { voltage: 12.4 }, 200)
    expect(linkWithConnection(before, {}, 300)).toMatchObject({ followsCar: false, voltage: 12.4, carKnownAt: 200 })
  })
})
