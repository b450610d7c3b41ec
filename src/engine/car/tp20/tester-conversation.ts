import type { Clock, Timer } from '../../../server/clock/clock.ts'
import { Deadline } from '../isotp/deadline.ts'
import {
  type ChannelParameters,
  control,
  identifierAt,
  parametersFrame,
  parametersOf,
  setup,
  setupId,
  setupRequest,
} from './frames.ts'
import { Tp20Link } from './link.ts'

/** Parameters requested by the tester, with the usual values of diagnostic testers (A0 0F 8A FF 32 FF). */
const testerParameters: ChannelParameters = { blockSize: 15, t1Ms: 100, t3Ms: 5 }

/** Time limit of an answer to a set-up, its parameters or a test, and the number of attempts. */
const answerMs = 100
const mostSetups = 10
const mostTests = 5
/** Pause before a set-up is repeated that the ECU has refused as occupied: an earlier tester may be leaving. */
const busyPauseMs = 500
/** Time without traffic after which the channel is tested, so that the ECU keeps it. */
const testEveryMs = 1000

/** Why a request failed. */
export type Tp20Failure = 'no-channel' | 'channel-refused' | 'not-acknowledged' | 'channel-closed'

/** The bus of a conversation, and its callbacks. */
export interface ConversationOptions {
  readonly clock: Clock
  /** Logical address of the ECU. */
  readonly address: number
  /** Identifier requested by the tester for receiving. */
  readonly receiveId: number
  transmit(id: number, data: Uint8Array, sent: () => void): void
  messageReceived(payload: Uint8Array): void
  failed(failure: Tp20Failure): void
}

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'setting-up' }
  | { readonly kind: 'agreeing'; readonly sendId: number }
  | { readonly kind: 'open'; readonly sendId: number; readonly link: Tp20Link }

interface Waiting {
  readonly payload: Uint8Array
  readonly done: () => void
}

/** A tester's side of TP2.0: the channel is set up with the first request, tested without traffic, and set up again after a failure. */
export class Tp20Conversation {
  readonly #options: ConversationOptions
  readonly #answerDue: Deadline
  #state: State = { kind: 'closed' }
  #waiting: Waiting[] = []
  #attempts = 0
  #testTimer: Timer | undefined

  constructor(options: ConversationOptions) {
    this.#options = options
    this.#answerDue = new Deadline(options.clock, () => this.#answerMissed())
  }

  /** Sends a request, over a new channel if there is none; `done` is called when it is sent or has failed. */
  send(payload: Uint8Array, done: () => void): void {
    if (this.#state.kind === 'open') {
      this.#sendOver(this.#state.link, { payload, done })
      return
    }
    this.#waiting.push({ payload, done })
    if (this.#state.kind !== 'closed') return
    this.#state = { kind: 'setting-up' }
    this.#attempts = 0
    this.#ask()
  }

  /** A frame on 0x200 plus the ECU's address. */
  setupAnswered(data: Uint8Array): void {
    if (this.#state.kind !== 'setting-up' || data[0] !== 0x00) return
    const sendId = identifierAt(data, 4)
    if (data[1] === setup.accepted && sendId !== undefined && identifierAt(data, 2) === this.#options.receiveId) {
      this.#state = { kind: 'agreeing', sendId }
      this.#attempts = 0
      this.#ask()
    } else if (data[1] === setup.notNow || data[1] === setup.noResources) {
      if (this.#attempts < mostSetups) this.#answerDue.moveTo(busyPauseMs)
      else this.#giveUp('channel-refused')
    } else if (data[1] === setup.wrongApplication) this.#giveUp('channel-refused')
  }

  /** A frame on the identifier that the tester receives on. */
  frameReceived(data: Uint8Array): void {
    const state = this.#state
    if (data[0] === control.answer) this.#parametersAnswered(data)
    else if (data[0] === control.disconnect) this.#disconnected()
    else if (state.kind === 'open') this.#channelFrameReceived(state, data)
  }

  /** Disconnects; pending requests are dropped. */
  close(): void {
    if (this.#state.kind === 'open') this.#transmit(this.#state.sendId, Uint8Array.of(control.disconnect))
    this.#reset()
  }

  #channelFrameReceived({ sendId, link }: Extract<State, { kind: 'open' }>, data: Uint8Array) {
    this.#testLater()
    if (data[0] === control.test) this.#transmit(sendId, parametersFrame(control.answer, testerParameters))
    else if (data[0] === control.break) link.breakReceived()
    else link.frameReceived(data)
  }

  #parametersAnswered(data: Uint8Array) {
    if (this.#state.kind === 'open') {
      this.#attempts = 0
      this.#answerDue.lift()
      this.#testLater()
      return
    }
    const peer = parametersOf(data)
    if (this.#state.kind !== 'agreeing' || !peer) return
    this.#answerDue.lift()
    const { sendId } = this.#state
    const link = new Tp20Link({
      clock: this.#options.clock,
      peer,
      transmit: (bytes, sent) => this.#options.transmit(sendId, bytes, sent),
      messageReceived: (payload) => this.#options.messageReceived(payload),
      failed: () => this.#giveUp('not-acknowledged'),
    })
    this.#state = { kind: 'open', sendId, link }
    this.#testLater()
    for (const waiting of this.#waiting.splice(0)) this.#sendOver(link, waiting)
  }

  #sendOver(link: Tp20Link, { payload, done }: Waiting) {
    link.send(payload, () => done())
    this.#testLater()
  }

  #disconnected() {
    if (this.#state.kind === 'closed') return
    const isNeeded = this.#waiting.length > 0 || (this.#state.kind === 'open' && !this.#state.link.isQuiet)
    if (isNeeded) this.#giveUp('channel-closed')
    else this.#reset()
  }

  #ask() {
    const state = this.#state
    this.#attempts += 1
    this.#answerDue.moveTo(answerMs)
    const { address, receiveId } = this.#options
    if (state.kind === 'setting-up') this.#options.transmit(setupId, setupRequest(address, receiveId), () => undefined)
    else if (state.kind === 'agreeing') {
      this.#transmit(state.sendId, parametersFrame(control.parameters, testerParameters))
    } else if (state.kind === 'open') this.#transmit(state.sendId, Uint8Array.of(control.test))
  }

  #answerMissed() {
    if (this.#state.kind === 'closed') return
    const most = this.#state.kind === 'open' ? mostTests : mostSetups
    if (this.#attempts < most) this.#ask()
    else if (this.#state.kind === 'open') this.#disconnected()
    else this.#giveUp('no-channel')
  }

  #testLater() {
    this.#testTimer?.cancel()
    this.#testTimer = this.#options.clock.after(testEveryMs, () => {
      this.#attempts = 0
      this.#ask()
    })
  }

  #giveUp(failure: Tp20Failure) {
    if (this.#state.kind === 'open') this.#transmit(this.#state.sendId, Uint8Array.of(control.disconnect))
    this.#reset()
    this.#options.failed(failure)
  }

  #reset() {
    const state = this.#state
    this.#state = { kind: 'closed' }
    this.#answerDue.cancel()
    this.#testTimer?.cancel()
    if (state.kind === 'open') state.link.close()
    for (const { done } of this.#waiting.splice(0)) done()
  }

  #transmit(id: number, data: Uint8Array) {
    this.#options.transmit(id, data, () => undefined)
  }
}
