import { describe, expect, it } from 'vitest'
import type { BusConfiguration__Output } from '../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import type { DoipBus__Output } from '../../openobd/generated/types/openOBD/v1/DoipBus.ts'
import type { DoipChannel__Output } from '../../openobd/generated/types/openOBD/v1/DoipChannel.ts'
import { Gauges } from '../../server/gauges.ts'
import { Refusal } from '../../server/refusal.ts'
import { toHex } from '../car/can-frame.ts'
import { doipCar, doipCarYaml, testerAt } from '../car/doip/testing/gateway-tester.ts'
import { payloadBytes } from './channel-rules.ts'
import { doipKind } from './doip-channel.ts'
import { isotpKind } from './isotp-channel.ts'
import { SessionBuses } from './session-buses.ts'

const doipBus = (fields: Partial<DoipBus__Output> = {}): BusConfiguration__Output => ({
  bus_name: 'd',
  BusDefinition: 'doip_bus',
  doip_bus: { doip_option: 'DOIP_OPTION_2', doip_network_configuration: 'DOIP_NETWORK_CONFIGURATION_2', ...fields },
})

const engineChannel: DoipChannel__Output = { bus_name: 'd', gateway_id: 0x1001, tester_id: 0x0e80, ecu_id: 0x1010 }

function session(bus = doipBus()) {
  const setup = doipCar()
  const gauges = new Gauges()
  const failures: string[] = []
  let isReachable = true
  const buses = new SessionBuses(
    setup.car,
    () => isReachable,
    gauges,
    (_, _direction, reason) => failures.push(reason),
  )
  buses.configure([bus])
  const open = (fields: Partial<DoipChannel__Output> = {}) => {
    const answers: string[] = []
    const losses: Error[] = []
    const lease = buses.open(doipKind, {
      channel: { ...engineChannel, ...fields },
      payloadReceived: (payload) => answers.push(toHex(payload)),
      channelLost: (error) => losses.push(error),
    })
    const ask = async (hex: string, withinMs = 0) => {
      answers.length = 0
      lease.send(payloadBytes(hex))
      await setup.clock.advance(withinMs)
      return [...answers]
    }
    return { ...lease, answers, losses, ask }
  }
  const setReachable = (reachable: boolean) => {
    isReachable = reachable
  }
  return { ...setup, gauges, buses, open, failures, setReachable }
}

function refusal(action: () => unknown): [string, string] {
  try {
    action()
  } catch (error) {
    if (error instanceof Refusal) return [error.kind, error.message]
    throw error
  }
  return ['OK', '']
}

