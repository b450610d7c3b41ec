import type { Ecu__Output } from '../generated/types/openOBD/v1/Ecu.ts'
import { type CanBus, canBusFromWire } from './can-bus.ts'
import { type DoipBus, doipBusFromWire } from './doip-bus.ts'
import { type KlineBus, klineBusFromWire } from './kline-bus.ts'
import { byte, canIdentifier, doipAddress, knownNumber, neededNumber } from './plausible.ts'

/** An ECU detected by the connector. It refers to no bus: the caller configures one with the given parameters. */
export type Ecu =
  | {
      readonly kind: 'isotp'
      readonly bus: CanBus
      readonly requestId: number
      readonly responseId: number
      readonly extendedRequestAddress?: number
      readonly extendedResponseAddress?: number
    }
  | { readonly kind: 'kline'; readonly bus: KlineBus; readonly ecuId: number }
  | {
      readonly kind: 'doip'
      readonly bus: DoipBus
      readonly gatewayId: number
      readonly testerId: number
      readonly ecuId: number
    }
  | { readonly kind: 'tp20'; readonly bus: CanBus; readonly logicalAddress: number }

/**
 * A received Ecu; undefined when its transport or its bus is of a kind that this version does not know. An impossible address
 * one is a named error.
 */
export function ecuFromWire(wire: Ecu__Output): Ecu | undefined {
  if (wire.isotp_ecu?.can_bus) return isotpEcu(wire.isotp_ecu, canBusFromWire(wire.isotp_ecu.can_bus))
  if (wire.kline_ecu?.kline_bus) {
    const ecuId = neededNumber('KlineEcu.ecu_id', wire.kline_ecu.ecu_id, byte)
    return { kind: 'kline', bus: klineBusFromWire(wire.kline_ecu.kline_bus), ecuId }
  }
  if (wire.doip_ecu?.doip_bus) {
    const { doip_bus, gateway_id: gatewayId, tester_id: testerId, ecu_id: ecuId } = wire.doip_ecu
    return {
      kind: 'doip',
      bus: doipBusFromWire(doip_bus),
      gatewayId: neededNumber('DoipEcu.gateway_id', gatewayId, doipAddress),
      testerId: neededNumber('DoipEcu.tester_id', testerId, doipAddress),
      ecuId: neededNumber('DoipEcu.ecu_id', ecuId, doipAddress),
    }
  }
  if (wire.tp20_ecu?.can_bus) {
    const logicalAddress = neededNumber('Tp20Ecu.logical_address', wire.tp20_ecu.logical_address, byte)
    return { kind: 'tp20', bus: canBusFromWire(wire.tp20_ecu.can_bus), logicalAddress }
  }
  return undefined
}

function isotpEcu(wire: NonNullable<Ecu__Output['isotp_ecu']>, bus: CanBus): Ecu {
  const { extended_request_address: request, extended_response_address: response } = wire
  const extendedRequestAddress = knownNumber('IsotpEcu.extended_request_address', request, byte)
  const extendedResponseAddress = knownNumber('IsotpEcu.extended_response_address', response, byte)
  return {
    kind: 'isotp',
    bus,
    requestId: neededNumber('IsotpEcu.request_id', wire.request_id, canIdentifier),
    responseId: neededNumber('IsotpEcu.response_id', wire.response_id, canIdentifier),
    ...(extendedRequestAddress === undefined ? {} : { extendedRequestAddress }),
    ...(extendedResponseAddress === undefined ? {} : { extendedResponseAddress }),
  }
}
