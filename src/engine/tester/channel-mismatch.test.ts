import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../server/clock/manual-clock.ts'
import { noBusLog } from '../car/bus-log.ts'
import { SimulatedCar } from '../car/car.ts'
import { readVehicleFile } from '../car/file/vehicle-file.ts'
import { dataFolder } from '../files/data-folder.ts'
import { doipKind } from './doip-channel.ts'
import { isotpKind } from './isotp-channel.ts'
import { klineKind } from './kline-channel.ts'
import { SessionBuses } from './session-buses.ts'
import { tp20Kind } from './tp20-channel.ts'

const noCounter = { increase: () => undefined, decrease: () => undefined }
const carOf = (file: string) =>
  new SimulatedCar(readVehicleFile(join(dataFolder('vehicles'), file)), {
    clock: new ManualClock(0),
    busLog: noBusLog,
    connectorNumber: '1',
  })

/** The buses of a session with one bus configured. */
function buses(file: string, bus: object): SessionBuses {
  const session = new SessionBuses(carOf(file), () => true, noCounter)
  session.configure([{ bus_name: 'b', BusDefinition: Object.keys(bus)[0], ...bus } as never])
  return session
}

const can = (can_protocol: string, pin_plus = 6, pin_min = 14, can_bit_rate = 'CAN_BIT_RATE_500') => ({
  can_bus: { pin_plus, pin_min, can_protocol, can_bit_rate, transceiver: 'TRANSCEIVER_SPEED_HIGH' },
})
const kline = (rate: number, init: 'SLOW' | 'FAST') => ({
  kline_bus: { pin: 7, kline_bit_rate: `KLINE_BIT_RATE_${rate}`, kline_protocol: `KLINE_PROTOCOL_ISO14230_${init}` },
})

