import { type DoipHeader, decodeHeader, decodePayload, headerBytes, isLengthPossible, typeOf } from './codec.ts'
import { type DoipMessage, headerNack } from './messages.ts'

/** Result of reading a stream: a message, or an error and whether the connection must be closed (ISO 13400-2). */
export type Reading =
  | { readonly kind: 'message'; readonly message: DoipMessage; readonly version: number }
  | { readonly kind: 'refused'; readonly nack: number; readonly isFatal: boolean }

/** Limits of a reader. */
export interface ReaderLimits {
  /** Protocol versions that are spoken. */
  readonly versions: readonly number[]
  /** Longest payload in bytes. */
  readonly longestPayload: number
}

/** Payloads up to this many times the limit are skipped; a peer with longer ones is disconnected. */
const toleratedExcess = 16

/** Splits the bytes of a TCP connection into messages; buffers at most one payload of permitted length. */
export class DoipMessageReader {
  readonly #limits: ReaderLimits
  #waiting = Buffer.alloc(0)
  #skip = 0
  #isOver = false

  constructor(limits: ReaderLimits) {
    this.#limits = limits
  }

  /** True between the first and the last byte of a message. */
  get isInsideMessage(): boolean {
    return this.#waiting.length > 0 || this.#skip > 0
  }

  /** Reads bytes in any pieces; after a fatal error nothing more is read. */
  *read(bytes: Uint8Array): Generator<Reading> {
    if (this.#isOver) return
    this.#waiting = this.#waiting.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#waiting, bytes])
    while (!this.#isOver) {
      this.#dropSkipped()
      if (this.#waiting.length < headerBytes) return
      const header = decodeHeader(this.#waiting)
      const refusal = this.#refusal(header)
      if (refusal) {
        this.#passOver(header, refusal.isFatal)
        yield refusal
      } else {
        const end = headerBytes + header.length
        if (this.#waiting.length < end) return
        const type = typeOf(header.payloadType)
        const payload = this.#waiting.subarray(headerBytes, end)
        this.#waiting = this.#waiting.subarray(end)
        if (type) yield { kind: 'message', message: decodePayload(type, payload), version: header.version }
      }
    }
  }

  #refusal(header: DoipHeader): (Reading & { kind: 'refused' }) | undefined {
    const { versions, longestPayload } = this.#limits
    const refused = (nack: number, isFatal: boolean) => ({ kind: 'refused' as const, nack, isFatal })
    if (!header.isSound || !versions.includes(header.version)) return refused(headerNack.wrongPattern, true)
    const isHopeless = header.length > longestPayload * toleratedExcess
    const type = typeOf(header.payloadType)
    if (!type) return refused(headerNack.unknownType, isHopeless)
    if (header.length > longestPayload) return refused(headerNack.tooLarge, isHopeless)
    return isLengthPossible(type, header.length) ? undefined : refused(headerNack.wrongLength, true)
  }

  #passOver(header: DoipHeader, isFatal: boolean) {
    this.#isOver = isFatal
    this.#skip = isFatal ? 0 : headerBytes + header.length
    if (isFatal) this.#waiting = Buffer.alloc(0)
  }

  #dropSkipped() {
    const dropped = Math.min(this.#skip, this.#waiting.length)
    this.#skip -= dropped
    this.#waiting = this.#waiting.subarray(dropped)
  }
}
