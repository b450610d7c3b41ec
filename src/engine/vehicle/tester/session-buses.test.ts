import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import type { BusConfiguration__Output } from '../../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import type { CanBus__Output } from '../../../openobd/generated/types/openOBD/v1/CanBus.ts'
import type { IsotpChannel__Output } from '../../../openobd/generated/types/openOBD/v1/IsotpChannel.ts'
import { Gauges } from '../../gauges.ts'
import { ServiceError } from '../../server/service-error.ts'
import { toHex } from '../can-frame.ts'
import { carYaml, engineData, quietCar } from '../car.test-tester.ts'
import { payloadBytes } from './channel-rules.ts'
import { SessionBuses } from './session-buses.ts'

const can = (name: string, fields: Partial<CanBus__Output> = {}): BusConfiguration__Output => ({
  bus_name: name,
  BusDefinition: 'can_bus',
  can_bus: {
    pin_plus: 6,
    pin_min: 14,
    can_protocol: 'CAN_PROTOCOL_ISOTP',
    can_bit_rate: 'CAN_BIT_RATE_500',
    ...fields,
  },
})

const kline = (name: string, pin: number): BusConfiguration__Output => ({
  bus_name: name,
  BusDefinition: 'kline_bus',
  kline_bus: { pin, kline_protocol: 'KLINE_PROTOCOL_ISO14230_FAST', kline_bit_rate: 'KLINE_BIT_RATE_10400' },
})

const engineChannel: IsotpChannel__Output = { bus_name: 'b', request_id: 0x7e0, response_id: 0x7e8 }

function session(yaml = carYaml(engineData)) {
  const { car, clock, log } = quietCar(yaml)
  const gauges = new Gauges()
  const failures: string[] = []
  const buses = new SessionBuses(
    car,
    () => true,
    gauges,
    (_, direction, failure) => failures.push(`${direction}: ${failure}`),
  )
  const open = (channel: IsotpChannel__Output = engineChannel) => {
    const answers: string[] = []
    const losses: ServiceError[] = []
    const lease = buses.openIsotp({
      channel,
      payloadReceived: (payload) => answers.push(toHex(payload)),
      channelLost: (error) => losses.push(error),
    })
    const ask = async (hex: string, withinMs = 0) => {
      answers.length = 0
      lease.send(payloadBytes(hex))
      await clock.advance(withinMs)
      return [...answers]
    }
    return { ...lease, answers, losses, ask }
  }
  return { car, clock, log, gauges, buses, open, failures }
}

