import { describe, expect, it } from 'vitest'
import { type CallOutcome, refused } from '../../openobd/failure.ts'
import type { Method } from '../../openobd/grpc/grpc-channel.ts'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { SessionCalls } from '../../openobd/session/session-calls.ts'
import { succeeded } from '../../shared/outcome.ts'
import type { SessionView } from '../../shared/session.ts'
import { ecuView, unknownVehicle, watchVehicle } from './vehicle-watch.ts'

const details = 'getVehicleDetails'
const products = 'getProductList'
const ecus = 'getEcuList'
const lost = refused('x', 'timed-out', { certainty: 'unclear' })
const final = refused('x', 'not-supported-by-server', { answered: true })
/** What the server answers while the ECUs are being detected. */
const detecting = refused('x', 'connection-lost', { certainty: 'unclear', answered: true })
const ecu = {
  kline_ecu: {
    kline_bus: { pin: 7, kline_protocol: 'KLINE_PROTOCOL_ISO14230_FAST', kline_bit_rate: 'KLINE_BIT_RATE_10400' },
    ecu_id: 17,
  },
}

/** Each call gets the next answer of its rpc; the last one goes on. */
function setUp(answers: Record<string, CallOutcome<unknown>[]>) {
  const clock = new ManualClock()
  const asked: string[] = []
  const views: SessionView['vehicle'][] = []
  const calls = {
    unary: (method: Method<unknown, unknown>) => {
      const name = method.path.split('/').at(-1) ?? ''
      asked.push(name)
      const left = answers[name] ?? []
      return Promise.resolve(left.length > 1 ? left.shift() : left[0])
    },
  } as unknown as SessionCalls
  const stop = watchVehicle(calls, clock, (view) => views.push(view))
  const countOf = (name: string) => asked.filter((one) => one === name).length
  return { clock, asked, views, stop, countOf, last: () => views.at(-1) }
}

const known = {
  [details]: [succeeded({ name: 'Corvo', vin: 'V1', tecdoc_id: 0 })],
  [products]: [succeeded({ products: [{ number: 7, name: 'Diagnosis' }] })],
  [ecus]: [succeeded({ ecus: [ecu] })],
}

describe('the car of a session', () => {
  it('is not known at first', () => {
    expect(unknownVehicle).toEqual({ status: 'loading', ecus: [], products: [] })
  })

  it('is known after one call for each part, and nothing is asked again', async () => {
    const { clock, asked, last } = setUp(known)
    await clock.advanceAsync(60_000)
    expect(asked.sort()).toEqual([ecus, products, details].sort())
    expect(last()).toEqual({
      status: 'ready',
      name: 'Corvo',
      vin: 'V1',
      products: [{ number: 7, name: 'Diagnosis' }],
      ecus: [{ transport: 'kline', address: '11', bus: 'OBD 7' }],
      failure: undefined,
    })
    expect(clock.pendingTimers).toBe(0)
  })

  it('is asked for every 5 s until the answers arrive, each part for itself', async () => {
    const { clock, countOf, last } = setUp({
      [details]: [lost, lost, ...known[details]],
      [products]: [lost, ...known[products]],
      [ecus]: [detecting, ...known[ecus]],
    })
    await clock.advanceAsync(4_999)
    expect([countOf(details), countOf(products), countOf(ecus), last()?.status]).toEqual([1, 1, 1, 'detecting'])
    await clock.advanceAsync(1)
    expect([countOf(details), countOf(products), last()?.products.length, last()?.status]).toEqual([2, 2, 1, 'ready'])
    await clock.advanceAsync(5_000)
    expect([countOf(details), countOf(products), countOf(ecus), last()?.name]).toEqual([3, 2, 2, 'Corvo'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('is not asked for again when the server refuses', async () => {
    const { clock, asked, last } = setUp({ [details]: [final], [products]: [final], [ecus]: [final] })
    await clock.advanceAsync(60_000)
    expect(asked).toHaveLength(3)
    expect(last()).toMatchObject({ status: 'unavailable', failure: { code: 'not-supported-by-server' } })
    expect(last()).not.toHaveProperty('name')
  })

  it('shows a failure of the detection only until the next answer', async () => {
    const { clock, views } = setUp({ ...known, [ecus]: [lost, detecting, ...known[ecus]] })
    await clock.advanceAsync(20_000)
    const seen = views.map(({ status, failure }) => [status, failure?.code])
    expect(seen).toContainEqual(['unavailable', 'timed-out'])
    expect(seen).toContainEqual(['detecting', undefined])
    expect(seen.at(-1)).toEqual(['ready', undefined])
  })

  it('is left alone after the end, also when an answer is on its way', async () => {
    const { clock, views, stop, asked } = setUp({ ...known, [details]: [lost] })
    stop()
    await clock.advanceAsync(60_000)
    expect([views, asked.length, clock.pendingTimers]).toEqual([[], 3, 0])
    const later = setUp({ ...known, [details]: [lost], [products]: [lost], [ecus]: [detecting] })
    await later.clock.advanceAsync(10)
    later.stop()
    expect(later.clock.pendingTimers).toBe(0)
  })
})

it('an ECU on DoIP is named by its addresses', () => {
  const bus = { option: 1, network: 'bmw' } as const
  expect(ecuView({ kind: 'doip', bus, gatewayId: 0x10, testerId: 0xe80, ecuId: 0x4010 })).toEqual({
    transport: 'doip',
    address: '0E80 → 4010',
    bus: '',
  })
})
