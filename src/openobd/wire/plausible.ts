import { channel } from 'node:diagnostics_channel'
import type { Cancel } from '../clock.ts'
import { MalformedMessage } from '../failure.ts'

/** The values that a numeric field may have, both ends included. */
export interface NumberRange {
  readonly minimum: number
  readonly maximum: number
  /** Fractions are allowed, e.g. in volts. */
  readonly hasFraction?: boolean
}

/** Any value of a uint32. */
export const uint32: NumberRange = { minimum: 0, maximum: 0xffff_ffff }
/** One byte, e.g. an extended address or the address of a K-line control unit. */
export const byte: NumberRange = { minimum: 0, maximum: 0xff }
/** Logical addresses of DoIP have two bytes (ISO 13400-2). */
export const doipAddress: NumberRange = { minimum: 0, maximum: 0xffff }
/** A CAN identifier of 11 or 29 bits (ISO 11898-1). */
export const canIdentifier: NumberRange = { minimum: 0, maximum: 0x1fff_ffff }
/** Pins of the OBD socket are 1 to 16 (ISO 15031-3); 0 is what a field has that nobody set. */
export const obdPin: NumberRange = { minimum: 0, maximum: 16 }
/** Unix milliseconds up to the end of the year 9999. */
export const unixMs: NumberRange = { minimum: 0, maximum: 253_402_300_799_999 }
/** Volts of a vehicle's supply; trucks have 24 V, and nothing at pin 16 has more than 60 V. */
export const supplyVolts: NumberRange = { minimum: 0, maximum: 60, hasFraction: true }
/** Milliseconds of a round trip; nothing waits for an answer longer than ten minutes. */
export const latencyMs: NumberRange = { minimum: 0, maximum: 600_000 }
/** Seconds that a text stays on the screen, at most a day. */
export const displaySeconds: NumberRange = { minimum: 0, maximum: 86_400 }

const unusable = channel('openobd:unusable-field')

/**
 * Calls with the name of each field, such as `Connector.voltage`, whose value a peer sent cannot be true, every time that happens.
 * The value itself is not told.
 */
export function watchUnusableFields(listener: (field: string) => void): Cancel {
  const hear = (message: unknown): void => listener(String(message))
  unusable.subscribe(hear)
  return () => void unusable.unsubscribe(hear)
}

const fits = (value: number, { minimum, maximum, hasFraction }: NumberRange): boolean =>
  value >= minimum && value <= maximum && (hasFraction === true || Number.isInteger(value))

/** Tells that a field cannot be used; for what is no number too. */
export const reportUnusable = (field: string): void => unusable.publish(field)

/** The number if it is in the range; else undefined, which means "not known", and the field is reported. */
export function knownNumber(field: string, value: number | undefined, range: NumberRange): number | undefined {
  if (value === undefined || fits(value, range)) return value
  reportUnusable(field)
  return undefined
}

/** The number if it is in the range; else the message cannot be used: the field is reported and a named error thrown. */
export function neededNumber(field: `${string}.${string}`, value: number, range: NumberRange): number {
  if (fits(value, range)) return value
  reportUnusable(field)
  const [messageName = '', fieldName = ''] = field.split('.')
  throw new MalformedMessage(messageName, fieldName, 'is out of range')
}

/** Reads each item of a list; one that is no usable message is left out and reported, so that it does not take the others along. */
export function readableItems<Wire, Read>(wires: readonly Wire[], read: (wire: Wire) => Read): Read[] {
  return wires.flatMap((wire) => {
    try {
      return [read(wire)]
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      reportUnusable(`${error.messageName}.${error.fieldName}`)
      return []
    }
  })
}
