import type { IsotpChannel__Output } from '../../openobd/generated/types/openOBD/v1/IsotpChannel.ts'
import type { RawChannel__Output } from '../../openobd/generated/types/openOBD/v1/RawChannel.ts'
import { invalidArgument } from '../../server/refusal.ts'
import { highestExtendedId } from '../car/can-frame.ts'
import { functionalExtendedId, functionalStandardId } from '../car/isotp/isotp-transport.ts'
import { type IsotpOptions, isotpDefaults } from '../car/isotp/options.ts'

/** Longest payload in bytes that a channel sends or receives. */
export const longestPayload = 1_048_576

/** Throws `invalid-argument` unless the identifiers and addresses exist on a CAN bus. */
export function assertChannelPossible(channel: IsotpChannel__Output): void {
  for (const field of ['request_id', 'response_id'] as const) {
    if (channel[field] > highestExtendedId) throw invalidArgument(`${field} has more than 29 bits`)
  }
  for (const field of ['extended_request_address', 'extended_response_address'] as const) {
    if ((channel[field] ?? 0) > 0xff) throw invalidArgument(`${field} is one byte: at most 0xFF`)
  }
  if (typeof channel.keep_alive === 'number') {
    throw invalidArgument('keep_alive has to be one of the known values, or absent')
  }
  const hasAddresses = channel.extended_request_address !== undefined || channel.extended_response_address !== undefined
  if (channel.request_id === channel.response_id && !hasAddresses) {
    throw invalidArgument('request_id and response_id are the same: nobody could tell requests from answers')
  }
}

/** Throws `invalid-argument` unless a raw channel has an identifier, and only possible ones. */
export function assertRawChannelPossible({ request_id, response_id }: RawChannel__Output): void {
  if (request_id === undefined && response_id === undefined) {
    throw invalidArgument('request_id and response_id are both absent: set at least one')
  }
  for (const [field, id] of Object.entries({ request_id, response_id })) {
    if ((id ?? 0) > highestExtendedId) throw invalidArgument(`${field} has more than 29 bits`)
  }
}

/** What makes two raw channels the same. */
export function rawChannelKey({ bus_name, request_id, response_id }: RawChannel__Output): string {
  return `raw ${request_id ?? '-'} ${response_id ?? '-'} ${bus_name}`
}

/** What makes two channels the same conversation. */
export function channelKey(channel: IsotpChannel__Output): string {
  return `${channel.request_id} ${channel.response_id} ${channel.extended_request_address ?? '-'} ${channel.extended_response_address ?? '-'} ${channel.bus_name}`
}

const sendPaddings: Record<string, IsotpOptions['sendPadding']> = {
  PADDING_UNDEFINED: 'on',
  PADDING_ENABLED: 'on',
  PADDING_SET_TOWARDS_ECU: 'on',
  PADDING_DETECTION: 'as-the-other-side',
  PADDING_DISABLED: 'off',
  PADDING_SET_FROM_ECU: 'off',
}

/** The tester's side of a channel. Without `padding` sent frames are padded; received frames may be padded or not (a choice, protocol.md §8). */
export function testerIsotpOptions(channel: IsotpChannel__Output): IsotpOptions {
  const sendPadding = sendPaddings[channel.padding ?? 'PADDING_UNDEFINED']
  if (!sendPadding) throw invalidArgument('padding has to be one of the known values, or absent')
  return {
    ...isotpDefaults,
    sendId: channel.request_id,
    flowControlId: flowControlId(channel),
    sendAddress: channel.extended_request_address,
    receiveAddress: channel.extended_response_address,
    sendPadding,
    longestPayload,
  }
}

/** Each ECU answers a functional request by itself, so flow control goes to that ECU (ISO 15765-4). */
function flowControlId({ request_id, response_id }: IsotpChannel__Output): number | undefined {
  if (request_id === functionalStandardId) return response_id - 8
  if (request_id === functionalExtendedId) return 0x18da00f1 | ((response_id & 0xff) << 8)
  return undefined
}

/** Bytes of a hex payload in either case; empty text is an empty payload. Throws `invalid-argument`. */
export function payloadBytes(hex: string): Uint8Array {
  if (!/^[0-9A-Fa-f]*$/.test(hex)) throw invalidArgument('payload is not hex: only 0-9, A-F and a-f, no separators')
  if (hex.length % 2 !== 0) throw invalidArgument('payload has an odd number of hex digits: two digits make a byte')
  if (hex.length > longestPayload * 2) throw invalidArgument(`payload is longer than ${longestPayload} bytes`)
  return Buffer.from(hex, 'hex')
}
