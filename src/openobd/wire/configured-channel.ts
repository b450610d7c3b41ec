import type { ConfiguredChannel__Output } from '../generated/types/openOBD/v1/ConfiguredChannel.ts'
import { type IsotpChannel, isotpChannelFromWire } from './isotp-channel.ts'

/** A channel that has been opened in the session. */
export type ConfiguredChannel =
  | { readonly kind: 'isotp'; readonly channel: IsotpChannel }
  | { readonly kind: 'raw'; readonly busName: string; readonly requestId?: number; readonly responseId?: number }
  | { readonly kind: 'kline'; readonly busName: string; readonly ecuId: number }
  | { readonly kind: 'tp20'; readonly busName: string; readonly logicalAddress: number }
  | {
      readonly kind: 'doip'
      readonly busName: string
      readonly gatewayId: number
      readonly testerId: number
      readonly ecuId: number
    }
  /** A kind that this version does not know. */
  | { readonly kind: 'unknown' }

/** A received ConfiguredChannel. */
export function configuredChannelFromWire(wire: ConfiguredChannel__Output): ConfiguredChannel {
  if (wire.isotp_channel) return { kind: 'isotp', channel: isotpChannelFromWire(wire.isotp_channel) }
  if (wire.raw_channel) {
    const { bus_name: busName, request_id: requestId, response_id: responseId } = wire.raw_channel
    return { kind: 'raw', busName, requestId, responseId }
  }
  if (wire.kline_channel) {
    return { kind: 'kline', busName: wire.kline_channel.bus_name, ecuId: wire.kline_channel.ecu_id }
  }
  if (wire.tp20_channel) {
    return { kind: 'tp20', busName: wire.tp20_channel.bus_name, logicalAddress: wire.tp20_channel.logical_address }
  }
  if (wire.doip_channel) {
    const { bus_name: busName, gateway_id: gatewayId, tester_id: testerId, ecu_id: ecuId } = wire.doip_channel
    return { kind: 'doip', busName, gatewayId, testerId, ecuId }
  }
  return { kind: 'unknown' }
}
