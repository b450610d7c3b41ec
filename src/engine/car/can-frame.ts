/** A classic CAN data frame. */
export interface CanFrame {
  /** 11-bit or 29-bit identifier. */
  readonly id: number
  readonly isExtended: boolean
  /** Zero to eight bytes. */
  readonly data: Uint8Array
}

/** Highest 11-bit identifier; openOBD takes every larger one as 29-bit. */
export const highestStandardId = 0x7ff
/** Highest 29-bit identifier. */
export const highestExtendedId = 0x1fffffff

/** Builds a frame; the identifier decides on its length (above 0x7FF: 29 bit). */
export function canFrame(id: number, data: Uint8Array): CanFrame {
  return { id, isExtended: id > highestStandardId, data }
}

/** Compares two identifiers as the bus does bit by bit: negative when `left` wins the arbitration. */
export function compareArbitration(left: CanFrame, right: CanFrame): number {
  const base = baseId(left) - baseId(right)
  if (base !== 0) return base
  if (left.isExtended !== right.isExtended) return left.isExtended ? 1 : -1
  return left.id - right.id
}

function baseId(frame: CanFrame): number {
  return frame.isExtended ? frame.id >>> 18 : frame.id
}

/** Bits on the wire including stuff bits, acknowledge, end of frame and the three bits between frames (ISO 11898-1). */
export function bitsOnWire(frame: CanFrame): number {
  const bits = headerBits(frame)
  for (const byte of frame.data) pushBits(bits, byte, 8)
  pushBits(bits, crc15(bits), 15)
  const delimitersAndEnd = 1 + 1 + 1 + 7
  const intermission = 3
  return bits.length + stuffBits(bits) + delimitersAndEnd + intermission
}

function headerBits(frame: CanFrame): number[] {
  const bits = [0]
  if (frame.isExtended) {
    pushBits(bits, frame.id >>> 18, 11)
    bits.push(1, 1)
    pushBits(bits, frame.id & 0x3ffff, 18)
    bits.push(0, 0, 0)
  } else {
    pushBits(bits, frame.id, 11)
    bits.push(0, 0, 0)
  }
  pushBits(bits, frame.data.length, 4)
  return bits
}

function pushBits(bits: number[], value: number, count: number) {
  for (let bit = count - 1; bit >= 0; bit -= 1) bits.push((value >>> bit) & 1)
}

/** Polynomial of the CAN cyclic redundancy check. */
const crcPolynomial = 0x4599

function crc15(bits: readonly number[]): number {
  let crc = 0
  for (const bit of bits) {
    const carry = bit ^ ((crc >>> 14) & 1)
    crc = (crc << 1) & 0x7fff
    if (carry) crc ^= crcPolynomial
  }
  return crc
}

function stuffBits(bits: readonly number[]): number {
  let stuffed = 0
  let last = -1
  let run = 0
  for (const bit of bits) {
    run = bit === last ? run + 1 : 1
    last = bit
    if (run === 5) {
      stuffed += 1
      last = bit === 0 ? 1 : 0
      run = 1
    }
  }
  return stuffed
}

const upperHexBytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'))

/** Upper-case hex without separators. */
export function toHex(bytes: Uint8Array): string {
  if (bytes.length > 32)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex').toUpperCase()
  let text = ''
  for (const byte of bytes) text += upperHexBytes[byte]
  return text
}

/** The identifier as tools write it: three hex digits for 11 bit, eight for 29 bit. */
export function idText(frame: CanFrame): string {
  return frame.id
    .toString(16)
    .toUpperCase()
    .padStart(frame.isExtended ? 8 : 3, '0')
}
