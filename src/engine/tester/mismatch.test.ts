import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BusConfiguration__Output } from '../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import { doipEcuToWire } from '../car/doip/doip-wire.ts'
import type { DoipDescription } from '../car/file/doip-schema.ts'
import { readVehicleFile } from '../car/file/vehicle-file.ts'
import { dataFolder } from '../files/data-folder.ts'
import { mismatchOf } from './mismatch.ts'

const carOf = (file: string) => readVehicleFile(join(dataFolder('vehicles'), file))
const configured = (bus: object) => ({ bus_name: 'b', ...bus }) as BusConfiguration__Output
const can = (plus: number, minus: number, rate = 500, transceiver = 'TRANSCEIVER_SPEED_HIGH') =>
  configured({
    can_bus: {
      pin_plus: plus,
      pin_min: minus,
      can_bit_rate: `CAN_BIT_RATE_${rate}`,
      can_protocol: 'CAN_PROTOCOL_ISOTP',
      transceiver,
    },
  })
const kline = (pin: number, rate: number, init: 'SLOW' | 'FAST') =>
  configured({
    kline_bus: { pin, kline_bit_rate: `KLINE_BIT_RATE_${rate}`, kline_protocol: `KLINE_PROTOCOL_ISO14230_${init}` },
  })
const doip = (option: number, network: DoipDescription['network']) => {
  const pins: DoipDescription['pins'] = option === 1 ? [1, 9] : [3, 11]
  const description = { ...carOf('vinterberg-aurora.yaml').doip, pins, network } as DoipDescription
  return configured({ doip_bus: doipEcuToWire(1, description).doip_ecu?.doip_bus })
}

describe('a configured bus on which nothing of the car can be heard', () => {
  const corvo = carOf('falkenberg-corvo.yaml')
  const old = carOf('brinkmann-heide.yaml')
  const electric = carOf('vinterberg-aurora.yaml')

  it.each([
    ['another bit rate', can(6, 14, 250), corvo, 'nothing on pins 6/14 at 250 kbit/s; the car speaks 500 kbit/s there'],
    ['pins in the wrong order', can(14, 6), corvo, 'plus and minus have changed places; the car has a bus on 6/14'],
    ['other pins', can(1, 8), corvo, 'nothing on pins 1/8 at 500 kbit/s: the car has CAN on '],
    ['another transceiver', can(6, 14, 500, 'TRANSCEIVER_SPEED_LOW'), corvo, 'the car has high-speed CAN there'],
    ['a K-line that is not there', kline(7, 10400, 'FAST'), corvo, 'no K-line on pin 7: the car has none'],
    ['DoIP in a car without', doip(1, 'volvo'), corvo, 'no DoIP: the car has no gateway'],
    [
      'terminal 15 at another pin',
      configured({ terminal15_bus: { pin: 8 } }),
      corvo,
      'terminal 15 is not at pin 8: the car has it at pin 1',
    ],
  ])('is told apart for %s', (_what, configuration, car, expected) => {
    expect(mismatchOf(configuration, car)).toContain(expected)
  })

  it('is told apart for the bit rate and the wake-up of a K-line', () => {
    const [pin] = Object.values(old.klines).map((line) => line.pin)
    expect(mismatchOf(kline(pin ?? 0, 15625, 'SLOW'), old)).toMatch(
      /no ECU on pin \d+ is woken at 15625 bit\/s with slow initialisation; those of the car want \d+ bit\/s with (slow|fast)/,
    )
  })

  it('is told apart for the pins and the addressing of DoIP', () => {
    const option = electric.doip?.pins[0] === 1 ? 1 : 2
    expect(mismatchOf(doip(3 - option, 'volvo'), electric)).toMatch(/no DoIP on pins .*; the gateway of the car is on /)
    expect(mismatchOf(doip(option, 'bmw'), electric)).toMatch(/has the addressing of volvo, not of bmw/)
  })
})

it('finds nothing wrong with what the ECU list of each shipped car says', async () => {
  const { SimulatedCar } = await import('../car/car.ts')
  const { ManualClock } = await import('../../server/clock/manual-clock.ts')
  const { noBusLog } = await import('../car/bus-log.ts')
  for (const file of ['falkenberg-corvo.yaml', 'brinkmann-heide.yaml', 'vinterberg-aurora.yaml']) {
    const car = new SimulatedCar(carOf(file), { clock: new ManualClock(0), busLog: noBusLog, connectorNumber: '1' })
    const buses = car
      .detectedEcus()
      .flatMap(({ isotp_ecu, tp20_ecu, kline_ecu, doip_ecu }) => [
        ...[isotp_ecu, tp20_ecu].flatMap((ecu) => (ecu?.can_bus ? [{ can_bus: ecu.can_bus }] : [])),
        ...(kline_ecu?.kline_bus ? [{ kline_bus: kline_ecu.kline_bus }] : []),
        ...(doip_ecu?.doip_bus ? [{ doip_bus: doip_ecu.doip_bus }] : []),
      ])
    expect(buses.length).toBeGreaterThan(0)
    for (const bus of buses)
      expect([file, bus, mismatchOf(configured(bus), car.description)]).toEqual([file, bus, undefined])
  }
})
