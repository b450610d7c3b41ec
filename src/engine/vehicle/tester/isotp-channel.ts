import type { IsotpChannel__Output } from '../../../openobd/generated/types/openOBD/v1/IsotpChannel.ts'
import type { ServiceError } from '../../server/service-error.ts'
import type { BusClock, BusTimer } from '../bus-clock.ts'
import { highestStandardId } from '../can-frame.ts'
import { IsotpEndpoint } from '../isotp/endpoint.ts'
import { testerIsotpOptions } from './channel-rules.ts'
import type { TesterBus } from './tester-bus.ts'

/** A stream's side of a channel. */
export interface ChannelSubscriber {
  /** The channel as this subscriber described it. */
  readonly channel: IsotpChannel__Output
  payloadReceived(payload: Uint8Array): void
  /** The channel is gone for good. */
  channelLost(error: ServiceError): void
}

/** How often TesterPresent keeps a diagnostic session alive; well below S3 (5 s). */
const keepAliveEveryMs = 2000
/** Payloads that may wait in a channel before its stream is held back. */
const unhurriedSends = 16

const testerPresent = 0x3e
const keepAliveRequest = Uint8Array.of(testerPresent, 0x80)

/** One conversation of a session with one ECU, shared by all streams that name it; closed while it is not among the newest 32. */
export class TesterIsotpChannel {
  readonly key: string
  readonly #clock: BusClock
  readonly #subscribers = new Set<ChannelSubscriber>()
  #bus: TesterBus
  #endpoint: IsotpEndpoint | undefined
  #stopListening: (() => void) | undefined
  #keepAlive: BusTimer | undefined
  #padding: string | undefined
  #awaitsTesterPresent = false
  #keepsAlive = false

  constructor(key: string, bus: TesterBus, clock: BusClock) {
    this.key = key
    this.#bus = bus
    this.#clock = clock
  }

  get busName(): string {
    return this.#bus.name
  }

  get isOpen(): boolean {
    return this.#endpoint !== undefined
  }

  /** As `getConfiguration` shows it: the newest subscriber's description. */
  get description(): IsotpChannel__Output | undefined {
    return [...this.#subscribers].at(-1)?.channel
  }

  get hasSubscribers(): boolean {
    return this.#subscribers.size > 0
  }

  subscribe(subscriber: ChannelSubscriber): void {
    this.#subscribers.add(subscriber)
    this.#noteKeepAlive()
  }

  unsubscribe(subscriber: ChannelSubscriber): void {
    this.#subscribers.delete(subscriber)
    this.#noteKeepAlive()
  }

  /** Opens the channel, or follows a change of the newest subscriber's padding. */
  open(): void {
    const channel = this.description
    if (!channel) return
    const padding = String(channel.padding)
    if (!this.#endpoint || (padding !== this.#padding && this.#endpoint.pendingSends === 0)) {
      this.close()
      this.#padding = padding
      this.#attach(channel)
    }
    this.#startKeepAlive()
  }

  /** Stops listening and drops what is on its way; {@link open} brings the channel back. */
  close(): void {
    this.#keepAlive?.cancel()
    this.#stopListening?.()
    this.#endpoint?.close()
    this.#endpoint = undefined
  }

  /** Goes on with another bus of the same name. */
  moveTo(bus: TesterBus): void {
    const wasOpen = this.isOpen
    this.close()
    this.#bus = bus
    if (wasOpen) this.open()
  }

  /** Ends the channel for every subscriber. */
  lose(error: ServiceError): void {
    this.close()
    for (const subscriber of [...this.#subscribers]) subscriber.channelLost(error)
    this.#subscribers.clear()
  }

  /** Sends a payload; a promise comes back when the caller should not hand over more before it resolves. */
  send(payload: Uint8Array): Promise<void> | undefined {
    const endpoint = this.#endpoint
    if (!endpoint) return undefined
    if (payload[0] === testerPresent) this.#awaitsTesterPresent = true
    this.#startKeepAlive()
    if (endpoint.pendingSends < unhurriedSends) {
      endpoint.send(payload)
      return undefined
    }
    return new Promise((resolve) => endpoint.send(payload, () => resolve()))
  }

  #attach(channel: IsotpChannel__Output) {
    const endpoint = new IsotpEndpoint(
      testerIsotpOptions(channel),
      this.#clock,
      (frame, sent) => this.#bus.send(frame, sent),
      {
        messageReceived: (payload) => this.#payloadReceived(payload),
        receptionFailed: () => undefined,
      },
    )
    const isExtended = channel.response_id > highestStandardId
    this.#stopListening = this.#bus.listen(channel.response_id, (frame) => {
      if (frame.isExtended === isExtended) endpoint.frameReceived(frame)
    })
    this.#endpoint = endpoint
  }

  #payloadReceived(payload: Uint8Array) {
    if (isTesterPresentAnswer(payload)) {
      if (!this.#awaitsTesterPresent && this.#keepsAlive) return
      this.#awaitsTesterPresent = false
    }
    for (const subscriber of [...this.#subscribers]) subscriber.payloadReceived(payload)
  }

  #noteKeepAlive() {
    this.#keepsAlive = [...this.#subscribers].some(({ channel }) => channel.keep_alive === 'KEEP_ALIVE_ENABLED')
    if (this.isOpen) this.#startKeepAlive()
  }

  /** Every request counts as a sign of life, so the interval starts anew with each. */
  #startKeepAlive() {
    this.#keepAlive?.cancel()
    if (!this.#keepsAlive) return
    this.#keepAlive = this.#clock.after(keepAliveEveryMs, () => {
      if (this.#endpoint?.pendingSends === 0) this.#endpoint.send(keepAliveRequest)
      this.#startKeepAlive()
    })
  }
}

function isTesterPresentAnswer(payload: Uint8Array): boolean {
  return payload[0] === testerPresent + 0x40 || (payload[0] === 0x7f && payload[1] === testerPresent)
}
