import { z } from 'zod'
import { hexadecimal, hexBytesText, hexDigitsText } from '../../files/scalars.ts'

/** Hex bytes of a vehicle file. */
export const hexBytes = z
  .string()
  .regex(/^[0-9A-Fa-f]{2}( ?[0-9A-Fa-f]{2})*$/, { error: 'write hex bytes such as "22 F1 90": two digits per byte' })
  .describe('Hex bytes, two digits each, spaces allowed between them.')
  .meta(hexBytesText)

/** One byte. */
export const byte = z.number().int().min(0).max(0xff, { error: 'one byte goes from 0x00 to 0xFF' })

/** One byte that is written in hexadecimal, such as an address or a code. */
export const hexByte = byte.meta(hexadecimal)

/** A time in milliseconds. */
export const milliseconds = z
  .number({ error: 'write a time in milliseconds' })
  .min(0, { error: 'a time cannot be negative' })
  .max(600_000, { error: 'no ECU takes longer than ten minutes (600000)' })

const sessionNumber = hexByte.refine((number) => (number & 0x7f) !== 0x00 && (number & 0x7f) !== 0x7f, {
  error: 'a diagnostic session goes from 0x01 to 0x7E, or from 0x81 to 0xFE when the whole byte is its number',
})

/** Diagnostic sessions: 0x01 to 0x7E of ISO 14229-1, 0x81 to 0xFE of manufacturers that take the whole byte. */
export const sessionIds = z.array(sessionNumber).min(1)

/** A level of security access: the sub-function of 0x27 that asks for its seed. */
export const levelNumber = z.number().int().min(1).max(0x7d).meta(hexadecimal)

/** Upper-case hex digits that name an identifier of two bytes. */
export const identifierName = z
  .string()
  .regex(/^[0-9A-F]{4}$/, { error: 'a data identifier is four upper-case hex digits such as F190' })
  .meta(hexDigitsText(4))

/** Two upper-case hex digits that name an option or a local identifier of KWP2000. */
export const localName = z
  .string()
  .regex(/^[0-9A-F]{2}$/, { error: 'an option or a local identifier is two upper-case hex digits such as 9B' })
  .meta(hexDigitsText(2))

/** Two upper-case hex digits that name a PID of the emission services. */
export const pidName = z
  .string()
  .regex(/^[0-9A-F]{2}$/, { error: 'a PID is two upper-case hex digits' })
  .meta(hexDigitsText(2))

/** Printable ASCII text. */
export const asciiText = z.string().regex(/^[\x20-\x7E]+$/, { error: 'write printable ASCII text' })
