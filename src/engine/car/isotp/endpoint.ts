import type { Clock } from '../../../server/clock/clock.ts'
import { type CanFrame, canFrame } from '../can-frame.ts'
import type { IsotpOptions } from './options.ts'
import { decodePdu, frameBytes } from './pdu.ts'
import { IsotpReceiver, type ReceiverEvents } from './receiver.ts'
import { IsotpSender, type SendDone } from './sender.ts'

/** Sends a frame on the bus of the endpoint. */
export type TransmitFrame = (frame: CanFrame, sent: () => void) => void

/**
 * One side of an ISO-TP conversation (ISO 15765-2): payloads in and out, frames below. Sending and receiving are independent
 * of each other. The owner passes in the frames that carry the other side's identifier.
 */
export class IsotpEndpoint {
  readonly #options: IsotpOptions
  readonly #transmit: TransmitFrame
  readonly #room: number
  readonly #sender: IsotpSender
  readonly #receiver: IsotpReceiver
  #otherSidePads: boolean | undefined

  constructor(options: IsotpOptions, clock: Clock, transmit: TransmitFrame, events: ReceiverEvents) {
    this.#options = options
    this.#transmit = transmit
    this.#room = frameBytes - (options.sendAddress === undefined ? 0 : 1)
    const transmitPdu = (bytes: Uint8Array, role: 'data' | 'flow-control', sent: () => void) =>
      this.#transmitPdu(bytes, role, sent)
    this.#sender = new IsotpSender(options, this.#room, clock, transmitPdu)
    this.#receiver = new IsotpReceiver(options, clock, transmitPdu, events)
  }

  /** Number of payloads being sent or waiting. */
  get pendingSends(): number {
    return this.#sender.pending
  }

  /** Sends a payload of at least one byte; `done` receives the outcome. */
  send(payload: Uint8Array, done: SendDone = () => undefined): void {
    this.#sender.send(payload, done)
  }

  /** A frame with the other side's identifier arrived. */
  frameReceived(frame: CanFrame): void {
    const body = this.#body(frame)
    if (!body) return
    const pdu = decodePdu(body, frameBytes - (this.#options.receiveAddress === undefined ? 0 : 1))
    if (!pdu) return
    this.#notePadding(frame, pdu.kind)
    switch (pdu.kind) {
      case 'single':
        this.#receiver.singleReceived(pdu.data)
        return
      case 'first':
        this.#receiver.firstReceived(pdu)
        return
      case 'consecutive':
        this.#receiver.consecutiveReceived(pdu)
        return
      case 'flow-control':
        this.#sender.flowControlReceived(pdu)
    }
  }

  /** Ends every transfer; nothing is sent or delivered any more. */
  close(): void {
    this.#sender.close()
    this.#receiver.close()
  }

  #body(frame: CanFrame): Uint8Array | undefined {
    if (this.#options.receivedPadding === 'required' && frame.data.length < frameBytes) return undefined
    const address = this.#options.receiveAddress
    if (address === undefined) return frame.data
    return frame.data[0] === address ? frame.data.subarray(1) : undefined
  }

  /** A first frame is always full, so it says nothing about padding. */
  #notePadding(frame: CanFrame, kind: string) {
    if (kind !== 'first') {
      if (frame.data.length < frameBytes) this.#otherSidePads = false
      else if (kind !== 'consecutive') this.#otherSidePads ??= kind === 'flow-control' || !this.#isFullSingle(frame)
    }
  }

  #isFullSingle(frame: CanFrame): boolean {
    const control = frame.data[this.#options.receiveAddress === undefined ? 0 : 1] ?? 0
    return control === frameBytes - 1 - (this.#options.receiveAddress === undefined ? 0 : 1)
  }

  #pads(): boolean {
    switch (this.#options.sendPadding) {
      case 'on':
        return true
      case 'off':
        return false
      case 'as-the-other-side':
        return this.#otherSidePads ?? true
    }
  }

  #transmitPdu(bytes: Uint8Array, role: 'data' | 'flow-control', sent: () => void) {
    const { sendAddress, sendId, flowControlId } = this.#options
    const header = sendAddress === undefined ? 0 : 1
    const data = new Uint8Array(this.#pads() ? frameBytes : header + bytes.length).fill(this.#options.padByte)
    if (sendAddress !== undefined) data[0] = sendAddress
    data.set(bytes, header)
    this.#transmit(canFrame(role === 'flow-control' ? (flowControlId ?? sendId) : sendId, data), sent)
  }
}
