/** Negative response codes of ISO 14229-1 that a requester acts on. */
export const busyRepeatRequest = 0x21
export const responsePending = 0x78
const negativeResponse = 0x7f

/** Number of bytes after the service identifier that a positive answer repeats from its request (ISO 14229-1; 26 and 33 of ISO 14230-3). */
const echoedBytes: Readonly<Record<number, number>> = {
  16: 1,
  17: 1,
  25: 1,
  26: 1,
  33: 1,
  34: 2,
  39: 1,
  40: 1,
  42: 0,
  44: 1,
  46: 2,
  47: 2,
  49: 3,
  54: 1,
  62: 1,
  133: 1,
}
/** Services whose first echoed byte is a sub-function, where the highest bit suppresses the positive answer and is not echoed. */
const withSubFunction = new Set([0x10, 0x11, 0x19, 0x27, 0x28, 0x2c, 0x31, 0x3e, 0x85])

/** Relation of a received payload to the waiting request. */
export type UdsMatch =
  | { readonly kind: 'foreign' }
  /** It has the right service but answers another request, e.g. one that timed out. */
  | { readonly kind: 'late' }
  | { readonly kind: 'positive' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'negative'; readonly code: number }

/** Applies the match rule of protocol.md §8 (service + 0x40, or 7F and the service), and also compares the bytes that UDS echoes. */
export function matchAnswer(request: Uint8Array, answer: Uint8Array): UdsMatch {
  const service = request[0]
  if (service === undefined) return { kind: 'foreign' }
  if (answer[0] === negativeResponse && answer[1] === service) {
    const code = answer[2]
    return answer.length === 3 && code !== undefined ? { kind: 'negative', code } : { kind: 'malformed' }
  }
  if (answer[0] !== service + 0x40) return { kind: 'foreign' }
  return hasSameEcho(service, request, answer) ? { kind: 'positive' } : { kind: 'late' }
}

function hasSameEcho(service: number, request: Uint8Array, answer: Uint8Array): boolean {
  const count = Math.min(echoedBytes[service] ?? 0, request.length - 1)
  for (let index = 1; index <= count; index += 1) {
    const asked = request[index] ?? 0
    const expected = index === 1 && withSubFunction.has(service) ? asked & 0x7f : asked
    if (answer[index] !== expected) return false
  }
  return true
}

/** Bytes as openOBD sends them: upper-case hex without separators. */
export const payloadToWire = (payload: Uint8Array): string =>
  Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('hex').toUpperCase()

/** Bytes from the wire; undefined when the text is not hex or has an odd length. */
export function payloadFromWire(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'hex')
  return bytes.length * 2 === text.length ? bytes : undefined
}
