import type { BusConfiguration__Output } from '../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import type { CanBus__Output } from '../../openobd/generated/types/openOBD/v1/CanBus.ts'
import type { DoipBus__Output } from '../../openobd/generated/types/openOBD/v1/DoipBus.ts'
import { invalidArgument, resourceExhausted } from '../../server/refusal.ts'
import { doipNetworkOf } from '../car/doip/doip-wire.ts'
import type { DoipWiring } from '../car/doip/plugged-network.ts'
import type { TesterWiring } from '../car/obd-socket.ts'
import { bitRates } from '../car/wire.ts'

/** Buses that a connector can run at once; protocol.md §7 documents up to four. */
export const mostBuses = 4

/** Pins of the OBD socket that can carry a bus; 4 and 5 are ground, 16 is the battery. */
const busPins: ReadonlySet<number> = new Set([1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])

const doipPins: Record<string, readonly number[]> = { DOIP_OPTION_1: [1, 9], DOIP_OPTION_2: [3, 11] }

/** Checks a whole configuration (protocol.md §7). Throws `invalid-argument` or `resource-exhausted` with the bus in the text. */
export function assertBusesPossible(buses: readonly BusConfiguration__Output[]): void {
  if (buses.length > mostBuses) {
    throw resourceExhausted(`${buses.length} buses are asked for; at most ${mostBuses} can be configured at once`)
  }
  const names = new Set<string>()
  const owners = new Map<number, string>()
  for (const bus of buses) {
    if (bus.bus_name === '') throw invalidArgument('bus_name is empty: every bus needs a name')
    if (names.has(bus.bus_name)) throw invalidArgument(`bus "${bus.bus_name}" is configured twice`)
    names.add(bus.bus_name)
    for (const pin of pinsOf(bus)) takePin(owners, bus.bus_name, pin)
  }
}

function takePin(owners: Map<number, string>, name: string, pin: number) {
  if (!busPins.has(pin)) {
    throw invalidArgument(`bus "${name}": pin ${pin} cannot carry a bus; possible are 1 to 3 and 6 to 15`)
  }
  const owner = owners.get(pin)
  if (owner === name) throw invalidArgument(`bus "${name}": pin ${pin} is used twice`)
  if (owner !== undefined) throw invalidArgument(`bus "${name}": pin ${pin} is already used by bus "${owner}"`)
  owners.set(pin, name)
}

function pinsOf(bus: BusConfiguration__Output): readonly number[] {
  switch (bus.BusDefinition) {
    case 'can_bus':
      return canPins(bus.bus_name, bus.can_bus)
    case 'kline_bus':
      if (isUnset(bus.kline_bus?.kline_protocol) || isUnset(bus.kline_bus?.kline_bit_rate)) {
        throw invalidArgument(`bus "${bus.bus_name}": kline_protocol and kline_bit_rate have to be set to known values`)
      }
      return [bus.kline_bus?.pin ?? 0]
    case 'terminal15_bus':
      return [bus.terminal15_bus?.pin ?? 0]
    case 'doip_bus': {
      const pins = doipPins[String(bus.doip_bus?.doip_option)]
      if (!pins || isUnset(bus.doip_bus?.doip_network_configuration)) {
        throw invalidArgument(
          `bus "${bus.bus_name}": doip_option and doip_network_configuration have to be set to known values`,
        )
      }
      return pins
    }
    case undefined:
      throw invalidArgument(`bus "${bus.bus_name}": set one of can_bus, kline_bus, terminal15_bus or doip_bus`)
  }
}

function canPins(name: string, bus: CanBus__Output | null | undefined): readonly number[] {
  if (!bus || isUnset(bus.can_protocol)) {
    throw invalidArgument(`bus "${name}": can_protocol has to be ISOTP, TP20 or FRAMES`)
  }
  if (isUnset(bus.can_bit_rate)) throw invalidArgument(`bus "${name}": can_bit_rate has to be set to a known value`)
  if (typeof bus.transceiver === 'number') {
    throw invalidArgument(`bus "${name}": transceiver has to be LOW or HIGH, or absent for HIGH`)
  }
  return [bus.pin_plus, bus.pin_min]
}

/** Unknown enum numbers arrive as numbers, zero values by their `…UNDEFINED` name. */
function isUnset(value: string | number | undefined): boolean {
  return typeof value !== 'string' || value.endsWith('_UNDEFINED')
}

/** How a checked CAN bus is wired to the socket; an absent transceiver is HIGH (protocol.md §7). */
export function wiringOf(bus: CanBus__Output): TesterWiring {
  return {
    pinPlus: bus.pin_plus,
    pinMin: bus.pin_min,
    bitRate: bitRates[bus.can_bit_rate as keyof typeof bitRates],
    transceiver: bus.transceiver === 'TRANSCEIVER_SPEED_LOW' ? 'low' : 'high',
  }
}

/** Where a checked DoIP bus is at the socket, and whose addressing scheme it uses. */
export function doipWiringOf(bus: DoipBus__Output): DoipWiring {
  return { pins: doipPins[String(bus.doip_option)] ?? [], network: doipNetworkOf(bus.doip_network_configuration) }
}
