import type { Timer } from '../../../server/clock/clock.ts'
import { encodeMessage } from './codec.ts'
import type { Requester } from './ecu-route.ts'
import type { DoipConnection, DoipGateway, DoipPeer } from './gateway.ts'
import { DoipMessageReader, type Reading } from './message-reader.ts'
import { activationCode, type DoipMessage, diagnosticNack } from './messages.ts'

/** Time limits of ISO 13400-2 for a TCP connection, in milliseconds of the bus clock. */
const gatewayLimits = {
  /** From the connection to routing activation (T_TCP_Initial_Inactivity). */
  initialInactivityMs: 2000,
  /** Silence of an active tester (T_TCP_General_Inactivity). */
  generalInactivityMs: 300_000,
  /** For the answer to an alive check (T_TCP_Alive_Check). */
  aliveCheckMs: 500,
  /** From the first to the last byte of a message; our own limit, against very slow peers. */
  wholeMessageMs: 2000,
} as const

/** One tester at a gateway: its routing activation, its time limits, its requests and their answers. */
export class GatewayConnection implements DoipConnection, Requester {
  readonly #gateway: DoipGateway
  readonly #peer: DoipPeer
  readonly #left: () => void
  readonly #reader: DoipMessageReader
  #version: number
  #source: number | undefined
  #isDeciding = false
  #isOpen = true
  #inactivity: Timer | undefined
  #dribble: Timer | undefined
  #aliveCheck: Timer | undefined
  #aliveChecked: ((isAlive: boolean) => void)[] = []

  constructor(gateway: DoipGateway, peer: DoipPeer, left: () => void) {
    const { versions, longestMessage } = gateway.description
    this.#gateway = gateway
    this.#peer = peer
    this.#left = left
    this.#version = versions[0] ?? 2
    this.#reader = new DoipMessageReader({ versions, longestPayload: longestMessage })
    this.#inactivity = gateway.clock.after(gatewayLimits.initialInactivityMs, () => this.close())
  }

  /** Address of the tester; undefined until its routing is active. */
  get source(): number | undefined {
    return this.#source
  }

  received(bytes: Uint8Array): void {
    if (!this.#isOpen || !this.#gateway.isPowered) return
    for (const reading of this.#reader.read(bytes)) {
      this.#take(reading)
      if (!this.#isOpen) return
    }
    this.#watchDribble()
  }

  closed(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#source = undefined
    for (const timer of [this.#inactivity, this.#dribble, this.#aliveCheck]) timer?.cancel()
    this.#gateway.routes.forget(this)
    this.#left()
    for (const checked of this.#aliveChecked.splice(0)) checked(false)
  }

  /** Ends the connection from this side. */
  close(): void {
    if (!this.#isOpen) return
    this.closed()
    this.#peer.close()
  }

  /** Sends an alive check; a tester that does not answer in time is disconnected. */
  checkAlive(checked: (isAlive: boolean) => void): void {
    this.#aliveChecked.push(checked)
    if (this.#aliveChecked.length > 1) return
    this.#send({ type: 'aliveCheckRequest' })
    this.#aliveCheck = this.#gateway.clock.after(gatewayLimits.aliveCheckMs, () => this.close())
  }

  answerReceived(ecuAddress: number, payload: Uint8Array): void {
    if (this.#source === undefined) return
    this.#send({ type: 'diagnosticMessage', source: ecuAddress, target: this.#source, data: payload })
  }

  #take(reading: Reading) {
    if (reading.kind === 'refused') {
      this.#send({ type: 'headerNack', code: reading.nack })
      if (reading.isFatal) this.close()
      return
    }
    this.#version = reading.version
    this.#wasActive()
    this.#messageReceived(reading.message)
  }

  #messageReceived(message: DoipMessage) {
    switch (message.type) {
      case 'activationRequest':
        this.#activate(message.source, message.activationType)
        return
      case 'aliveCheckResponse':
        if (message.source === this.#source) this.#isAlive()
        return
      case 'diagnosticMessage':
        this.#route(message.source, message.target, message.data)
        return
      default: {
        const answer = this.#gateway.answerFor(message)
        if (answer) this.#send(answer)
      }
    }
  }

  #activate(source: number, type: number) {
    if (this.#isDeciding) return
    this.#isDeciding = true
    this.#gateway.decideActivation(this, source, type, (code) => {
      this.#isDeciding = false
      if (!this.#isOpen) return
      this.#send({ type: 'activationResponse', tester: source, entity: this.#gateway.description.gateway, code })
      if (code !== activationCode.activated) {
        this.close()
        return
      }
      this.#source = source
      this.#wasActive()
    })
  }

  #route(source: number, target: number, data: Uint8Array) {
    if (source !== this.#source) {
      this.#send({ type: 'diagnosticNack', source: target, target: source, code: diagnosticNack.invalidSource })
      this.close()
      return
    }
    const code = this.#gateway.routes.route(this, target, data)
    const addresses = { source: target, target: source }
    this.#send(
      code === undefined ? { type: 'diagnosticAck', ...addresses } : { type: 'diagnosticNack', ...addresses, code },
    )
  }

  #isAlive() {
    this.#aliveCheck?.cancel()
    for (const checked of this.#aliveChecked.splice(0)) checked(true)
  }

  /** Only a tester with active routing gets the long limit. */
  #wasActive() {
    if (this.#source === undefined) return
    this.#inactivity?.cancel()
    this.#inactivity = this.#gateway.clock.after(gatewayLimits.generalInactivityMs, () => this.close())
  }

  #watchDribble() {
    if (!this.#reader.isInsideMessage) {
      this.#dribble?.cancel()
      this.#dribble = undefined
      return
    }
    this.#dribble ??= this.#gateway.clock.after(gatewayLimits.wholeMessageMs, () => this.close())
  }

  #send(message: DoipMessage) {
    if (this.#isOpen && this.#gateway.isPowered) this.#peer.send(encodeMessage(message, this.#version))
  }
}