describe('a DoIP channel', () => {
  it('activates routing when it is opened and sends nothing to the ECU', async () => {
    const { open, gateway, clock, log, buses } = session()
    open()
    await clock.advance(0)
    expect([gateway.activeTesters, log.lines()]).toEqual([1, []])
    expect(buses.read().channels).toEqual([{ doip_channel: engineChannel }])
  })

  it('carries bare UDS, each promise and the final answer', async () => {
    const { open } = session()
    const channel = open()
    expect(await channel.ask('22D001', 40)).toEqual(['7F2278'])
    expect(await channel.ask('3E80', 300)).toEqual(['62D0010102'])
    expect(await channel.ask('22F190')).toEqual(['62F19057464B5A5A5A3843394D41323034343137'])
  })

  it.each([
    ['the other pins', doipBus({ doip_option: 'DOIP_OPTION_1' }), {}],
    ['the scheme of another make', doipBus({ doip_network_configuration: 'DOIP_NETWORK_CONFIGURATION_3' }), {}],
    ['another gateway', doipBus(), { gateway_id: 0x1002 }],
    ['a tester that is not let in', doipBus(), { tester_id: 0x0f00 }],
    ['an ECU that is not there', doipBus(), { ecu_id: 0x1fff }],
    ['a dead ECU', doipBus(), { ecu_id: 0x1012 }],
  ])('with %s is silent and stays open', async (_, bus, fields) => {
    const { open, clock } = session(bus)
    const channel = open(fields)
    expect([await channel.ask('3E00', 10_000), channel.losses]).toEqual([[], []])
    channel.release()
    await clock.advance(10_000)
    expect(clock.pendingTimers).toBe(0)
  })

  it.each([
    ['a wrong tester', { tester_id: 0x0f00 }, 'routing activation was refused with 0x00'],
    ['a wrong gateway', { gateway_id: 0x1002 }, 'the gateway here has the address 0x1001'],
    ['a wrong ECU', { ecu_id: 0x1fff }, 'the gateway refused a request to 0x1fff with 0x03'],
  ])('tells the log about %s', async (_, fields, reason) => {
    const { open, failures } = session()
    await open(fields).ask('3E00', 5000)
    expect(failures).toContain(reason)
  })

  it.each([
    ['an unknown bus', { bus_name: 'x' }, 'not-found', 'bus "x" is not configured'],
    ['a gateway with 17 bits', { gateway_id: 0x10000 }, 'invalid-argument', 'gateway_id'],
    ['a tester with 17 bits', { tester_id: 0x10000 }, 'invalid-argument', 'tester_id'],
    ['an ECU with 17 bits', { ecu_id: 0x10000 }, 'invalid-argument', 'ecu_id'],
  ])('with %s is refused', (_, fields, kind, text) => {
    const { open } = session()
    expect(refusal(() => open(fields))).toEqual([kind, expect.stringContaining(text)])
  })

  it('needs a DoIP bus, and ISO-TP needs none', () => {
    const { buses, open } = session()
    const isotp = {
      channel: { bus_name: 'd', request_id: 1, response_id: 2 },
      payloadReceived: () => undefined,
      channelLost: () => undefined,
    }
    expect(refusal(() => buses.open(isotpKind, isotp))[0]).toBe('failed-precondition')
    buses.configure([{ bus_name: 'd', BusDefinition: 'terminal15_bus', terminal15_bus: { pin: 1 } }])
    expect(refusal(() => open())).toEqual(['failed-precondition', 'bus "d" is a terminal15_bus, not a doip_bus'])
  })

  it('shares the connection with channels of the same tester', async () => {
    const { open, gateway } = session()
    const [engine, brakes] = [open(), open({ ecu_id: 0x1011 })]
    expect(await engine.ask('3E00')).toEqual(['7E00'])
    expect(await brakes.ask('22F190')).toEqual(['62F19057464B5A5A5A3843394D41323034343137'])
    expect([gateway.activeTesters, engine.answers]).toEqual([1, ['7E00']])
    engine.release()
    expect(await brakes.ask('3E00')).toEqual(['7E00'])
    brakes.release()
    expect(gateway.openConnections).toBe(0)
  })

  it('to the group address hears every ECU, and not the answers to others', async () => {
    const { open } = session()
    const [all, engine] = [open({ ecu_id: 0xe000 }), open()]
    expect(await all.ask('3E00')).toEqual(['7E00', '7E00'])
    await engine.ask('22F190')
    expect(all.answers).toEqual(['7E00', '7E00'])
  })

  it('works beside a foreign tester at the same ECU', async () => {
    const { open, gateway, clock } = session()
    const foreign = testerAt(gateway)
    foreign.activate(0x0e00)
    const channel = open()
    foreign.ask(0x0e00, 0x1010, '22D001')
    const answers = await channel.ask('22F190', 300)
    await clock.advance(0)
    expect(answers).toEqual(['62F19057464B5A5A5A3843394D41323034343137'])
    expect(foreign.heard().slice(1)).toEqual(['ack 1010', '1010: 7F2278', '1010: 62D0010102'])
  })

  it('keeps its address against a foreign tester that wants the same', async () => {
    const { open, gateway, clock } = session()
    const channel = open()
    await clock.advance(0)
    const foreign = testerAt(gateway)
    foreign.activate(0x0e80)
    await clock.advance(0)
    expect(foreign.heard()).toEqual(['activation 03'])
    expect(await channel.ask('3E00')).toEqual(['7E00'])
  })

  it('is silent while the connector is unplugged and finds the gateway again by itself', async () => {
    const { open, setReachable } = session()
    setReachable(false)
    const channel = open()
    expect(await channel.ask('3E00', 3000)).toEqual([])
    setReachable(true)
    expect(await channel.ask('3E00')).toEqual(['7E00'])
    setReachable(false)
    expect(await channel.ask('3E00', 400_000)).toEqual([])
    setReachable(true)
    await channel.ask('3E00')
    expect(await channel.ask('3E00')).toEqual(['7E00'])
  })

  it('is not disturbed by what is too long for the gateway', async () => {
    const { open, failures } = session()
    const channel = open()
    expect(await channel.ask(`2EF190${'00'.repeat(200_000)}`, 100)).toEqual([])
    expect(await channel.ask('3E00')).toEqual(['7E00'])
    expect(failures[0]).toMatch(/refused a message with 0x02/)
  })

  it('drops what waits too long for a gateway', async () => {
    const { open, failures } = session(doipBus({ doip_option: 'DOIP_OPTION_1' }))
    const { send } = open()
    for (let count = 0; count < 70; count += 1) send(payloadBytes('3E00'))
    expect(failures).toHaveLength(6)
  })

  it('leaves nothing behind when the session ends', async () => {
    const { open, buses, gauges, gateway, clock, car } = session()
    open()
    await clock.advance(0)
    buses.dispose()
    expect([gateway.openConnections, gauges.read('openChannels'), gauges.read('configuredBuses')]).toEqual([0, 0, 0])
    car.dispose()
    await clock.advance(0)
    expect(clock.pendingTimers).toBe(0)
  })
})

it('a car lists the ECUs behind its gateway by their logical addresses', () => {
  const { car } = doipCar(doipCarYaml())
  expect(car.detectedEcus()[0]).toEqual({
    doip_ecu: {
      doip_bus: { doip_option: 'DOIP_OPTION_2', doip_network_configuration: 'DOIP_NETWORK_CONFIGURATION_2' },
      gateway_id: 0x1001,
      tester_id: 0x0e80,
      ecu_id: 0x1010,
    },
  })
})
