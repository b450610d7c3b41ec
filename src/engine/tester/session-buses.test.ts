import { describe, expect, it } from 'vitest'
import { Gauges } from '../../server/gauges.ts'
import { toHex } from '../car/can-frame.ts'
import { quietCar } from '../car/testing/tested-car.ts'
import { payloadBytes } from './channel-rules.ts'
import { klineKind } from './kline-channel.ts'
import { SessionBuses } from './session-buses.ts'
import { can, kline, refusal, session } from './testing/bus-session.ts'
import { tp20Kind } from './tp20-channel.ts'

describe('a bus configuration', () => {
  it.each([
    ['an empty name', [can('')], 'bus_name is empty'],
    ['two buses of one name', [can('b'), can('b', { pin_plus: 3, pin_min: 11 })], 'bus "b" is configured twice'],
    ['no definition', [{ bus_name: 'b' }], 'set one of can_bus, kline_bus'],
    ['pin 0', [can('b', { pin_plus: 0 })], 'pin 0 cannot carry a bus'],
    ['pin 17', [can('b', { pin_min: 17 })], 'pin 17 cannot carry a bus'],
    ['the battery pin', [can('b', { pin_min: 16 })], 'pin 16 cannot carry a bus'],
    ['one pin twice', [can('b', { pin_min: 6 })], 'pin 6 is used twice'],
    ['pins of another bus', [can('a'), kline('k', 14)], 'bus "k": pin 14 is already used by bus "a"'],
    [
      'pins of DoIP',
      [
        can('c', { pin_plus: 3, pin_min: 11 }),
        {
          bus_name: 'd',
          BusDefinition: 'doip_bus' as const,
          doip_bus: {
            doip_option: 'DOIP_OPTION_2' as const,
            doip_network_configuration: 'DOIP_NETWORK_CONFIGURATION_5' as const,
          },
        },
      ],
      'bus "d": pin 3 is already used by bus "c"',
    ],
    ['no bit rate', [can('b', { can_bit_rate: 'CAN_BIT_RATE_UNDEFINED' })], 'can_bit_rate has to be set'],
    ['no protocol', [can('b', { can_protocol: 'CAN_PROTOCOL_UNDEFINED' })], 'can_protocol has to be'],
  ])('is refused with %s', (_, buses, text) => {
    const { kind, details } = refusal(() => session().buses.configure(buses))
    expect(kind).toBe('invalid-argument')
    expect(details).toContain(text)
  })

  // @proves Bad input: Pins used twice, more than four buses
  it('is refused beyond four buses', () => {
    const five = [1, 2, 3, 7, 8].map((pin) => kline(`k${pin}`, pin))
    expect(refusal(() => session().buses.configure(five)).kind).toBe('resource-exhausted')
  })

  it('that is refused leaves the earlier one in force', () => {
    const { buses } = session()
    buses.configure([can('b')])
    refusal(() => buses.configure([can('')]))
    expect(buses.read().buses).toEqual([can('b')])
  })

  it('replaces the earlier one, and an empty one clears it', () => {
    const { buses, gauges } = session()
    buses.configure([can('a'), kline('k', 7)])
    buses.configure([can('b')])
    expect(buses.read().buses?.map(({ bus_name }) => bus_name)).toEqual(['b'])
    buses.configure([])
    expect(buses.read()).toEqual({ buses: [], channels: [] })
    expect(gauges.read('configuredBuses')).toBe(0)
  })

  it('may give the same pins to another name', async () => {
    const { buses, open } = session()
    buses.configure([can('a')])
    buses.configure([can('b')])
    expect(await open().ask('3e00')).toEqual(['7E00'])
  })

  it('without transceiver means HIGH, and LOW does not reach a high-speed bus', async () => {
    const { buses, open } = session()
    buses.configure([can('b')])
    expect(await open().ask('3E00')).toEqual(['7E00'])
    buses.configure([can('b', { transceiver: 'TRANSCEIVER_SPEED_LOW' })])
    expect(await open().ask('3E00', 5000)).toEqual([])
  })

  it('with the wrong bit rate meets silence', async () => {
    const { buses, open } = session()
    buses.configure([can('b', { can_bit_rate: 'CAN_BIT_RATE_250' })])
    expect(await open().ask('3E00', 5000)).toEqual([])
  })
})

describe('conversations of the older kinds', () => {
  const olderCar = `name: Older car
tecdocId: 7
vin: WFKZZZ8C9MA204417
buses:
  main: { pins: [6, 14], kbitPerSecond: 500 }
klines:
  k: { pin: 7 }
ecus:
  - name: Engine
    bus: main
    tp20: { address: 0x01, receivesOn: 0x740 }
    kwp: { local: { "01": { hex: "11" } } }
  - name: Heating
    bus: k
    kline: { address: 0x08, init: fast }
    kwp: { local: { "01": { hex: "22" } } }
`

  it('end with the session in the middle of a request, and leave nothing behind', async () => {
    const { car, clock } = quietCar(olderCar)
    const gauges = new Gauges()
    const buses = new SessionBuses(car, () => true, gauges)
    buses.configure([can('main', { can_protocol: 'CAN_PROTOCOL_TP20' }), kline('k', 7)])
    const answers: string[] = []
    const hears = {
      payloadReceived: (payload: Uint8Array) => answers.push(toHex(payload)),
      channelLost: () => undefined,
    }
    const tp20 = buses.open(tp20Kind, { ...hears, channel: { bus_name: 'main', logical_address: 1 } })
    const heating = buses.open(klineKind, { ...hears, channel: { bus_name: 'k', ecu_id: 8 } })
    const both = () => Promise.all([tp20.send(payloadBytes('2101')), heating.send(payloadBytes('2101'))])
    const first = both()
    await clock.advance(1000)
    await first
    expect(answers).toEqual(['610111', '610122'])
    const second = both()
    await clock.advance(2)
    expect([gauges.read('configuredBuses'), gauges.read('openChannels')]).toEqual([2, 2])
    buses.dispose()
    await second
    await clock.advance(10_000)
    car.dispose()
    expect([gauges.read('configuredBuses'), gauges.read('openChannels')]).toEqual([0, 0])
    expect(clock.pendingTimers).toBe(0)
  })
})
