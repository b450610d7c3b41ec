import { createHash } from 'node:crypto'

/** A UUID that follows from a text, so that every run of the engine has the same ones. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** A number that follows from a text. */
export const numberOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0) % 1_000_000

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A ULID: 48 bits of time in ms and a count, in Crockford's base 32. */
export function ulidOf(timeMs: number, count: number): string {
  const digits = (value: number, length: number): string => {
    let rest = Math.floor(value)
    let text = ''
    for (let index = 0; index < length; index += 1) {
      text = (alphabet[rest % 32] ?? '0') + text
      rest = Math.floor(rest / 32)
    }
    return text
  }
  return digits(timeMs, 10) + digits(count, 16)
}
