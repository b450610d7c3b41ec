/** Flow status that a receiver sends (ISO 15765-2, flow status). */
export type FlowStatus = 'continue' | 'wait' | 'overflow'

/** A decoded ISO-TP frame, without the extended address byte. */
export type IsotpPdu =
  | { readonly kind: 'single'; readonly data: Uint8Array }
  | { readonly kind: 'first'; readonly length: number; readonly data: Uint8Array }
  | { readonly kind: 'consecutive'; readonly sequence: number; readonly data: Uint8Array }
  | {
      readonly kind: 'flow-control'
      /** `invalid` for the reserved values: the sender has to abort. */
      readonly status: FlowStatus | 'invalid'
      readonly blockSize: number
      readonly separationTimeMs: number
    }

/** Bytes of a classic CAN frame. */
export const frameBytes = 8
/** Longest payload that a first frame announces in twelve bits. */
const longestTwelveBitLength = 4095
/** Value of a separation time with a reserved code. */
const longestSeparationTimeMs = 127

/** Milliseconds of an STmin code: 0x00–0x7F whole milliseconds, 0xF1–0xF9 steps of 100 µs, everything else 127 ms. */
export function separationTimeMs(code: number): number {
  if (code <= 0x7f) return code
  if (code >= 0xf1 && code <= 0xf9) return (code - 0xf0) / 10
  return longestSeparationTimeMs
}

/** The STmin code for a separation time; times below one millisecond go up to the next 100 µs step. */
export function separationTimeCode(milliseconds: number): number {
  if (milliseconds <= 0) return 0
  if (milliseconds < 1) return 0xf0 + Math.min(9, Math.ceil(milliseconds * 10))
  return Math.min(0x7f, Math.ceil(milliseconds))
}

/**
 * Decodes a frame's bytes after the optional address byte. `undefined` stands for everything ISO 15765-2 says to ignore:
 * reserved types, impossible lengths, frames that are shorter than what they announce.
 */
export function decodePdu(bytes: Uint8Array, room: number): IsotpPdu | undefined {
  const control = bytes[0]
  if (control === undefined) return undefined
  switch (control >> 4) {
    case 0:
      return decodeSingle(bytes, control & 0x0f, room)
    case 1:
      return decodeFirst(bytes, control, room)
    case 2:
      return bytes.length < 2 ? undefined : { kind: 'consecutive', sequence: control & 0x0f, data: bytes.subarray(1) }
    case 3:
      return decodeFlowControl(bytes, control & 0x0f)
    default:
      return undefined
  }
}

function decodeSingle(bytes: Uint8Array, length: number, room: number): IsotpPdu | undefined {
  if (length === 0 || length > room - 1 || bytes.length < 1 + length) return undefined
  return { kind: 'single', data: bytes.subarray(1, 1 + length) }
}

function decodeFirst(bytes: Uint8Array, control: number, room: number): IsotpPdu | undefined {
  if (bytes.length < room) return undefined
  const twelveBits = ((control & 0x0f) << 8) | (bytes[1] ?? 0)
  if (twelveBits !== 0) {
    const fitsSingle = twelveBits <= room - 1
    return fitsSingle ? undefined : { kind: 'first', length: twelveBits, data: bytes.subarray(2) }
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(2)
  return length <= longestTwelveBitLength ? undefined : { kind: 'first', length, data: bytes.subarray(6) }
}

function decodeFlowControl(bytes: Uint8Array, code: number): IsotpPdu | undefined {
  if (bytes.length < 3) return undefined
  const status = (['continue', 'wait', 'overflow'] as const)[code] ?? 'invalid'
  return {
    kind: 'flow-control',
    status,
    blockSize: bytes[1] ?? 0,
    separationTimeMs: separationTimeMs(bytes[2] ?? 0),
  }
}

/** A single frame; the caller has checked that the payload fits. */
export function encodeSingle(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(payload.length + 1)
  bytes[0] = payload.length
  bytes.set(payload, 1)
  return bytes
}

/** The first frame of a payload, in the short form up to 4095 bytes and the 32-bit form beyond. */
export function encodeFirst(payload: Uint8Array, room: number): Uint8Array {
  const bytes = new Uint8Array(room)
  const header = payload.length <= longestTwelveBitLength ? 2 : 6
  if (header === 2) {
    bytes[0] = 0x10 | (payload.length >> 8)
    bytes[1] = payload.length & 0xff
  } else {
    bytes[0] = 0x10
    new DataView(bytes.buffer).setUint32(2, payload.length)
  }
  bytes.set(payload.subarray(0, room - header), header)
  return bytes
}

/** Payload bytes that the first frame already carries. */
export function bytesInFirst(length: number, room: number): number {
  return room - (length <= longestTwelveBitLength ? 2 : 6)
}

/** A consecutive frame; `sequence` counts from 1 and wraps after 15. */
export function encodeConsecutive(sequence: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 1)
  bytes[0] = 0x20 | (sequence & 0x0f)
  bytes.set(data, 1)
  return bytes
}

const flowStatusCodes: Record<FlowStatus, number> = { continue: 0, wait: 1, overflow: 2 }

/** A flow control frame. */
export function encodeFlowControl(status: FlowStatus, blockSize: number, stMinMs: number): Uint8Array {
  return Uint8Array.of(0x30 | flowStatusCodes[status], blockSize, separationTimeCode(stMinMs))
}
