import { MalformedMessage } from '../failure.ts'
import type { BusConfiguration, BusConfiguration__Output } from '../generated/types/openOBD/v1/BusConfiguration.ts'
import { type CanBus, canBusFromWire, canBusToWire } from './can-bus.ts'
import { type DoipBus, doipBusFromWire, doipBusToWire } from './doip-bus.ts'
import { type KlineBus, klineBusFromWire, klineBusToWire } from './kline-bus.ts'
import { neededNumber, obdPin } from './plausible.ts'

/** A named bus on pins of the OBD socket; channels refer to it by name. */
export type Bus =
  | { readonly kind: 'can'; readonly name: string; readonly can: CanBus }
  | { readonly kind: 'kline'; readonly name: string; readonly kline: KlineBus }
  | { readonly kind: 'terminal15'; readonly name: string; readonly pin: number }
  | { readonly kind: 'doip'; readonly name: string; readonly doip: DoipBus }
  /** A kind that this version does not know. */
  | { readonly kind: 'unknown'; readonly name: string }

/** openOBD.v1.BusConfiguration as it is sent. A bus of kind `unknown` cannot be sent and throws. */
export function busToWire(bus: Bus): BusConfiguration {
  switch (bus.kind) {
    case 'can':
      return { bus_name: bus.name, can_bus: canBusToWire(bus.can) }
    case 'kline':
      return { bus_name: bus.name, kline_bus: klineBusToWire(bus.kline) }
    case 'terminal15':
      return { bus_name: bus.name, terminal15_bus: { pin: bus.pin } }
    case 'doip':
      return { bus_name: bus.name, doip_bus: doipBusToWire(bus.doip) }
    case 'unknown':
      throw new Error('A bus of an unknown kind cannot be configured.')
  }
}

/** A received bus; one without a name is a named error. */
export function busFromWire(wire: BusConfiguration__Output): Bus {
  const name = wire.bus_name
  if (!name) throw new MalformedMessage('BusConfiguration', 'bus_name')
  if (wire.can_bus) return { kind: 'can', name, can: canBusFromWire(wire.can_bus) }
  if (wire.kline_bus) return { kind: 'kline', name, kline: klineBusFromWire(wire.kline_bus) }
  if (wire.terminal15_bus) {
    return { kind: 'terminal15', name, pin: neededNumber('Terminal15Bus.pin', wire.terminal15_bus.pin, obdPin) }
  }
  if (wire.doip_bus) return { kind: 'doip', name, doip: doipBusFromWire(wire.doip_bus) }
  return { kind: 'unknown', name }
}
