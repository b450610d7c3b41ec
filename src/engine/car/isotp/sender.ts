import type { Clock, Timer } from '../../../server/clock/clock.ts'
import { Deadline } from './deadline.ts'
import type { IsotpFailure, IsotpOptions } from './options.ts'
import { bytesInFirst, encodeConsecutive, encodeFirst, encodeSingle, type IsotpPdu } from './pdu.ts'

/** Puts the bytes of one ISO-TP frame on the bus; `sent` follows when they have been acknowledged. */
export type TransmitPdu = (bytes: Uint8Array, role: 'data' | 'flow-control', sent: () => void) => void

/** Called once per payload: without failure when its last frame is on the bus. */
export type SendDone = (failure?: IsotpFailure) => void

type FlowControl = Extract<IsotpPdu, { kind: 'flow-control' }>

interface Transfer {
  readonly payload: Uint8Array
  readonly done: SendDone
  offset: number
  sequence: number
  /** Consecutive frames left before the next flow control; infinite when the receiver wants none. */
  leftInBlock: number
  separationTimeMs: number
  waits: number
  state: 'sending' | 'waiting-for-flow-control' | 'separating'
}

/** The sending half of ISO 15765-2: one payload at a time, the others wait in order. */
export class IsotpSender {
  readonly #options: IsotpOptions
  readonly #clock: Clock
  readonly #transmit: TransmitPdu
  /** Frame bytes that remain after the extended address. */
  readonly #room: number
  readonly #waiting: { payload: Uint8Array; done: SendDone }[] = []
  readonly #deadline: Deadline
  #transfer: Transfer | undefined
  #separation: Timer | undefined

  constructor(options: IsotpOptions, room: number, clock: Clock, transmit: TransmitPdu) {
    this.#options = options
    this.#room = room
    this.#clock = clock
    this.#transmit = transmit
    this.#deadline = new Deadline(clock, () => this.#deadlineMissed())
  }

  /** Number of payloads being sent or waiting. */
  get pending(): number {
    return this.#waiting.length + (this.#transfer ? 1 : 0)
  }

  /** Sends a payload of at least one byte. */
  send(payload: Uint8Array, done: SendDone): void {
    this.#waiting.push({ payload, done })
    if (!this.#transfer) this.#next()
  }

  /** Drops everything that was not sent yet. */
  close(): void {
    this.#dropWaiting('closed')
    this.#end('closed')
    this.#deadline.cancel()
  }

  /** Handles a flow control frame; it is ignored when none is expected. */
  flowControlReceived(flow: FlowControl): void {
    const transfer = this.#transfer
    if (transfer?.state !== 'waiting-for-flow-control') return
    this.#deadline.lift()
    switch (flow.status) {
      case 'continue':
        transfer.waits = 0
        transfer.leftInBlock = flow.blockSize === 0 ? Number.POSITIVE_INFINITY : flow.blockSize
        transfer.separationTimeMs = flow.separationTimeMs
        this.#sendConsecutive(transfer)
        return
      case 'wait':
        transfer.waits += 1
        if (transfer.waits > this.#options.acceptedWaitFrames) this.#end('too-many-waits')
        else this.#awaitFlowControl(transfer)
        return
      case 'overflow':
        this.#end('receiver-overflow')
        return
      case 'invalid':
        this.#end('invalid-flow-status')
    }
  }

  #next() {
    const next = this.#waiting.shift()
    if (!next) return
    const { payload, done } = next
    const transfer: Transfer = {
      payload,
      done,
      offset: 0,
      sequence: 1,
      leftInBlock: 0,
      separationTimeMs: 0,
      waits: 0,
      state: 'sending',
    }
    this.#transfer = transfer
    if (payload.length <= this.#room - 1) {
      this.#transmitData(transfer, encodeSingle(payload), () => this.#end())
      return
    }
    transfer.offset = bytesInFirst(payload.length, this.#room)
    this.#transmitData(transfer, encodeFirst(payload, this.#room), () => this.#awaitFlowControl(transfer))
  }

  #transmitData(transfer: Transfer, bytes: Uint8Array, then: () => void) {
    transfer.state = 'sending'
    this.#deadline.moveTo(this.#options.timeouts.nAs)
    this.#transmit(bytes, 'data', () => {
      if (this.#transfer !== transfer) return
      this.#deadline.lift()
      then()
    })
  }

  #awaitFlowControl(transfer: Transfer) {
    transfer.state = 'waiting-for-flow-control'
    this.#deadline.moveTo(this.#options.timeouts.nBs)
  }

  #sendConsecutive(transfer: Transfer) {
    const end = Math.min(transfer.payload.length, transfer.offset + this.#room - 1)
    const bytes = encodeConsecutive(transfer.sequence, transfer.payload.subarray(transfer.offset, end))
    transfer.sequence = (transfer.sequence + 1) & 0x0f
    transfer.offset = end
    transfer.leftInBlock -= 1
    this.#transmitData(transfer, bytes, () => this.#consecutiveSent(transfer))
  }

  #consecutiveSent(transfer: Transfer) {
    if (transfer.offset >= transfer.payload.length) this.#end()
    else if (transfer.leftInBlock <= 0) this.#awaitFlowControl(transfer)
    else if (transfer.separationTimeMs <= 0) this.#sendConsecutive(transfer)
    else {
      transfer.state = 'separating'
      this.#separation = this.#clock.after(transfer.separationTimeMs, () => this.#sendConsecutive(transfer))
    }
  }

  #deadlineMissed() {
    if (this.#transfer?.state === 'waiting-for-flow-control') {
      this.#end('no-flow-control')
      return
    }
    this.#dropWaiting('not-acknowledged')
    this.#end('not-acknowledged')
  }

  /** No node acknowledges: waiting messages would be stale by the time one does. */
  #dropWaiting(failure: IsotpFailure) {
    for (const { done } of this.#waiting.splice(0)) done(failure)
  }

  #end(failure?: IsotpFailure) {
    this.#deadline.lift()
    this.#separation?.cancel()
    const ended = this.#transfer
    this.#transfer = undefined
    if (!ended) return
    ended.done(failure)
    if (!this.#transfer) this.#next()
  }
}