describe('a channel on which no ECU can answer', () => {
  const isotp = (file: string, bus: object, channel: object) =>
    buses(file, bus).mismatchOf(isotpKind, { bus_name: 'b', ...channel } as never)
  const corvo = (request_id: number, response_id: number, rest: object = {}) =>
    isotp('falkenberg-corvo.yaml', can('CAN_PROTOCOL_ISOTP'), { request_id, response_id, ...rest })

  it.each([
    [0x7e5, 0x7ed, 'no ECU listens on 0x7E5 (11 bit); those on this bus listen on 0x7E0 (11 bit), '],
    [0x18da10f1, 0x18daf110, 'no ECU listens on 0x18DA10F1 (29 bit); those on this bus listen on 0x7E0 (11 bit)'],
    [0x7e0, 0x7e9, 'who listens on 0x7E0 answers on 0x7E8, not on 0x7E9'],
  ])('is told by the identifiers 0x%s and 0x%s', (request, response, expected) => {
    expect(corvo(request, response)).toContain(expected)
  })

  it('is told by extended addresses', () => {
    expect(corvo(0x7e0, 0x7e8, { extended_request_address: 0x12, extended_response_address: 0xf1 })).toBe(
      'the ECU on 0x7E0 has no extended addresses',
    )
    const stella = (rest: object) =>
      isotp('maremma-stella.yaml', can('CAN_PROTOCOL_ISOTP'), { request_id: 0x6f1, response_id: 0x612, ...rest })
    expect(stella({})).toBe('the ECU on 0x6F1 has the extended addresses 0x12 and 0xF1')
    expect(stella({ extended_request_address: 0x12, extended_response_address: 0xf1 })).toBeUndefined()
  })

  it.each([
    [0x7e0, 0x7e8],
    [0x7df, 0x7e9],
    [0x17fc0076, 0x17fe0076],
  ])('is none with the identifiers %i and %i', (request, response) => {
    expect(corvo(request, response)).toBeUndefined()
  })

  it('is told by the protocol and the address of TP2.0', () => {
    const file = 'brinkmann-heide.yaml'
    expect(isotp(file, can('CAN_PROTOCOL_ISOTP'), { request_id: 0x7e0, response_id: 0x7e8 })).toBe(
      'no ECU on this bus speaks ISO-TP',
    )
    const tp20 = (car: string, logical_address: number) =>
      buses(car, can('CAN_PROTOCOL_TP20')).mismatchOf(tp20Kind, { bus_name: 'b', logical_address })
    expect(tp20(file, 0x44)).toMatch(/^no ECU has the TP2\.0 address 0x44; known are 0x1, 0x2, /)
    expect(tp20(file, 0x01)).toBeUndefined()
    expect(tp20('falkenberg-corvo.yaml', 0x01)).toBe('no ECU on this bus speaks TP2.0')
  })

  it('is told by the address and the wake-up of a K-line', () => {
    const on = (ecu_id: number, ...wakeUp: Parameters<typeof kline>) =>
      buses('brinkmann-heide.yaml', kline(...wakeUp)).mismatchOf(klineKind, { bus_name: 'b', ecu_id } as never)
    expect(on(0x44, 10400, 'SLOW')).toMatch(/^no ECU has the K-line address 0x44; known are 0x8, /)
    expect(on(0x08, 9600, 'FAST')).toBe(
      'the ECU 0x8 is woken at 10400 bit/s with slow initialisation, not at 9600 bit/s with fast',
    )
    expect(on(0x08, 10400, 'SLOW')).toBeUndefined()
  })

  it('is told by the addresses of DoIP', () => {
    const car = carOf('vinterberg-aurora.yaml')
    const listed = car.detectedEcus().find(({ doip_ecu }) => doip_ecu)?.doip_ecu
    const { doip } = car.description
    const right = { gateway_id: doip?.gateway ?? 0, tester_id: doip?.tester ?? 0, ecu_id: listed?.ecu_id ?? 0 }
    const with_ = (change: object) =>
      buses('vinterberg-aurora.yaml', { doip_bus: listed?.doip_bus }).mismatchOf(doipKind, {
        bus_name: 'b',
        ...right,
        ...change,
      } as never)
    expect(with_({})).toBeUndefined()
    expect(with_({ gateway_id: 0x4444 })).toMatch(/^no gateway has the address 0x4444; that of the car has 0x/)
    expect(with_({ tester_id: 0x4444 })).toMatch(/^the gateway lets in testers with the addresses .*, not 0x4444$/)
    expect(with_({ ecu_id: 0x4444 })).toMatch(/^no ECU has the DoIP address 0x4444; known are 0x/)
  })

  it('is not told when the bus itself does not fit, which is said when it is configured', () => {
    const slow = can('CAN_PROTOCOL_ISOTP', 6, 14, 'CAN_BIT_RATE_250')
    expect(isotp('falkenberg-corvo.yaml', slow, { request_id: 0x7e5, response_id: 0x7ed })).toBeUndefined()
  })
})

it('finds nothing wrong with the channels that the ECU list of each shipped car describes', () => {
  const files = ['falkenberg-corvo', 'brinkmann-heide', 'vinterberg-aurora', 'maremma-stella', 'halden-atlas']
  for (const file of files.map((name) => `${name}.yaml`)) {
    const ecus = carOf(file).detectedEcus()
    expect(ecus.length).toBeGreaterThan(0)
    for (const { isotp_ecu, tp20_ecu, kline_ecu, doip_ecu } of ecus) {
      const found = [
        isotp_ecu &&
          buses(file, { can_bus: isotp_ecu.can_bus }).mismatchOf(isotpKind, { bus_name: 'b', ...isotp_ecu } as never),
        tp20_ecu &&
          buses(file, { can_bus: tp20_ecu.can_bus }).mismatchOf(tp20Kind, { bus_name: 'b', ...tp20_ecu } as never),
        kline_ecu &&
          buses(file, { kline_bus: kline_ecu.kline_bus }).mismatchOf(klineKind, {
            bus_name: 'b',
            ...kline_ecu,
          } as never),
        doip_ecu &&
          buses(file, { doip_bus: doip_ecu.doip_bus }).mismatchOf(doipKind, { bus_name: 'b', ...doip_ecu } as never),
      ]
      expect([file, found.filter(Boolean)]).toEqual([file, []])
    }
  }
})
