import type { Clock, Timer } from '../../../server/clock/clock.ts'
import { Deadline } from '../isotp/deadline.ts'
import { acknowledgement, type ChannelParameters, dataKind } from './frames.ts'

/** Number of times a block is sent before the channel is closed. */
const mostTransmissions = 5
/** Pause after "not ready" before the block is sent again, in milliseconds. */
const notReadyPauseMs = 100
const frameBytes = 7
/** A length of two bytes precedes every message. */
export const longestMessage = 0xffff

/** Identifiers and parameters of an open channel, and the callbacks of its owner. */
export interface LinkOptions {
  readonly clock: Clock
  /** Parameters requested by the other side. */
  readonly peer: ChannelParameters
  /** Busy time of this side after each received block, during which it sends "not ready" (default 0: never). */
  readonly notReadyMs?: number
  transmit(data: Uint8Array, sent: () => void): void
  messageReceived(payload: Uint8Array): void
  /** Called when blocks are not acknowledged: the channel is unusable. */
  failed(): void
}

interface Outgoing {
  readonly frames: readonly Uint8Array[]
  readonly done: (isThrough: boolean) => void
}

/**
 * Data in an open TP2.0 channel, both ways: frames with sequence numbers, blocks that are acknowledged and repeated. A frame out
 * of sequence is ignored, so that a message arrives complete or not at all.
 */
