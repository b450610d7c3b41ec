import type { EcuDescription } from '../file/schema.ts'

/** Diagnostic session of ISO 14229-1 that every ECU starts in. */
export const defaultSession = 0x01

/** What a service handler may look at and change. */
export interface EcuState {
  readonly description: EcuDescription
  /** Identifier of the active diagnostic session. */
  session: number
  readonly isIgnitionOn: boolean
  /** The value of a data identifier, or `undefined` when the ECU has none under this number. */
  readData(identifier: number): DataValue | undefined
}

/** A data identifier's bytes and what reading it takes. */
export interface DataValue {
  readonly bytes: Uint8Array
  /** Sessions in which it can be read; absent: every session. */
  readonly sessions: readonly number[] | undefined
  readonly needsIgnition: boolean
}

/** How a service ends. A positive answer with `isSuppressed` is sent only after a 0x78. */
export type UdsReply =
  | { readonly kind: 'positive'; readonly payload: Uint8Array; readonly isSuppressed: boolean }
  | { readonly kind: 'negative'; readonly code: number }

/** One diagnostic service; the request begins with its identifier. */
export type UdsService = (request: Uint8Array, ecu: EcuState) => UdsReply

/** Refuses with a negative response code. */
export function refuse(code: number): UdsReply {
  return { kind: 'negative', code }
}

/** Answers with these bytes. */
export function answer(payload: Uint8Array, isSuppressed = false): UdsReply {
  return { kind: 'positive', payload, isSuppressed }
}

/** Splits a sub-function byte into its value and the bit that suppresses positive answers. */
export function subFunction(byte: number): { value: number; isSuppressed: boolean } {
  return { value: byte & 0x7f, isSuppressed: (byte & 0x80) !== 0 }
}
