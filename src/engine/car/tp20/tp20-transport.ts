import type { CanBus, CanPort } from '../can-bus.ts'
import { type CanFrame, canFrame } from '../can-frame.ts'
import type { EcuSide, EcuTransport } from '../ecu-transport.ts'
import type { Tp20Description } from '../file/transport-schema.ts'
import { Deadline } from '../isotp/deadline.ts'
import {
  control,
  diagnosisApplication,
  identifierAt,
  parametersFrame,
  parametersOf,
  setup,
  setupAnswer,
  setupId,
} from './frames.ts'
import { Tp20Link } from './link.ts'

/** Time without frames after which an ECU closes its channel, in milliseconds. */
const silenceMs = 3000

/** An ECU's side of TP2.0: it grants one channel at a time and ends the diagnostic session with it. */
export class Tp20Transport implements EcuTransport {
  readonly #tp20: Tp20Description
  readonly #side: EcuSide
  readonly #port: CanPort
  readonly #silence: Deadline
  #testerId: number | undefined
  #leaveTesterId: (() => void) | undefined
  #link: Tp20Link | undefined

  constructor(name: string, tp20: Tp20Description, bus: CanBus, side: EcuSide) {
    this.#tp20 = tp20
    this.#side = side
    this.#silence = new Deadline(side.clock, () => this.#closeChannel(true))
    this.#port = bus.attach({ name, frameReceived: (frame) => this.#frameReceived(frame) })
    for (const id of [setupId, setupId + tp20.address]) this.#port.declareUse(id, { kind: 'tp20-setup' })
    this.#port.declareUse(tp20.receivesOn, { kind: 'tp20-channel' })
  }

  respond(payload: Uint8Array): void {
    this.#link?.send(payload)
  }

  powerOff(): void {
    this.#forgetChannel()
    this.#silence.cancel()
  }

  dispose(): void {
    this.powerOff()
    this.#port.detach()
  }

  #frameReceived({ id, isExtended, data }: CanFrame) {
    if (isExtended || !this.#side.hears()) return
    if (id === setupId && data[0] === this.#tp20.address && data[1] === setup.request) this.#setupRequested(data)
    else if (id === this.#tp20.receivesOn && this.#testerId !== undefined) this.#channelFrameReceived(data)
  }

  #setupRequested(data: Uint8Array) {
    const testerId = identifierAt(data, 4)
    if (data.length !== 7 || testerId === undefined) return
    if (data[6] !== diagnosisApplication) {
      this.#answerSetup(Uint8Array.of(0x00, setup.wrongApplication, ...data.subarray(2)))
      return
    }
    if (this.#testerId !== undefined && this.#testerId !== testerId) {
      this.#answerSetup(Uint8Array.of(0x00, setup.noResources, ...data.subarray(2)))
      return
    }
    if (this.#testerId !== undefined) this.#closeChannel(false)
    this.#testerId = testerId
    this.#leaveTesterId = this.#port.declareUse(testerId, { kind: 'tp20-channel' })
    this.#silence.moveTo(silenceMs)
    this.#answerSetup(setupAnswer(testerId, this.#tp20.receivesOn))
  }

  #answerSetup(data: Uint8Array) {
    this.#port.send(canFrame(setupId + this.#tp20.address, data))
  }

  #channelFrameReceived(data: Uint8Array) {
    this.#silence.moveTo(silenceMs)
    switch (data[0]) {
      case control.parameters:
        this.#parametersReceived(data)
        return
      case control.test:
        this.#send(parametersFrame(control.answer, this.#tp20))
        this.#side.signOfLife()
        return
      case control.break:
        this.#link?.breakReceived()
        return
      case control.disconnect:
        this.#closeChannel(true)
        return
      default:
        this.#link?.frameReceived(data)
    }
  }

  /** A repeated parameter request repeats the answer, which was lost. */
  #parametersReceived(data: Uint8Array) {
    const peer = parametersOf(data)
    if (!peer) return
    this.#link ??= new Tp20Link({
      clock: this.#side.clock,
      peer,
      notReadyMs: this.#tp20.notReadyMs,
      transmit: (bytes, sent) => this.#send(bytes, sent),
      messageReceived: (payload) => this.#side.requestReceived(payload, 'physical'),
      failed: () => this.#closeChannel(true),
    })
    this.#send(parametersFrame(control.answer, this.#tp20))
  }

  #send(data: Uint8Array, sent?: () => void) {
    if (this.#testerId !== undefined) this.#port.send(canFrame(this.#testerId, data), sent)
  }

  #closeChannel(saysSo: boolean) {
    if (saysSo) this.#send(Uint8Array.of(control.disconnect))
    this.#forgetChannel()
    this.#side.conversationEnded()
  }

  #forgetChannel() {
    const link = this.#link
    this.#link = undefined
    this.#testerId = undefined
    this.#leaveTesterId?.()
    this.#silence.lift()
    link?.close()
  }
}
