import type { Tp20Channel__Output } from '../../openobd/generated/types/openOBD/v1/Tp20Channel.ts'
import type { Clock } from '../../server/clock/clock.ts'
import { invalidArgument } from '../../server/refusal.ts'
import { canFrame } from '../car/can-frame.ts'
import { setupId } from '../car/tp20/frames.ts'
import { longestMessage } from '../car/tp20/link.ts'
import { Tp20Conversation } from '../car/tp20/tester-conversation.ts'
import type { ChannelKind, TransferFailed } from './channel-kind.ts'
import { tp20Mismatch } from './channel-mismatch.ts'
import { SharedChannel } from './shared-channel.ts'
import type { TesterBus } from './tester-bus.ts'

/** First identifier on which a tester receives; each further channel of a bus uses the next one. */
const firstReceiveId = 0x300

/** Throws `invalid-argument` unless the logical address can be one of an ECU. */
function assertTp20ChannelPossible({ logical_address }: Tp20Channel__Output): void {
  if (logical_address < 0x01 || logical_address > 0xef) {
    throw invalidArgument('logical_address has to be from 0x01 to 0xEF')
  }
}

/** What makes two channels the same conversation. */
function tp20ChannelKey({ bus_name, logical_address }: Tp20Channel__Output): string {
  return `tp20 ${logical_address} ${bus_name}`
}

/** One TP2.0 conversation of a session with one ECU. */
class TesterTp20Channel extends SharedChannel<Tp20Channel__Output> {
  readonly #clock: Clock
  readonly #transferFailed: TransferFailed
  #conversation: Tp20Conversation | undefined
  #stopListening: (() => void)[] = []

  constructor(key: string, bus: TesterBus, clock: Clock, transferFailed: TransferFailed) {
    super(key, bus)
    this.#clock = clock
    this.#transferFailed = transferFailed
  }

  get isOpen(): boolean {
    return this.#conversation !== undefined
  }

  get wire() {
    const channel = this.description
    return channel && { tp20_channel: channel }
  }

  assertFits(bus: TesterBus): void {
    bus.assertProtocol('CAN_PROTOCOL_TP20')
  }

  /** Prepares the channel; nothing is sent to the car before the first payload. */
  open(): void {
    const channel = this.description
    if (!channel || this.#conversation) return
    const receiveId = this.bus.firstUnheardId(firstReceiveId)
    const conversation = new Tp20Conversation({
      clock: this.#clock,
      address: channel.logical_address,
      receiveId,
      transmit: (id, data, sent) => this.bus.send(canFrame(id, data), sent),
      messageReceived: (payload) => this.deliver(payload),
      failed: (failure) => this.#transferFailed(channel, 'sending', failure),
    })
    this.#stopListening = [
      this.bus.listen(setupId + channel.logical_address, (frame) => conversation.setupAnswered(frame.data)),
      this.bus.listen(receiveId, (frame) => conversation.frameReceived(frame.data)),
      this.bus.declareUse(receiveId, { kind: 'tp20-channel' }),
    ]
    this.#conversation = conversation
  }

  close(): void {
    this.#conversation?.close()
    this.#conversation = undefined
    for (const stop of this.#stopListening.splice(0)) stop()
  }

  /** Throws `invalid-argument` for more than 65,535 bytes. */
  send(payload: Uint8Array): Promise<void> | undefined {
    if (payload.length > longestMessage) throw invalidArgument(`a TP2.0 message has at most ${longestMessage} bytes`)
    const conversation = this.#conversation
    return conversation && new Promise((resolve) => conversation.send(payload, resolve))
  }
}

/** Channels of TP2.0. */
export const tp20Kind: ChannelKind<Tp20Channel__Output> = {
  key: tp20ChannelKey,
  check: assertTp20ChannelPossible,
  mismatch: tp20Mismatch,
  make: (key, bus, { clock, transferFailed }) => new TesterTp20Channel(key, bus, clock, transferFailed),
}
