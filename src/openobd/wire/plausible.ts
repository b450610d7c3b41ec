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
/** Pins of the OBD socket are 1 to 16 (ISO 15031-3); 0 is the value of a field that was not set. */
export const obdPin: NumberRange = { minimum: 0, maximum: 16 }
/** Unix milliseconds up to the end of the year 9999. */
export const unixMs: NumberRange = { minimum: 0, maximum: 253_402_300_799_999 }
/** Supply voltage of a vehicle in volts; trucks have 24 V, and pin 16 never more than 60 V. */
export const supplyVolts: NumberRange = { minimum: 0, maximum: 60, hasFraction: true }
/** Round trip in milliseconds; no answer takes longer than ten minutes. */
export const latencyMs: NumberRange = { minimum: 0, maximum: 600_000 }
/** Display time of a text in seconds, at most a day. */
export const displaySeconds: NumberRange = { minimum: 0, maximum: 86_400 }

const unusable = channel('openobd:unusable-field')

/**
 * Called with the name of a field, such as `Connector.voltage`, each time a peer sends an impossible value for it.
 * The value is not passed.
 */
export function watchUnusableFields(listener: (field: string) => void): Cancel {
  const hear = (message: unknown): void => listener(String(message))
  unusable.subscribe(hear)
  return () => void unusable.unsubscribe(hear)
}

const fits = (value: number, { minimum, maximum, hasFraction }: NumberRange): boolean =>
  value >= minimum && value <= maximum && (hasFraction === true || Number.isInteger(value))

/** Reports an unusable field, also one that is not a number. */
export const reportUnusable = (field: string): void => unusable.publish(field)

/** The number if it is in the range; otherwise undefined (not known), and the field is reported. */
export function knownNumber(field: string, value: number | undefined, range: NumberRange): number | undefined {
  if (value === undefined || fits(value, range)) return value
  reportUnusable(field)
  return undefined
}

/** The number if it is in the range; otherwise the message is unusable: the field is reported and a named error thrown. */
export function neededNumber(field: `${string}.${string}`, value: number, range: NumberRange): number {
  if (fits(value, range)) return value
  reportUnusable(field)
  const [messageName = '', fieldName = ''] = field.split('.')
  throw new MalformedMessage(messageName, fieldName, 'is out of range')
}

/** Reads each item of a list; an unusable item is left out and reported, and the others are kept. */
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
