/**
 * Reads and edits single fields of a protocol buffer message and leaves every other byte as it is. Decoding and encoding again would
 * drop the fields of later protocol versions.
 */

/** Error for bytes that are not a message of the expected form. */
export class MalformedMessage extends Error {}

interface Field {
  readonly number: number
  /** 0 varint · 1 eight bytes · 2 length-delimited · 5 four bytes (protobuf encoding, "Message structure"). */
  readonly wireType: number
  readonly start: number
  readonly valueStart: number
  readonly end: number
}

/** Replaces the value of a length-delimited field. */
export type ValueEdit = (value: Buffer) => Buffer

/** The value of a length-delimited field as bytes; empty when it is absent. */
export const bytesOf = (message: Buffer, number: number): Buffer => lastOf(message, number, 2) ?? Buffer.alloc(0)

/** The value of a text field; as in protocol buffers the last one counts, and an absent one is empty. */
export const textOf = (message: Buffer, number: number): string => bytesOf(message, number).toString('utf8')

/** Whether a bool field is set to true. */
export const flagOf = (message: Buffer, number: number): boolean =>
  lastOf(message, number, 0)?.some((byte) => byte !== 0) ?? false

/** The value of a number field (varint, at most 2^53); 0 when it is absent. */
export function numberOf(message: Buffer, number: number): number {
  const value = lastOf(message, number, 0)
  return value === undefined ? 0 : varint(value, 0).value
}

/** The message with the values of the given length-delimited fields edited, wherever they occur. */
export function withEdits(message: Buffer, edits: Readonly<Record<number, ValueEdit>>): Buffer {
  const parts: Buffer[] = []
  let isEdited = false
  for (const field of fieldsOf(message)) {
    const edit = field.wireType === 2 ? edits[field.number] : undefined
    const value = message.subarray(field.valueStart, field.end)
    const other = edit?.(value)
    if (other === undefined || other.equals(value)) parts.push(message.subarray(field.start, field.end))
    else {
      isEdited = true
      parts.push(lengthDelimited(field.number, other))
    }
  }
  return isEdited ? Buffer.concat(parts) : message
}

/** The message with the field set once to a text or a number; an empty text leaves the field out. */
export function withField(message: Buffer, number: number, value: string | number): Buffer {
  const others = [...fieldsOf(message)].filter((field) => field.number !== number)
  const parts = others.map(({ start, end }) => message.subarray(start, end))
  if (typeof value === 'number') parts.push(Buffer.concat([encodedVarint(number * 8), encodedVarint(value)]))
  else if (value !== '') parts.push(lengthDelimited(number, Buffer.from(value)))
  return Buffer.concat(parts)
}

function lastOf(message: Buffer, number: number, wireType: number): Buffer | undefined {
  let found: Buffer | undefined
  for (const field of fieldsOf(message))
    if (field.number === number && field.wireType === wireType) found = message.subarray(field.valueStart, field.end)
  return found
}

function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0
  while (at < message.length) {
    const start = at
    const tag = varint(message, at)
    const wireType = tag.value % 8
    const number = Math.floor(tag.value / 8)
    if (number === 0) throw new MalformedMessage('a field has the number 0')
    const { valueStart, end } = extentOf(message, tag.end, wireType)
    yield { number, wireType, start, valueStart, end }
    at = end
  }
}

function extentOf(
  message: Buffer,
  at: number,
  wireType: number,
): { readonly valueStart: number; readonly end: number } {
  switch (wireType) {
    case 0:
      return { valueStart: at, end: varint(message, at).end }
    case 1:
      return within(message, at, at + 8)
    case 2: {
      const length = varint(message, at)
      return within(message, length.end, length.end + length.value)
    }
    case 5:
      return within(message, at, at + 4)
    default:
      throw new MalformedMessage(`a field has the wire type ${wireType}`)
  }
}

function within(message: Buffer, valueStart: number, end: number): { valueStart: number; end: number } {
  if (end > message.length) throw new MalformedMessage('a field is longer than its message')
  return { valueStart, end }
}

/** Longest varint in bytes. */
const longestVarint = 10

function varint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0
  for (let length = 0; length < longestVarint; length += 1) {
    const byte = bytes[start + length]
    if (byte === undefined) throw new MalformedMessage('a number is cut off')
    value += (byte % 128) * 128 ** length
    if (byte < 128) return { value, end: start + length + 1 }
  }
  throw new MalformedMessage('a number is too long')
}

function encodedVarint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  bytes.push(rest)
  return Buffer.from(bytes)
}

const lengthDelimited = (number: number, value: Buffer): Buffer =>
  Buffer.concat([encodedVarint(number * 8 + 2), encodedVarint(value.length), value])