function refusal(action: () => unknown): { code: string; details: string } {
  try {
    action()
  } catch (error) {
    if (error instanceof ServiceError) return { code: status[error.code], details: error.message }
    throw error
  }
  return { code: 'OK', details: '' }
}

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
    const { code, details } = refusal(() => session().buses.configure(buses))
    expect(code).toBe('INVALID_ARGUMENT')
    expect(details).toContain(text)
  })

  it('is refused beyond four buses', () => {
    const five = [1, 2, 3, 7, 8].map((pin) => kline(`k${pin}`, pin))
    expect(refusal(() => session().buses.configure(five)).code).toBe('RESOURCE_EXHAUSTED')
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

describe('an ISO-TP channel', () => {
  it.each([
    ['an unknown bus', { bus_name: 'x' }, 'NOT_FOUND', 'bus "x" is not configured: configured are "b", "k", "f"'],
    ['a K-line bus', { bus_name: 'k' }, 'FAILED_PRECONDITION', 'bus "k" is a kline_bus, not a CAN bus'],
    ['a bus for bare frames', { bus_name: 'f' }, 'FAILED_PRECONDITION', 'CAN_PROTOCOL_FRAMES'],
    ['an identifier with 30 bits', { request_id: 0x20000000 }, 'INVALID_ARGUMENT', 'request_id has more than 29 bits'],
    ['an address of two bytes', { extended_request_address: 256 }, 'INVALID_ARGUMENT', 'one byte'],
    ['one identifier for both directions', { response_id: 0x7e0 }, 'INVALID_ARGUMENT', 'are the same'],
  ])('cannot be opened on %s', (_, fields, code, text) => {
    const { buses, open } = session()
    buses.configure([
      can('b'),
      kline('k', 7),
      can('f', { pin_plus: 3, pin_min: 11, can_protocol: 'CAN_PROTOCOL_FRAMES' }),
    ])
    const refused = refusal(() => open({ ...engineChannel, ...fields }))
    expect(refused.code).toBe(code)
    expect(refused.details).toContain(text)
    expect(buses.read().channels).toEqual([])
  })

  it.each([
    ['an odd number of digits', '22F', 'odd number of hex digits'],
    ['letters beyond F', '22FG', 'not hex'],
    ['separators', '22 F1 90', 'not hex'],
    ['a prefix', '0x22', 'not hex'],
  ])('refuses a payload with %s', (_, hex, text) => {
    expect(refusal(() => payloadBytes(hex))).toEqual({
      code: 'INVALID_ARGUMENT',
      details: expect.stringContaining(text),
    })
  })

  it('forwards the promise of an answer as a message of its own', async () => {
    const { buses, open } = session(carYaml(`${engineData}    slow: [{ request: "22 F1 87", takesMs: 100 }]\n`))
    buses.configure([can('b')])
    expect(await open().ask('22f187', 100)).toEqual(['7F2278', '62F18741423132'])
  })

  it('is shown by getConfiguration while it is open', () => {
    const { buses, open, gauges } = session()
    buses.configure([can('b')])
    const channel = { ...engineChannel, padding: 'PADDING_DISABLED' as const }
    const { release } = open(channel)
    expect(buses.read().channels).toEqual([{ isotp_channel: channel }])
    expect(gauges.read('openChannels')).toBe(1)
    release()
    expect(buses.read().channels).toEqual([])
    expect(gauges.read('openChannels')).toBe(0)
  })

  it('is shared by everybody who names it: one flow control, all get the answer', async () => {
    const { buses, open, log } = session()
    buses.configure([can('b')])
    const [one, other] = [open(), open()]
    expect(await one.ask('22D003')).toHaveLength(1)
    expect(other.answers).toHaveLength(1)
    expect(log.lines().filter((line) => line.includes('7E0#30'))).toHaveLength(1)
    one.release()
    expect(await other.ask('3E00')).toEqual(['7E00'])
  })

  it('hears nothing after its release', async () => {
    const { buses, open, clock } = session(carYaml(`${engineData}    timing: { responseMs: 50 }\n`))
    buses.configure([can('b')])
    const channel = open()
    await channel.ask('22F187', 10)
    channel.release()
    await clock.advance(1000)
    expect(channel.answers).toEqual([])
  })

  it.each([
    ['PADDING_ENABLED', 8],
    ['PADDING_SET_TOWARDS_ECU', 8],
    ['PADDING_DETECTION', 8],
    ['PADDING_DISABLED', 3],
    ['PADDING_SET_FROM_ECU', 3],
    [undefined, 8],
  ] as const)('with %s sends short requests in frames of %i bytes', async (padding, bytes) => {
    const { buses, open, log } = session()
    buses.configure([can('b')])
    await open({ ...engineChannel, padding }).ask('3E00')
    expect(log.lines()[0]?.split('#')[1]?.length).toBe(bytes * 2)
  })

  it('to everybody sends its flow control to the ECU that answers', async () => {
    const { buses, open, log } = session()
    buses.configure([can('b')])
    expect(await open({ ...engineChannel, request_id: 0x7df }).ask('22F190')).toHaveLength(1)
    expect(log.lines().filter((line) => line.includes('7E0#30'))).toHaveLength(1)
  })

  it('keeps the diagnostic session alive without showing it', async () => {
    const { buses, open, clock } = session(carYaml(`${engineData}    ignoresSuppressBit: true\n`))
    buses.configure([can('b')])
    const channel = open({ ...engineChannel, keep_alive: 'KEEP_ALIVE_ENABLED' })
    await channel.ask('1003')
    await clock.advance(30_000)
    expect(channel.answers).toEqual(['5003003201F4'])
    expect(await channel.ask('22D001')).toEqual(['62D0010102'])
    expect(await channel.ask('3E00')).toEqual(['7E00'])
    channel.release()
    await clock.advance(6000)
    expect(await open().ask('22D001')).toEqual(['7F2231'])
  })

  it('lets the diagnostic session end without keep-alive', async () => {
    const { buses, open, clock } = session()
    buses.configure([can('b')])
    const channel = open()
    await channel.ask('1003')
    await clock.advance(5000)
    expect(await channel.ask('22D001')).toEqual(['7F2231'])
  })

  it('tells which transfers failed, and how', async () => {
    const { buses, open, car, failures } = session()
    buses.configure([can('b')])
    const channel = open()
    const calm = car.disturb({ frames: { kind: 'lost', id: 0x7e8, frames: 'consecutive', count: 1 } })
    await channel.ask('22F190', 2000)
    calm()
    const recover = car.disturb({ isBusOff: true })
    await channel.ask('22F190', 2000)
    recover()
    channel.release()
    expect(failures).toEqual(['receiving: wrong-sequence-number', 'sending: not-acknowledged'])
  })

  it('holds its stream back when too much waits to be sent', async () => {
    const { buses, open, clock } = session()
    buses.configure([can('b')])
    const { send } = open()
    const waits = Array.from({ length: 17 }, () => send(payloadBytes('3E80')))
    expect(waits.slice(0, 16)).toEqual(Array(16).fill(undefined))
    expect(waits[16]).toBeInstanceOf(Promise)
    await clock.advance(0)
    await waits[16]
    expect(send(payloadBytes('3E80'))).toBeUndefined()
  })

  it('gives way to the newest 32 and comes back when it is used', async () => {
    const { buses, open, gauges } = session()
    buses.configure([can('b')])
    const first = open()
    const others = Array.from({ length: 32 }, (_, index) =>
      open({ bus_name: 'b', request_id: 0x600 + index, response_id: 0x680 + index }),
    )
    expect(gauges.read('openChannels')).toBe(32)
    expect(buses.read().channels).toHaveLength(32)
    expect(await first.ask('3E00')).toEqual(['7E00'])
    expect(gauges.read('openChannels')).toBe(32)
    for (const channel of [first, ...others]) channel.release()
    expect(gauges.read('openChannels')).toBe(0)
  })

  it('survives a new configuration that keeps its bus, and follows a bus of the same name', async () => {
    const { buses, open } = session()
    buses.configure([can('b')])
    const channel = open()
    buses.configure([can('b', { transceiver: 'TRANSCEIVER_SPEED_HIGH' }), kline('k', 7)])
    expect(await channel.ask('3E00')).toEqual(['7E00'])
    buses.configure([can('b', { pin_plus: 3, pin_min: 11 })])
    expect(await channel.ask('3E00', 2000)).toEqual([])
    expect(channel.losses).toEqual([])
  })

  it('is lost with FAILED_PRECONDITION when its bus goes', () => {
    const { buses, open, gauges } = session()
    buses.configure([can('b')])
    const channel = open()
    buses.configure([])
    expect(channel.losses.map(({ code, message }) => [status[code], message])).toEqual([
      ['FAILED_PRECONDITION', 'bus "b" is no longer configured'],
    ])
    expect(gauges.read('openChannels')).toBe(0)
    expect(channel.send(payloadBytes('3E00'))).toBeUndefined()
  })

  it('of bare frames sends with one identifier and hears the other', async () => {
    const { buses, clock, log, car } = session()
    buses.configure([can('b', { can_protocol: 'CAN_PROTOCOL_FRAMES' })])
    const heard: string[] = []
    const channel = { bus_name: 'b', request_id: 0x7e0, response_id: 0x7e8 }
    const raw = buses.openRaw({
      channel,
      payloadReceived: (payload) => heard.push(toHex(payload)),
      channelLost: () => expect.unreachable(),
    })
    raw.send(payloadBytes('023E00'))
    await clock.advance(0)
    expect(heard).toEqual(['027E00AAAAAAAAAA'])
    expect(log.lines()[0]).toMatch(/7E0#023E00$/)
    expect(buses.read().channels).toEqual([{ raw_channel: channel }])
    raw.release()
    car.dispose()
  })

  it.each([
    ['neither identifier', {}, '', 'both absent'],
    ['nine bytes', { request_id: 1 }, '00'.repeat(9), 'at most 8 bytes'],
    ['something to say but only ears', { response_id: 1 }, '00', 'can only listen'],
    ['an identifier with 30 bits', { response_id: 0x20000000 }, '', 'more than 29 bits'],
  ])('of bare frames is refused with %s', (_, ids, hex, text) => {
    const { buses } = session()
    buses.configure([can('b', { can_protocol: 'CAN_PROTOCOL_FRAMES' })])
    const subscriber = {
      channel: { bus_name: 'b', ...ids },
      payloadReceived: () => undefined,
      channelLost: () => undefined,
    }
    const refused = refusal(() => buses.openRaw(subscriber).send(payloadBytes(hex)))
    expect(refused).toEqual({ code: 'INVALID_ARGUMENT', details: expect.stringContaining(text) })
  })

  it('of bare frames needs a bus for bare frames', () => {
    const { buses } = session()
    buses.configure([can('b')])
    const channel = { bus_name: 'b', request_id: 1 }
    const refused = refusal(() =>
      buses.openRaw({ channel, payloadReceived: () => undefined, channelLost: () => undefined }),
    )
    expect(refused.code).toBe('FAILED_PRECONDITION')
  })

  it('is disturbed by an unmuted local tester, and only by that', async () => {
    const local = 'localTester: { bus: main, request: 0x7E0, response: 0x7E8, asks: "22 F1 89", everyMs: 100 }\n'
    const { buses, open, clock } = session(`${carYaml(engineData)}${local}`)
    buses.configure([can('b')])
    const channel = open()
    await clock.advance(1000)
    expect(channel.answers).toEqual([])
    buses.muteLocals(false)
    buses.muteLocals(false)
    await clock.advance(350)
    expect(channel.answers).toEqual(Array(3).fill('62F18930383135'))
    buses.muteLocals(true)
    buses.muteLocals(true)
    channel.answers.length = 0
    await clock.advance(1000)
    expect(channel.answers).toEqual([])
    buses.muteLocals(false)
    buses.dispose()
    await clock.advance(1000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('is silent in bus-off and works again after it', async () => {
    const { buses, open, car } = session()
    buses.configure([can('b')])
    const channel = open()
    const recover = car.disturb({ isBusOff: true })
    expect(await channel.ask('3E00', 2000)).toEqual([])
    recover()
    expect(await channel.ask('3E00')).toEqual(['7E00'])
  })

  it('leaves nothing behind when the session ends', async () => {
    const { buses, open, gauges, clock, car } = session()
    buses.configure([can('b'), kline('k', 7)])
    open({ ...engineChannel, keep_alive: 'KEEP_ALIVE_ENABLED' })
    buses.dispose()
    car.dispose()
    expect(gauges.read('configuredBuses') + gauges.read('openChannels')).toBe(0)
    await clock.advance(60_000)
    expect(clock.pendingTimers).toBe(0)
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
    const tp20 = buses.openTp20({ ...hears, channel: { bus_name: 'main', logical_address: 1 } })
    const heating = buses.openKline({ ...hears, channel: { bus_name: 'k', ecu_id: 8 } })
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
