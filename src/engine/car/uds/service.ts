import type { Clock } from '../../../server/clock/clock.ts'
import type { Preconditions } from '../file/access-schema.ts'
import type { EcuDescription } from '../file/schema.ts'
import type { DataStore } from './data-store.ts'
import type { FaultMemory } from './fault-memory.ts'
import type { MemoryStore } from './memory-store.ts'
import { nrc } from './nrc.ts'

/** Diagnostic session of ISO 14229-1 that every ECU starts in. */
export const defaultSession = 0x01

/** A download or an upload in progress (services 0x34 to 0x37). */
export interface Transfer {
  readonly kind: 'download' | 'upload'
  readonly address: number
  /** Bytes that were announced. */
  readonly size: number
  /** Bytes that have been transferred so far. */
  done: number
  /** The received bytes of a download; applied by 0x37. */
  readonly blocks: Uint8Array[]
  sequence: number
  /** Size of the newest block; undefined before the first. */
  lastBytes?: number
}

/** State of security access, by level. */
export interface SecurityProgress {
  seed: number | undefined
  wrongKeys: number
  lockedUntil: number
}

/** State that a service handler may read and change. */
export interface EcuState {
  readonly description: EcuDescription
  readonly clock: Clock
  readonly vin: string
  readonly isIgnitionOn: boolean
  readonly data: DataStore
  readonly faults: FaultMemory
  /** Seeded source of security seeds, from 0 to 1. */
  readonly random: () => number
  /** Identifier of the active diagnostic session. */
  readonly session: number
  /** The unlocked security level; 0 when everything is locked. */
  unlockedLevel: number
  readonly security: Map<number, SecurityProgress>
  /** End time of each started routine, by identifier. */
  readonly routines: Map<number, { throughAt: number; isStopped: boolean; hasTakenEffect: boolean }>
  readonly memory: MemoryStore
  transfer: Transfer | undefined
  /** Control type of service 0x28; 0: everything enabled. */
  communication: number
  /** Switches the diagnostic session and ends all state of the old one. */
  enterSession(session: number): void
  /** Resets the ECU after its answer is sent. */
  resetSoon(): void
}

/**
 * Result of a service. A positive answer with `isSuppressed` is sent only after a 0x78; `messages` are several answers to one
 * request, as on a K-line; `silent` sends nothing.
 */
export type UdsReply =
  | { readonly kind: 'positive'; readonly payload: Uint8Array; readonly isSuppressed: boolean }
  | { readonly kind: 'messages'; readonly payloads: readonly Uint8Array[] }
  | { readonly kind: 'negative'; readonly code: number }
  | { readonly kind: 'silent' }

/** One diagnostic service; the request begins with its identifier. */
export interface UdsService {
  /** Whether this ECU offers the service at all. */
  isOffered(description: EcuDescription): boolean
  /** Whether it is offered in the default session (ISO 14229-1, table of services and sessions). */
  readonly isInDefaultSession: boolean
  serve(request: Uint8Array, ecu: EcuState): UdsReply
}

/** Refuses with a negative response code. */
export function refuse(code: number): UdsReply {
  return { kind: 'negative', code }
}

/** Answers with these bytes. */
export function answer(payload: Uint8Array, isSuppressed = false): UdsReply {
  return { kind: 'positive', payload, isSuppressed }
}

/** Splits a sub-function byte into its value and the bit that suppresses positive answers. */
export function subFunction(byte: number | undefined): { value: number; isSuppressed: boolean } {
  return { value: (byte ?? 0) & 0x7f, isSuppressed: ((byte ?? 0) & 0x80) !== 0 }
}

/** The code with which unfulfilled preconditions are refused; undefined when all are fulfilled. */
export function obstacle(conditions: Preconditions, ecu: EcuState): number | undefined {
  if (!conditions.sessions.includes(ecu.session)) return nrc.requestOutOfRange
  if (conditions.security !== undefined && ecu.unlockedLevel !== conditions.security) return nrc.securityAccessDenied
  if (conditions.needsIgnition && !ecu.isIgnitionOn) return nrc.conditionsNotCorrect
  return undefined
}

/** Joins byte arrays. */
export function concatenate(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

/** A big-endian number of a request; missing bytes count as zero. */
export function numberAt(request: Uint8Array, offset: number, length: number): number {
  let value = 0
  for (let index = 0; index < length; index += 1) value = value * 256 + (request[offset + index] ?? 0)
  return value
}
