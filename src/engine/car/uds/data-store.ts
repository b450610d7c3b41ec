import type { ControlAccess, Effect, WriteAccess } from '../file/access-schema.ts'
import type { EcuDescription } from '../file/schema.ts'
import type { DataDescription } from '../file/uds-schema.ts'
import { bytesFromHex, bytesFromNumber, bytesFromText, repeatedBytes } from '../file/values.ts'

/** A data identifier: its present bytes and the conditions of reading, writing and controlling it. */
export interface DataEntry {
  bytes: Uint8Array
  readonly initial: Uint8Array
  readonly isVolatile: boolean
  /** Sessions in which it can be read; absent: every session. */
  readonly sessions: readonly number[] | undefined
  /** Security level that has to be unlocked for reading. */
  readonly security: number | undefined
  readonly needsIgnition: boolean
  readonly write: WriteAccess | undefined
  readonly control: ControlAccess | undefined
  /** The value before control by service 0x2F or 0x30. */
  controlledFrom: Uint8Array | undefined
}

/** Kind of the values of a name: data identifiers, local identifiers of KWP2000, or PIDs of service 01. */
export type ValueKind = 'data' | 'local' | 'pid'

/** The values of an ECU by kind and name. Writing outlives a reset, control and volatile values do not. */
export class DataStore {
  readonly #entries = new Map<string, DataEntry>()

  constructor({ data, kwp, obd }: Pick<EcuDescription, 'data' | 'kwp' | 'obd'>, vin: string) {
    for (const [name, description] of Object.entries(data))
      this.#entries.set(keyOf('data', name), entryOf(description, vin))
    for (const [name, { hex, write, control }] of Object.entries(kwp?.local ?? {}))
      this.#entries.set(keyOf('local', name), { ...plainEntry(bytesFromHex(hex)), write, control })
    for (const [name, hex] of Object.entries(obd?.values ?? {}))
      this.#entries.set(keyOf('pid', name), plainEntry(bytesFromHex(hex)))
  }

  /** A value by its number; a data identifier unless another kind is named. */
  find(identifier: number, kind: ValueKind = 'data'): DataEntry | undefined {
    const name = identifier
      .toString(16)
      .toUpperCase()
      .padStart(kind === 'data' ? 4 : 2, '0')
    return this.#entries.get(keyOf(kind, name))
  }

  /** Applies effects in their order. A changed value is no longer under control. */
  apply(effects: readonly Effect[]): void {
    for (const effect of effects) {
      const { set, add, subtract, copy } = effect
      const target = targetOf(effect)
      const entry = target && this.#entries.get(keyOf(target.kind, target.name))
      if (!entry) continue
      if (set !== undefined) entry.bytes = bytesFromHex(set)
      if (add !== undefined) entry.bytes = added(entry.bytes, add)
      if (subtract !== undefined) entry.bytes = subtracted(entry.bytes, subtract)
      if (copy !== undefined) entry.bytes = this.#entries.get(keyOf(target.kind, copy))?.bytes ?? entry.bytes
      entry.controlledFrom = undefined
    }
  }

  /** Restores all values under control. */
  endControl(): void {
    for (const entry of this.#entries.values()) {
      if (entry.controlledFrom) entry.bytes = entry.controlledFrom
      entry.controlledFrom = undefined
    }
  }

  /** Effect of a reset or loss of power. */
  reset(): void {
    this.endControl()
    for (const entry of this.#entries.values()) if (entry.isVolatile) entry.bytes = entry.initial
  }
}

const keyOf = (kind: ValueKind, name: string): string => `${kind} ${name}`

/** The value that an effect changes; undefined when it names none or several. */
export function targetOf({ data, local, pid }: Effect): { kind: ValueKind; name: string } | undefined {
  const named = Object.entries({ data, local, pid }).filter(([, name]) => name !== undefined)
  const [kind, name] = named[0] ?? []
  return named.length === 1 && name !== undefined ? { kind: kind as ValueKind, name } : undefined
}

const plainEntry = (bytes: Uint8Array): DataEntry => ({
  bytes,
  initial: bytes,
  isVolatile: false,
  sessions: undefined,
  security: undefined,
  needsIgnition: false,
  write: undefined,
  control: undefined,
  controlledFrom: undefined,
})

function entryOf(description: DataDescription | 'vin', vin: string): DataEntry {
  const isVin = description === 'vin'
  const bytes = isVin ? bytesFromText(vin) : bytesOf(description)
  return {
    bytes,
    initial: bytes,
    isVolatile: isVin ? false : description.volatile,
    sessions: isVin ? undefined : description.sessions,
    security: isVin ? undefined : description.security,
    needsIgnition: isVin ? false : description.needsIgnition,
    write: isVin ? undefined : description.write,
    control: isVin ? undefined : description.control,
    controlledFrom: undefined,
  }
}

function bytesOf(value: DataDescription): Uint8Array {
  if (value.text !== undefined) return bytesFromText(value.text)
  if (value.hex !== undefined) return bytesFromHex(value.hex)
  if (value.number !== undefined) return bytesFromNumber(value.number, value.bytes ?? 1)
  return repeatedBytes(bytesFromHex(value.pattern ?? '00'), value.bytes ?? 1)
}

/** Adds to a big-endian number; the result wraps within its length. */
function added(bytes: Uint8Array, add: number): Uint8Array {
  const range = 256n ** BigInt(bytes.length)
  return fromBigInt((((toBigInt(bytes) + BigInt(add)) % range) + range) % range, bytes.length)
}

/** Subtracts from a big-endian number; the result is never below 0. */
function subtracted(bytes: Uint8Array, subtract: number): Uint8Array {
  const result = toBigInt(bytes) - BigInt(subtract)
  return fromBigInt(result < 0n ? 0n : result, bytes.length)
}

function toBigInt(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
}

function fromBigInt(value: bigint, length: number): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex'))
}
