import type {
  IsotpChannel__Output,
  IsotpChannel as IsotpChannelWire,
} from '../generated/types/openOBD/v1/IsotpChannel.ts'
import type { KeepAlive__Output } from '../generated/types/openOBD/v1/KeepAlive.ts'
import type { Padding__Output } from '../generated/types/openOBD/v1/Padding.ts'
import { byte, canIdentifier, knownNumber, neededNumber } from './plausible.ts'

/** Whether ISO-TP frames are filled up to eight bytes. */
export type Padding = 'enabled' | 'detection' | 'disabled' | 'set-from-ecu' | 'set-towards-ecu'

/** An ISO-TP conversation: identifiers above 0x7FF are 29 bit; an extended address is one more byte. */
export interface IsotpChannel {
  readonly busName: string
  readonly requestId: number
  readonly responseId: number
  readonly extendedRequestAddress?: number
  readonly extendedResponseAddress?: number
  readonly padding?: Padding
  readonly keepAlive?: boolean
}

const paddingToWire: Record<Padding, Padding__Output> = {
  enabled: 'PADDING_ENABLED',
  detection: 'PADDING_DETECTION',
  disabled: 'PADDING_DISABLED',
  'set-from-ecu': 'PADDING_SET_FROM_ECU',
  'set-towards-ecu': 'PADDING_SET_TOWARDS_ECU',
}
const paddingFromWire: Record<Padding__Output, Padding | undefined> = {
  PADDING_UNDEFINED: undefined,
  PADDING_ENABLED: 'enabled',
  PADDING_DETECTION: 'detection',
  PADDING_DISABLED: 'disabled',
  PADDING_SET_FROM_ECU: 'set-from-ecu',
  PADDING_SET_TOWARDS_ECU: 'set-towards-ecu',
}
const keepAliveFromWire: Record<KeepAlive__Output, boolean | undefined> = {
  KEEP_ALIVE_UNDEFINED: undefined,
  KEEP_ALIVE_ENABLED: true,
  KEEP_ALIVE_DISABLED: false,
}

/** openOBD.v1.IsotpChannel as it is sent; what is absent stays absent. */
export const isotpChannelToWire = (channel: IsotpChannel): IsotpChannelWire => ({
  bus_name: channel.busName,
  request_id: channel.requestId,
  response_id: channel.responseId,
  ...(channel.extendedRequestAddress === undefined ? {} : { extended_request_address: channel.extendedRequestAddress }),
  ...(channel.extendedResponseAddress === undefined
    ? {}
    : { extended_response_address: channel.extendedResponseAddress }),
  ...(channel.padding === undefined ? {} : { padding: paddingToWire[channel.padding] }),
  ...(channel.keepAlive === undefined
    ? {}
    : { keep_alive: channel.keepAlive ? ('KEEP_ALIVE_ENABLED' as const) : ('KEEP_ALIVE_DISABLED' as const) }),
})

/** A received IsotpChannel. */
export function isotpChannelFromWire(wire: IsotpChannel__Output): IsotpChannel {
  const padding = wire.padding === undefined ? undefined : paddingFromWire[wire.padding]
  const extendedRequestAddress = knownNumber(
    'IsotpChannel.extended_request_address',
    wire.extended_request_address,
    byte,
  )
  const extendedResponseAddress = knownNumber(
    'IsotpChannel.extended_response_address',
    wire.extended_response_address,
    byte,
  )
  const keepAlive = wire.keep_alive === undefined ? undefined : keepAliveFromWire[wire.keep_alive]
  return {
    busName: wire.bus_name,
    requestId: neededNumber('IsotpChannel.request_id', wire.request_id, canIdentifier),
    responseId: neededNumber('IsotpChannel.response_id', wire.response_id, canIdentifier),
    ...(extendedRequestAddress === undefined ? {} : { extendedRequestAddress }),
    ...(extendedResponseAddress === undefined ? {} : { extendedResponseAddress }),
    ...(padding === undefined ? {} : { padding }),
    ...(keepAlive === undefined ? {} : { keepAlive }),
  }
}
