import type { LineByte } from './line.ts'
import { klineTiming } from './timing.ts'

/** Forms of the header that an ECU supports, from its first key byte (ISO 14230-2). */
export interface HeaderForms {
  /** Length in the format byte. */
  readonly shortLength: boolean
  /** Length in a byte of its own. */
  readonly longLength: boolean
  /** Target and source address. */
  readonly addresses: boolean
}

/** A message with header and checksum. */
export interface KlineMessage {
  readonly payload: Uint8Array
  /** Absent in a header without addresses. */
  readonly target?: number
  readonly source?: number
  readonly isFunctional: boolean
}

/** A message as it came over the line. */
export interface ReceivedMessage extends KlineMessage {
  /** When its first byte began. */
  readonly startedAt: number
}

/** Every ECU supports this form before it has sent its key bytes. */
export const startForms: HeaderForms = { shortLength: true, longLength: false, addresses: true }

/** Longest payload of a message. */
export const longestKlinePayload = 255
const longestShortLength = 0x3f
const lengthMask = 0x3f
const modes = { none: 0x00, physical: 0x80, functional: 0xc0 } as const

/** What the first key byte says; its bits 2, 4, 5 and 7 do not matter here. */
export function headerForms(firstKeyByte: number): HeaderForms {
  return {
    shortLength: (firstKeyByte & 0x01) !== 0,
    longLength: (firstKeyByte & 0x02) !== 0,
    addresses: (firstKeyByte & 0x08) !== 0,
  }
}

/** The bytes of a message; undefined when it is too long for these forms. */
export function encodeMessage(message: KlineMessage, forms: HeaderForms): Uint8Array | undefined {
  const { payload, target, source } = message
  const isShort = forms.shortLength && payload.length <= longestShortLength
  if (!isShort && (!forms.longLength || payload.length > longestKlinePayload)) return undefined
  const hasAddresses = forms.addresses && target !== undefined && source !== undefined
  const mode = hasAddresses ? (message.isFunctional ? modes.functional : modes.physical) : modes.none
  const header = [mode | (isShort ? payload.length : 0)]
  if (hasAddresses) header.push(target, source)
  if (!isShort) header.push(payload.length)
  const bytes = Uint8Array.of(...header, ...payload)
  return Uint8Array.of(...bytes, checksum(bytes))
}

/** Sum of all bytes, without carry. */
export function checksum(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0)
}

/** Collects bytes until they are a message; a long pause, a wrong rate or a wrong checksum throws them away. */
export class MessageReader {
  #bytes: number[] = []
  #startedAt = 0
  #lastEndedAt = 0

  /** Takes a byte; returns the message that it completes. */
  push({ value, startedAt, endedAt }: LineByte): ReceivedMessage | undefined {
    if (startedAt - this.#lastEndedAt > klineTiming.longestPause + 1e-6) this.#bytes = []
    this.#lastEndedAt = endedAt
    if (this.#bytes.length === 0) this.#startedAt = startedAt
    this.#bytes.push(value)
    const length = totalLength(this.#bytes)
    if (length === undefined || this.#bytes.length < length) return undefined
    const bytes = Uint8Array.from(this.#bytes)
    this.#bytes = []
    const message = decode(bytes)
    return message && { ...message, startedAt: this.#startedAt }
  }

  /** Forgets what has come so far. */
  reset(): void {
    this.#bytes = []
  }
}

/** Length with header and checksum, once the header is complete enough to contain it. */
function totalLength([format = 0, ...rest]: readonly number[]): number | undefined {
  const addressBytes = format >> 6 === 0 ? 0 : 2
  const short = format & lengthMask
  if (short > 0) return 1 + addressBytes + short + 1
  const long = rest[addressBytes]
  return long === undefined ? undefined : 1 + addressBytes + 1 + long + 1
}

function decode(bytes: Uint8Array): KlineMessage | undefined {
  const body = bytes.subarray(0, -1)
  if (checksum(body) !== bytes.at(-1)) return undefined
  const [format = 0, target = 0, source = 0] = bytes
  const hasAddresses = format >> 6 !== 0
  const headerLength = 1 + (hasAddresses ? 2 : 0) + ((format & lengthMask) === 0 ? 1 : 0)
  const payload = body.slice(headerLength)
  if (payload.length === 0) return undefined
  return {
    payload,
    isFunctional: (format & modes.functional) === modes.functional,
    ...(hasAddresses && { target, source }),
  }
}
