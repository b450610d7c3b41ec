import type { BusConfiguration__Output } from '../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import type { KlineBus__Output } from '../../openobd/generated/types/openOBD/v1/KlineBus.ts'
import { fitsGateway } from '../car/doip/plugged-network.ts'
import { ignitionPinOf, type VehicleDescription } from '../car/file/schema.ts'
import type { TesterWiring } from '../car/obd-socket.ts'
import { klineBitRates } from '../car/wire.ts'
import { doipWiringOf, wiringOf } from './bus-rules.ts'

/**
 * Why no ECU of this car can be reached on a configured bus, for the log; undefined when the configuration fits. A real
 * connector cannot know the reason: it sees only that no ECU answers.
 */
export function mismatchOf(configuration: BusConfiguration__Output, car: VehicleDescription): string | undefined {
  const { can_bus, kline_bus, doip_bus, terminal15_bus } = configuration
  if (can_bus) return canMismatch(wiringOf(can_bus), car)
  if (kline_bus) return klineMismatch(kline_bus, car)
  if (doip_bus) return doipMismatch(doipWiringOf(doip_bus), car)
  if (terminal15_bus) return terminal15Mismatch(terminal15_bus.pin, car)
  return undefined
}

function canMismatch({ pinPlus, pinMin, bitRate, transceiver }: TesterWiring, { buses }: VehicleDescription) {
  const atSocket = Object.values(buses).flatMap(({ pins, ...bus }) => (pins === undefined ? [] : [{ pins, ...bus }]))
  const [plus, minus] = [pinPlus, pinMin]
  const there = atSocket.find(({ pins }) => pins[0] === plus && pins[1] === minus)
  const set = `pins ${plus}/${minus} at ${bitRate / 1000} kbit/s`
  if (there === undefined) {
    if (atSocket.some(({ pins }) => pins[0] === minus && pins[1] === plus))
      return `nothing on ${set}: plus and minus have changed places; the car has a bus on ${minus}/${plus}`
    return `nothing on ${set}: the car has CAN on ${listed(atSocket.map(({ pins }) => pins.join('/')))}`
  }
  if (Math.abs(there.kbitPerSecond * 1000 - bitRate) >= 1)
    return `nothing on ${set}; the car speaks ${there.kbitPerSecond} kbit/s there`
  if (there.transceiver !== transceiver)
    return `nothing on ${set} with a ${transceiver}-speed transceiver; the car has ${there.transceiver}-speed CAN there`
  return undefined
}

function klineMismatch({ pin, kline_bit_rate, kline_protocol }: KlineBus__Output, car: VehicleDescription) {
  const [name] = Object.entries(car.klines).find(([, line]) => line.pin === pin) ?? []
  if (name === undefined) {
    const pins = Object.values(car.klines).map((line) => String(line.pin))
    return `no K-line on pin ${pin}: the car has ${pins.length === 0 ? 'none' : `K-lines on ${listed(pins)}`}`
  }
  const ecus = car.ecus.flatMap(({ bus, kline }) => (bus === name && kline ? [kline] : []))
  const rate = Object.entries(klineBitRates).find(([wireName]) => wireName === kline_bit_rate)?.[1]
  const init = kline_protocol === 'KLINE_PROTOCOL_ISO14230_SLOW' ? 'slow' : 'fast'
  if (ecus.some(({ baud, init: wakes }) => baud === rate && wakes === init)) return undefined
  const known = [...new Set(ecus.map(({ baud, init: wakes }) => `${baud} bit/s with ${wakes} initialisation`))]
  return `no ECU on pin ${pin} is woken at ${rate} bit/s with ${init} initialisation; those of the car want ${listed(known)}`
}

function doipMismatch(wiring: ReturnType<typeof doipWiringOf>, { doip }: VehicleDescription) {
  if (doip === undefined) return 'no DoIP: the car has no gateway'
  if (fitsGateway(wiring, doip)) return undefined
  const pins = wiring.pins.join('/')
  if (pins !== doip.pins.join('/'))
    return `no DoIP on pins ${pins}; the gateway of the car is on ${doip.pins.join('/')}`
  return `the gateway on pins ${pins} has the addressing of ${doip.network}, not of ${wiring.network}`
}

function terminal15Mismatch(pin: number, car: VehicleDescription) {
  const own = ignitionPinOf(car)
  if (own === pin) return undefined
  return `terminal 15 is not at pin ${pin}: the car has ${own === undefined ? 'none' : `it at pin ${own}`}`
}

const listed = (items: readonly string[]): string => (items.length === 0 ? 'no pins of the socket' : items.join(', '))
