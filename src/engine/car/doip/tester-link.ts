import type { Clock, Timer } from '../../../server/clock/clock.ts'
import { anyVersion, encodeMessage } from './codec.ts'
import type { DoipConnection, DoipPeer } from './gateway.ts'
import { DoipMessageReader } from './message-reader.ts'
import { activationCode, type DoipMessage } from './messages.ts'

/** The network of a connector; without a matching gateway there is no answer. */
export interface DoipNetwork {
  /** Sends a datagram; the answer comes to `answered`, or never. */
  ask(datagram: Uint8Array, answered: (datagram: Uint8Array) => void): void
  connect(peer: DoipPeer): DoipConnection
}

/** Callbacks of the owner of a link. */
export interface LinkEvents {
  payloadReceived(ecuAddress: number, payload: Uint8Array): void
  /** Called when a request could not be sent; for the log. */
  failed(reason: string): void
}

/** Addresses of gateway and tester. */
export interface LinkAddresses {
  readonly gateway: number
  readonly tester: number
}

/** How long a connector waits for identification and routing activation, in milliseconds of the bus clock. */
const activationMs = 2000
/** Most requests queued for routing activation. */
const mostWaiting = 64
const longestPayload = 1_048_576

type LinkState = 'closed' | 'activating' | 'active'

/** The connector's side of DoIP: finds the gateway, activates routing automatically, then carries UDS messages in both directions (ISO 13400-2). */
export class DoipTesterLink {
  readonly #addresses: LinkAddresses
  readonly #network: DoipNetwork
  readonly #clock: Clock
  readonly #events: LinkEvents
  readonly #waiting: { readonly target: number; readonly payload: Uint8Array }[] = []
  #state: LinkState = 'closed'
  #version = anyVersion
  #connection: DoipConnection | undefined
  #reader: DoipMessageReader | undefined
  #limit: Timer | undefined
  /** Distinguishes answers to an earlier attempt from those to this one. */
  #attempt = 0

  constructor(addresses: LinkAddresses, network: DoipNetwork, clock: Clock, events: LinkEvents) {
    this.#addresses = addresses
    this.#network = network
    this.#clock = clock
    this.#events = events
  }

  get isActive(): boolean {
    return this.#state === 'active'
  }

  /** Begins identification and routing activation, unless they are complete or in progress. */
  open(): void {
    if (this.#state !== 'closed') return
    this.#state = 'activating'
    this.#attempt += 1
    const attempt = this.#attempt
    this.#limit = this.#clock.after(activationMs, () => this.#fail('no gateway answers'))
    this.#network.ask(encodeMessage({ type: 'identificationRequest' }, anyVersion), (datagram) => {
      if (attempt === this.#attempt && this.#state === 'activating') this.#identified(datagram)
    })
  }

  /** Sends a request to an ECU as soon as routing is active; what cannot be sent is dropped and reported. */
  send(target: number, payload: Uint8Array): void {
    if (this.#state === 'active') {
      this.#say({ type: 'diagnosticMessage', source: this.#addresses.tester, target, data: payload })
      return
    }
    if (this.#waiting.length >= mostWaiting) this.#events.failed('too many requests wait for routing activation')
    else this.#waiting.push({ target, payload })
    this.open()
  }

  /** Disconnects from the gateway; queued requests are dropped. */
  close(): void {
    this.#attempt += 1
    this.#limit?.cancel()
    this.#state = 'closed'
    this.#waiting.length = 0
    this.#connection?.closed()
    this.#connection = undefined
  }

  #identified(datagram: Uint8Array) {
    const [reading] = readerFor(datagram[0] ?? anyVersion).read(datagram)
    if (reading?.kind !== 'message' || reading.message.type !== 'vehicleAnnouncement') return
    if (reading.message.logicalAddress !== this.#addresses.gateway) {
      this.#fail(`the gateway here has the address 0x${reading.message.logicalAddress.toString(16).toUpperCase()}`)
      return
    }
    this.#version = reading.version
    this.#reader = readerFor(reading.version)
    const attempt = this.#attempt
    this.#connection = this.#network.connect({
      send: (bytes) => {
        if (attempt === this.#attempt) this.#received(bytes)
      },
      close: () => {
        if (attempt === this.#attempt) this.#fail('the gateway closed the connection')
      },
    })
    this.#say({ type: 'activationRequest', source: this.#addresses.tester, activationType: 0 })
  }

  #received(bytes: Uint8Array) {
    for (const reading of this.#reader?.read(bytes) ?? []) {
      if (reading.kind === 'message') this.#messageReceived(reading.message)
      else this.#fail('the gateway talks nonsense')
    }
  }

  #messageReceived(message: DoipMessage) {
    switch (message.type) {
      case 'activationResponse':
        if (message.code === activationCode.activated) this.#activated()
        else this.#fail(`routing activation was refused with 0x${hexByte(message.code)}`)
        return
      case 'aliveCheckRequest':
        this.#say({ type: 'aliveCheckResponse', source: this.#addresses.tester })
        return
      case 'diagnosticMessage':
        if (message.target === this.#addresses.tester) this.#events.payloadReceived(message.source, message.data)
        return
      case 'diagnosticNack':
        this.#events.failed(
          `the gateway refused a request to 0x${message.source.toString(16)} with 0x${hexByte(message.code)}`,
        )
        return
      case 'headerNack':
        this.#events.failed(`the gateway refused a message with 0x${hexByte(message.code)}`)
    }
  }

  #activated() {
    this.#limit?.cancel()
    this.#state = 'active'
    for (const { target, payload } of this.#waiting.splice(0)) this.send(target, payload)
  }

  #fail(reason: string) {
    this.close()
    this.#events.failed(reason)
  }

  #say(message: DoipMessage) {
    this.#connection?.received(encodeMessage(message, this.#version))
  }
}

function readerFor(version: number): DoipMessageReader {
  return new DoipMessageReader({ versions: [version], longestPayload })
}

function hexByte(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0')
}
