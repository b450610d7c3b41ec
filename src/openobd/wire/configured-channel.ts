import type { ConfiguredChannel__Output } from '../generated/types/openOBD/v1/ConfiguredChannel.ts'
import { type IsotpChannel, isotpChannelFromWire } from './isotp-channel.ts'
import { byte, canIdentifier, doipAddress, knownNumber, neededNumber } from './plausible.ts'

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
    return {
      kind: 'raw',
      busName,
      requestId: knownNumber('RawChannel.request_id', requestId, canIdentifier),
      responseId: knownNumber('RawChannel.response_id', responseId, canIdentifier),
    }
  }
  if (wire.kline_channel) {
    const { bus_name: busName, ecu_id: ecuId } = wire.kline_channel
    return { kind: 'kline', busName, ecuId: neededNumber('KlineChannel.ecu_id', ecuId, byte) }
  }
  if (wire.tp20_channel) {
    const { bus_name: busName, logical_address: address } = wire.tp20_channel
    return { kind: 'tp20', busName, logicalAddress: neededNumber('Tp20Channel.logical_address', address, byte) }
  }
  if (wire.doip_channel) {
    const { bus_name: busName, gateway_id: gatewayId, tester_id: testerId, ecu_id: ecuId } = wire.doip_channel
    return {
      kind: 'doip',
      busName,
      gatewayId: neededNumber('DoipChannel.gateway_id', gatewayId, doipAddress),
      testerId: neededNumber('DoipChannel.tester_id', testerId, doipAddress),
      ecuId: neededNumber('DoipChannel.ecu_id', ecuId, doipAddress),
    }
  }
  return { kind: 'unknown' }
}
