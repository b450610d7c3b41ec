import { describe, expect, it } from 'vitest'
import { carYaml, engineData } from '../car/testing/tested-car.ts'
import { payloadBytes } from './channel-rules.ts'
import { can, engineChannel, kline, refusal, session } from './testing/bus-session.ts'

describe('an ISO-TP channel', () => {
  it.each([
    ['an unknown bus', { bus_name: 'x' }, 'not-found', 'bus "x" is not configured: configured are "b", "k", "f"'],
    ['a K-line bus', { bus_name: 'k' }, 'failed-precondition', 'bus "k" is a kline_bus, not a CAN bus'],
    ['a bus for bare frames', { bus_name: 'f' }, 'failed-precondition', 'CAN_PROTOCOL_FRAMES'],
    ['an identifier with 30 bits', { request_id: 0x20000000 }, 'invalid-argument', 'request_id has more than 29 bits'],
    ['an address of two bytes', { extended_request_address: 256 }, 'invalid-argument', 'one byte'],
    ['one identifier for both directions', { response_id: 0x7e0 }, 'invalid-argument', 'are the same'],
  ])('cannot be opened on %s', (_, fields, kind, text) => {
    const { buses, open } = session()
    buses.configure([
      can('b'),
      kline('k', 7),
      can('f', { pin_plus: 3, pin_min: 11, can_protocol: 'CAN_PROTOCOL_FRAMES' }),
    ])
    const refused = refusal(() => open({ ...engineChannel, ...fields }))
    expect(refused.kind).toBe(kind)
    expect(refused.details).toContain(text)
    expect(buses.read().channels).toEqual([])
  })

  it.each([
    ['an odd number of digits', '22F', 'odd number of hex digits'],
    ['letters beyond F', '22FG', 'not hex'],
    ['separators', '22 F1 90', 'not hex'],
    ['a prefix', '0x22', 'not hex'],
    ['a line break at its end', '22F190\n', 'not hex'],
    ['an odd number of characters that are no digits', 'é', 'not hex'],
  ])('refuses a payload with %s', (_, hex, text) => {
    expect(refusal(() => payloadBytes(hex))).toEqual({
      kind: 'invalid-argument',
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

  it('is lost when its bus goes', () => {
    const { buses, open, gauges } = session()
    buses.configure([can('b')])
    const channel = open()
    buses.configure([])
    expect(
      channel.losses.map((error) =>
        refusal(() => {
          throw error
        }),
      ),
    ).toEqual([{ kind: 'failed-precondition', details: 'bus "b" is no longer configured' }])
    expect(gauges.read('openChannels')).toBe(0)
    expect(channel.send(payloadBytes('3E00'))).toBeUndefined()
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
