/** Bytes of hex text; spaces between bytes are allowed. The schema has checked the text. */
export function bytesFromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
}

/** Bytes of printable ASCII text. */
export function bytesFromText(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

/** A whole number in big-endian order. */
export function bytesFromNumber(value: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let rest = value
  for (let index = length - 1; index >= 0; index -= 1) {
    bytes[index] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return bytes
}

/** A pattern repeated to a length. */
export function repeatedBytes(pattern: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => pattern[index % pattern.length] ?? 0)
}
