import type { Clock, Timer } from '../../../server/clock/clock.ts'
import { Deadline } from './deadline.ts'
import type { IsotpFailure, IsotpOptions } from './options.ts'
import { encodeFlowControl, type IsotpPdu } from './pdu.ts'
import type { TransmitPdu } from './sender.ts'

/** Outcome of a reception. */
export interface ReceiverEvents {
  messageReceived(payload: Uint8Array): void
  receptionFailed(failure: IsotpFailure): void
}

interface Reception {
  readonly payload: Uint8Array
  filled: number
  sequence: number
  leftInBlock: number
  waitsSent: number
}

type FirstFrame = Extract<IsotpPdu, { kind: 'first' }>
type ConsecutiveFrame = Extract<IsotpPdu, { kind: 'consecutive' }>

/** The receiving half of ISO 15765-2: assembles segments; it fails rather than deliver a wrong payload. */
export class IsotpReceiver {
  readonly #options: IsotpOptions
  readonly #clock: Clock
  readonly #transmit: TransmitPdu
  readonly #events: ReceiverEvents
  #reception: Reception | undefined
  readonly #deadline: Deadline
  #waiting: Timer | undefined

  constructor(options: IsotpOptions, clock: Clock, transmit: TransmitPdu, events: ReceiverEvents) {
    this.#options = options
    this.#clock = clock
    this.#transmit = transmit
    this.#events = events
    this.#deadline = new Deadline(clock, () => this.#fail('consecutive-frame-missing'))
  }

  /** Drops an incomplete message. */
  close(): void {
    this.#drop()
    this.#deadline.cancel()
  }

  /** A single frame ends any reception in progress and is delivered. */
  singleReceived(data: Uint8Array): void {
    if (this.#reception) this.#fail('interrupted-by-new-message')
    this.#events.messageReceived(data.slice())
  }

  /** A first frame ends any reception in progress and begins a new one. */
  firstReceived(frame: FirstFrame): void {
    if (this.#reception) this.#fail('interrupted-by-new-message')
    if (frame.length > this.#options.longestPayload) {
      this.#transmit(encodeFlowControl('overflow', 0, 0), 'flow-control', () => undefined)
      this.#events.receptionFailed('payload-too-long')
      return
    }
    const payload = new Uint8Array(frame.length)
    payload.set(frame.data)
    const reception = { payload, filled: frame.data.length, sequence: 1, leftInBlock: 0, waitsSent: 0 }
    this.#reception = reception
    this.#askForMore(reception)
  }

  /** A consecutive frame; unexpected ones are ignored, one out of sequence ends the reception. */
  consecutiveReceived(frame: ConsecutiveFrame): void {
    const reception = this.#reception
    if (!reception) return
    if (frame.sequence !== reception.sequence) {
      this.#fail('wrong-sequence-number')
      return
    }
    const missing = reception.payload.length - reception.filled
    const expected = Math.min(missing, this.#bytesPerFrame())
    if (frame.data.length < expected) return
    reception.payload.set(frame.data.subarray(0, expected), reception.filled)
    reception.filled += expected
    reception.sequence = (reception.sequence + 1) & 0x0f
    reception.leftInBlock -= 1
    if (reception.filled === reception.payload.length) this.#complete(reception)
    else if (reception.leftInBlock <= 0) this.#askForMore(reception)
    else this.#awaitConsecutive()
  }

  #bytesPerFrame(): number {
    return this.#options.receiveAddress === undefined ? 7 : 6
  }

  #askForMore(reception: Reception) {
    this.#deadline.lift()
    if (reception.waitsSent < this.#options.waitFrames) {
      reception.waitsSent += 1
      this.#transmit(encodeFlowControl('wait', 0, 0), 'flow-control', () => undefined)
      this.#waiting = this.#clock.after(this.#options.waitFrameEveryMs, () => this.#askForMore(reception))
      return
    }
    reception.waitsSent = 0
    const { blockSize, separationTimeMs } = this.#options
    reception.leftInBlock = blockSize === 0 ? Number.POSITIVE_INFINITY : blockSize
    this.#transmit(encodeFlowControl('continue', blockSize, separationTimeMs), 'flow-control', () => undefined)
    this.#awaitConsecutive()
  }

  #awaitConsecutive() {
    this.#deadline.moveTo(this.#options.timeouts.nCr)
  }

  #complete(reception: Reception) {
    this.#drop()
    this.#events.messageReceived(reception.payload)
  }

  #fail(failure: IsotpFailure) {
    this.#drop()
    this.#events.receptionFailed(failure)
  }

  #drop() {
    this.#deadline.lift()
    this.#waiting?.cancel()
    this.#reception = undefined
  }
}
