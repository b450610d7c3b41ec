import type { IsotpChannel__Output } from '../../openobd/generated/types/openOBD/v1/IsotpChannel.ts'
import type { Clock, Timer } from '../../server/clock/clock.ts'
import { highestStandardId } from '../car/can-frame.ts'
import { IsotpEndpoint } from '../car/isotp/endpoint.ts'
import type { IsotpFailure } from '../car/isotp/options.ts'
import type { ChannelKind, TransferFailed } from './channel-kind.ts'
import { isotpMismatch } from './channel-mismatch.ts'
import { assertChannelPossible, channelKey, testerIsotpOptions } from './channel-rules.ts'
import { SharedChannel } from './shared-channel.ts'
import type { TesterBus } from './tester-bus.ts'

/** How often TesterPresent keeps a diagnostic session alive; well below S3 (5 s). */
const keepAliveEveryMs = 2000
/** Most payloads that wait in a channel before its stream is paused. */
const unhurriedSends = 16

const testerPresent = 0x3e
const keepAliveRequest = Uint8Array.of(testerPresent, 0x80)

/** One ISO-TP conversation of a session with one ECU. */
class TesterIsotpChannel extends SharedChannel<IsotpChannel__Output> {
  readonly #clock: Clock
  readonly #transferFailed: TransferFailed
  #endpoint: IsotpEndpoint | undefined
  #stopListening: (() => void)[] = []
  #keepAlive: Timer | undefined
  #padding: string | undefined
  #awaitsTesterPresent = false
  #keepsAlive = false

  constructor(key: string, bus: TesterBus, clock: Clock, transferFailed: TransferFailed) {
    super(key, bus)
    this.#clock = clock
    this.#transferFailed = transferFailed
  }

  get isOpen(): boolean {
    return this.#endpoint !== undefined
  }

  get wire() {
    const channel = this.description
    return channel && { isotp_channel: channel }
  }

  assertFits(bus: TesterBus): void {
    bus.assertProtocol('CAN_PROTOCOL_ISOTP')
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

  /** Stops listening and drops pending payloads; {@link open} opens the channel again. */
  close(): void {
    this.#keepAlive?.cancel()
    for (const stop of this.#stopListening.splice(0)) stop()
    this.#endpoint?.close()
    this.#endpoint = undefined
  }

  send(payload: Uint8Array): Promise<void> | undefined {
    const endpoint = this.#endpoint
    if (!endpoint) return undefined
    if (payload[0] === testerPresent) this.#awaitsTesterPresent = true
    this.#startKeepAlive()
    if (endpoint.pendingSends < unhurriedSends) {
      endpoint.send(payload, (failure) => this.#sendEnded(failure))
      return undefined
    }
    return new Promise((resolve) => {
      endpoint.send(payload, (failure) => {
        this.#sendEnded(failure)
        resolve()
      })
    })
  }

  protected override subscribersChanged(): void {
    this.#keepsAlive = this.subscribers.some(({ channel }) => channel.keep_alive === 'KEEP_ALIVE_ENABLED')
    if (!this.hasSubscribers) this.#keepAlive?.cancel()
    super.subscribersChanged()
  }

  #attach(channel: IsotpChannel__Output) {
    const endpoint = new IsotpEndpoint(
      testerIsotpOptions(channel),
      this.#clock,
      (frame, sent) => this.bus.send(frame, sent),
      {
        messageReceived: (payload) => this.#payloadReceived(payload),
        receptionFailed: (failure) => this.#transferFailed(channel, 'receiving', failure),
      },
    )
    const isExtended = channel.response_id > highestStandardId
    const { request_id, response_id, extended_request_address, extended_response_address } = channel
    this.#stopListening = [
      this.bus.listen(response_id, (frame) => {
        if (frame.isExtended === isExtended) endpoint.frameReceived(frame)
      }),
      this.bus.declareUse(request_id, { kind: 'isotp', extendedAddress: extended_request_address }),
      this.bus.declareUse(response_id, { kind: 'isotp', extendedAddress: extended_response_address }),
    ]
    this.#endpoint = endpoint
  }

  #sendEnded(failure: IsotpFailure | undefined) {
    const channel = this.description
    if (failure && failure !== 'closed' && channel) this.#transferFailed(channel, 'sending', failure)
  }

  #payloadReceived(payload: Uint8Array) {
    if (isTesterPresentAnswer(payload)) {
      if (!this.#awaitsTesterPresent && this.#keepsAlive) return
      this.#awaitsTesterPresent = false
    }
    this.deliver(payload)
  }

  /** Every request keeps the session alive, so it restarts the interval. */
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

/** Channels of ISO-TP. */
export const isotpKind: ChannelKind<IsotpChannel__Output> = {
  key: channelKey,
  check: (channel) => {
    assertChannelPossible(channel)
    testerIsotpOptions(channel)
  },
  mismatch: isotpMismatch,
  make: (key, bus, { clock, transferFailed }) => new TesterIsotpChannel(key, bus, clock, transferFailed),
}
