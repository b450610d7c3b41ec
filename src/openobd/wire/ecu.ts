import type { Ecu__Output } from '../generated/types/openOBD/v1/Ecu.ts'
import { type CanBus, canBusFromWire } from './can-bus.ts'
import { type DoipBus, doipBusFromWire } from './doip-bus.ts'
import { type KlineBus, klineBusFromWire } from './kline-bus.ts'

/** An ECU that the connector detected. It names no bus: the caller configures one with the given parameters. */
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

/** A received Ecu; undefined when its transport or its bus is of a kind that this version does not know. */
export function ecuFromWire(wire: Ecu__Output): Ecu | undefined {
  const isotp = wire.isotp_ecu
  if (isotp?.can_bus) {
    return {
      kind: 'isotp',
      bus: canBusFromWire(isotp.can_bus),
      requestId: isotp.request_id,
      responseId: isotp.response_id,
      ...(isotp.extended_request_address === undefined
        ? {}
        : { extendedRequestAddress: isotp.extended_request_address }),
      ...(isotp.extended_response_address === undefined
        ? {}
        : { extendedResponseAddress: isotp.extended_response_address }),
    }
  }
  if (wire.kline_ecu?.kline_bus) {
    return { kind: 'kline', bus: klineBusFromWire(wire.kline_ecu.kline_bus), ecuId: wire.kline_ecu.ecu_id }
  }
  if (wire.doip_ecu?.doip_bus) {
    const { doip_bus, gateway_id: gatewayId, tester_id: testerId, ecu_id: ecuId } = wire.doip_ecu
    return { kind: 'doip', bus: doipBusFromWire(doip_bus), gatewayId, testerId, ecuId }
  }
  if (wire.tp20_ecu?.can_bus) {
    return { kind: 'tp20', bus: canBusFromWire(wire.tp20_ecu.can_bus), logicalAddress: wire.tp20_ecu.logical_address }
  }
  return undefined
}