export class Tp20Link {
  readonly #options: LinkOptions
  readonly #waiting: Outgoing[] = []
  readonly #acknowledgementDue: Deadline
  #pause: Timer | undefined
  #current: Outgoing | undefined
  #sendSequence = 0
  #blockStart = 0
  #next = 0
  #transmissions = 0
  #awaitsAcknowledgement = false
  #receiveSequence = 0
  #hasReceived = false
  #incoming: number[] = []
  #busy: Timer | undefined
  #isClosed = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.#acknowledgementDue = new Deadline(options.clock, () => this.#repeatBlock())
  }

  /** Whether no message is in progress in either direction. */
  get isQuiet(): boolean {
    return this.#current === undefined && this.#incoming.length === 0
  }

  /** Sends a message of 1 to 65,535 bytes after the queued ones; `done` receives whether it was acknowledged. */
  send(payload: Uint8Array, done: (isThrough: boolean) => void = () => undefined): void {
    if (this.#isClosed || payload.length > longestMessage) {
      done(false)
      return
    }
    this.#waiting.push({ frames: cut(payload), done })
    if (!this.#current) this.#startNext()
  }

  /** Handles data and acknowledgements; returns false for other frames. */
  frameReceived(data: Uint8Array): boolean {
    const first = data[0]
    if (first === undefined || this.#isClosed) return false
    const kind = first >> 4
    if (kind <= dataKind.last) this.#dataReceived(kind, first & 0x0f, data.subarray(1))
    else if (kind === acknowledgement.ready || kind === acknowledgement.notReady) {
      this.#acknowledged(first & 0x0f, kind === acknowledgement.ready)
    } else return false
    return true
  }

  /** The other side cancels its incomplete message. */
  breakReceived(): void {
    this.#incoming = []
  }

  /** Ends the link; messages without acknowledgement count as failed. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#acknowledgementDue.cancel()
    this.#pause?.cancel()
    this.#busy?.cancel()
    const lost = this.#current ? [this.#current, ...this.#waiting] : this.#waiting
    for (const { done } of lost) done(false)
  }

  #startNext() {
    this.#current = this.#waiting.shift()
    this.#blockStart = 0
    this.#startBlock()
  }

  #startBlock() {
    this.#transmissions = 1
    this.#next = this.#blockStart
    this.#sendFrame()
  }

  #repeatBlock() {
    if (this.#transmissions >= mostTransmissions) {
      this.close()
      this.#options.failed()
      return
    }
    this.#transmissions += 1
    this.#next = this.#blockStart
    this.#sendFrame()
  }

  #sendFrame() {
    const current = this.#current
    const body = current?.frames[this.#next]
    if (!current || !body) return
    const isLast = this.#next === current.frames.length - 1
    const endsBlock = isLast || this.#next - this.#blockStart === this.#options.peer.blockSize - 1
    const kind = endsBlock ? (isLast ? dataKind.askLast : dataKind.askMore) : dataKind.more
    const sequence = (this.#sendSequence + this.#next - this.#blockStart) & 0x0f
    this.#next += 1
    this.#awaitsAcknowledgement = endsBlock
    if (endsBlock) this.#acknowledgementDue.moveTo(this.#options.peer.t1Ms)
    this.#options.transmit(Uint8Array.of((kind << 4) | sequence, ...body), () => {
      if (!endsBlock) this.#pauseThen(this.#options.peer.t3Ms, () => this.#sendFrame())
    })
  }

  #pauseThen(milliseconds: number, run: () => void) {
    if (this.#isClosed) return
    this.#pause?.cancel()
    this.#pause = undefined
    if (milliseconds <= 0) this.#options.clock.soon(run)
    else this.#pause = this.#options.clock.after(milliseconds, run)
  }

  #acknowledged(sequence: number, isReady: boolean) {
    const expected = (this.#sendSequence + this.#next - this.#blockStart) & 0x0f
    if (!this.#current || !this.#awaitsAcknowledgement || sequence !== expected) return
    this.#acknowledgementDue.lift()
    if (!isReady) {
      this.#pauseThen(notReadyPauseMs, () => this.#repeatBlock())
      return
    }
    this.#awaitsAcknowledgement = false
    this.#pause?.cancel()
    this.#sendSequence = expected
    this.#blockStart = this.#next
    if (this.#next < this.#current.frames.length) this.#pauseThen(this.#options.peer.t3Ms, () => this.#startBlock())
    else this.#through()
  }

  #through() {
    const current = this.#current
    this.#current = undefined
    current?.done(true)
    if (!this.#current && this.#waiting.length > 0) this.#startNext()
  }

  /** A repeated block whose acknowledgement was lost is acknowledged again and ignored; all data is ignored while busy. */
  #dataReceived(kind: number, sequence: number, body: Uint8Array) {
    const asks = kind === dataKind.askMore || kind === dataKind.askLast
    if (this.#busy || sequence !== this.#receiveSequence) {
      const isNewest = this.#hasReceived && sequence === ((this.#receiveSequence - 1) & 0x0f)
      if (asks && (this.#busy || isNewest)) this.#acknowledge()
      return
    }
    this.#hasReceived = true
    this.#receiveSequence = (sequence + 1) & 0x0f
    this.#incoming.push(...body)
    const payload = kind === dataKind.askLast || kind === dataKind.last ? this.#takeMessage() : undefined
    const deliver = () => payload && this.#options.messageReceived(payload)
    if (asks) this.#acknowledgeBlock(deliver)
    else deliver()
  }

  /** A busy side sends "not ready" at once and "ready" afterwards; the received block counts from then on. */
  #acknowledgeBlock(then: () => void) {
    const { notReadyMs = 0, clock } = this.#options
    const ready = () => {
      this.#busy = undefined
      this.#acknowledge()
      then()
    }
    if (notReadyMs <= 0) {
      ready()
      return
    }
    this.#busy = clock.after(notReadyMs, ready)
    this.#acknowledge()
  }

  #acknowledge() {
    const kind = this.#busy ? acknowledgement.notReady : acknowledgement.ready
    this.#options.transmit(Uint8Array.of((kind << 4) | this.#receiveSequence), () => undefined)
  }

  /** The received message without its length; undefined when the length is wrong. */
  #takeMessage(): Uint8Array | undefined {
    const [high = 0, low = 0, ...payload] = this.#incoming
    this.#incoming = []
    return payload.length > 0 && payload.length === high * 256 + low ? Uint8Array.from(payload) : undefined
  }
}

/** A message with its length in front, in pieces of seven bytes. */
function cut(payload: Uint8Array): Uint8Array[] {
  const whole = Uint8Array.of(payload.length >> 8, payload.length & 0xff, ...payload)
  const frames: Uint8Array[] = []
  for (let offset = 0; offset < whole.length; offset += frameBytes) {
    frames.push(whole.subarray(offset, offset + frameBytes))
  }
  return frames
}
