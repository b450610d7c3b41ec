import type { EcuDescription } from '../file/schema.ts'
import { bytesFromHex } from '../file/values.ts'

/** Page size; only written pages use memory. */
const pageBytes = 4096
/** Value of bytes neither described nor written, as in erased flash memory. */
const erased = 0xff

interface Span {
  readonly from: number
  readonly bytes: number
}

/** A span of memory that can be read, with the conditions of reading it. */
export interface ReadableSpan extends Span {
  /** Sessions in which it exists; absent: every session. */
  readonly sessions?: readonly number[] | undefined
  /** Security level that has to be unlocked. */
  readonly security?: number | undefined
}

/** The memory of an ECU by address: the areas and the download region of the file, and what was transferred into it. */
export class MemoryStore {
  readonly #areas: readonly (ReadableSpan & { readonly initial: Uint8Array })[]
  readonly #region: (Span & { readonly isVolatile: boolean }) | undefined
  readonly #pages = new Map<number, Uint8Array>()

  constructor({ memory, download }: Pick<EcuDescription, 'memory' | 'download'>) {
    this.#areas = (memory ?? []).map(({ address, hex, sessions, security }) => {
      const initial = bytesFromHex(hex)
      return { from: address, bytes: initial.length, initial, sessions, security }
    })
    this.#region = download && { from: download.from, bytes: download.bytes, isVolatile: download.volatile }
  }

  /** The spans of a range in this session, in order of address; undefined when a byte of it does not exist. */
  covering(address: number, bytes: number, session: number): readonly ReadableSpan[] | undefined {
    const found: ReadableSpan[] = []
    for (let at = address; at < address + bytes; ) {
      const span = this.#spanAt(at, session)
      if (!span) return undefined
      found.push(span)
      at = this.#endWithin(span, at)
    }
    return found
  }

  /** The present bytes of a range. */
  read(address: number, bytes: number): Uint8Array {
    const result = this.#initial(address, bytes)
    for (const number of pagesOf(address, bytes)) {
      const page = this.#pages.get(number)
      if (page) overlay(result, address, page, number * pageBytes)
    }
    return result
  }

  /** Applies a whole transfer. */
  write(address: number, bytes: Uint8Array): void {
    for (const number of pagesOf(address, bytes.length)) {
      const from = number * pageBytes
      const page = this.#pages.get(number) ?? this.#initial(from, pageBytes)
      this.#pages.set(number, page)
      overlay(page, from, bytes, address)
    }
  }

  /** Effect of a reset or loss of power. */
  reset(): void {
    if (this.#region?.isVolatile) this.#pages.clear()
  }

  /** The limits of an area also apply within the download region. */
  #spanAt(address: number, session: number): ReadableSpan | undefined {
    const areas = this.#areas.filter((area) => contains(area, address))
    if (areas.length > 0) return areas.find(({ sessions }) => !sessions || sessions.includes(session))
    return this.#region && contains(this.#region, address) ? this.#region : undefined
  }

  /** Where a span ends, or an area begins that comes before it. */
  #endWithin(span: ReadableSpan, at: number): number {
    const next = this.#areas.map(({ from }) => from).filter((from) => from > at)
    return Math.min(endOf(span), ...next)
  }

  #initial(address: number, bytes: number): Uint8Array {
    const result = new Uint8Array(bytes).fill(erased)
    for (const { from, initial } of this.#areas.toReversed()) overlay(result, address, initial, from)
    return result
  }
}

/** The numbers of the pages that a range touches. */
function* pagesOf(address: number, bytes: number): Generator<number> {
  const last = Math.floor((address + bytes - 1) / pageBytes)
  for (let number = Math.floor(address / pageBytes); number <= last; number += 1) yield number
}

function contains(span: Span, address: number): boolean {
  return span.from <= address && address < endOf(span)
}

function endOf({ from, bytes }: Span): number {
  return from + bytes
}

/** Copies what two ranges have in common from the source to the target. */
function overlay(target: Uint8Array, targetFrom: number, source: Uint8Array, sourceFrom: number): void {
  const from = Math.max(targetFrom, sourceFrom)
  const end = Math.min(targetFrom + target.length, sourceFrom + source.length)
  if (from < end) target.set(source.subarray(from - sourceFrom, end - sourceFrom), from - targetFrom)
}
