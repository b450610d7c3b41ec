import type { KlineBus__Output } from '../../openobd/generated/types/openOBD/v1/KlineBus.ts'
import type { KlineChannel__Output } from '../../openobd/generated/types/openOBD/v1/KlineChannel.ts'
import type { Clock } from '../../server/clock/clock.ts'
import { invalidArgument } from '../../server/refusal.ts'
import { headerForms, longestKlinePayload } from '../car/kline/message.ts'
import { KlineConversation } from '../car/kline/tester-conversation.ts'
import type { KlineTarget } from '../car/kline/wake-up.ts'
import { klineBitRates } from '../car/wire.ts'
import type { ChannelKind, TransferFailed } from './channel-kind.ts'
import { klineMismatch } from './channel-mismatch.ts'
import { SharedChannel } from './shared-channel.ts'
import type { TesterBus } from './tester-bus.ts'

/** Throws `invalid-argument` unless address and key bytes are bytes. */
function assertKlineChannelPossible({ ecu_id, keyword }: KlineChannel__Output): void {
  if (ecu_id > 0xff) throw invalidArgument('ecu_id is one byte: at most 0xFF')
  for (const field of ['key_byte_1', 'key_byte_2'] as const) {
    if ((keyword?.[field] ?? 0) > 0xff) throw invalidArgument(`keyword.${field} is one byte: at most 0xFF`)
  }
}

/** What makes two channels the same conversation. */
function klineChannelKey({ bus_name, ecu_id }: KlineChannel__Output): string {
  return `kline ${ecu_id} ${bus_name}`
}

/** One conversation of a session with one ECU on a K-line. */
class TesterKlineChannel extends SharedChannel<KlineChannel__Output> {
  readonly #clock: Clock
  readonly #transferFailed: TransferFailed
  #conversation: KlineConversation | undefined
  #stopListening: () => void = () => undefined

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
    return channel && { kline_channel: channel }
  }

  assertFits(bus: TesterBus): void {
    bus.kline()
  }

  /** Prepares the channel; nothing is sent to the car before the first payload. */
  open(): void {
    const channel = this.description
    if (!channel || this.#conversation) return
    const { bus, plug } = this.bus.kline()
    const conversation = new KlineConversation({
      clock: this.#clock,
      target: targetOf(channel, bus),
      port: plug.port,
      turns: plug.turns,
      canSayGoodbye: () => plug.canSayGoodbye,
      messageReceived: (payload) => this.deliver(payload),
      failed: (failure) => this.#transferFailed(channel, 'sending', failure),
    })
    this.#stopListening = plug.listen((byte) => conversation.byteReceived(byte))
    this.#conversation = conversation
  }

  /** The channel may need the line a little longer, to send StopCommunication to an ECU that is awake. */
  close(): void {
    this.#conversation?.close(this.#stopListening)
    this.#conversation = undefined
  }

  /** Throws `invalid-argument` for more than 255 bytes. */
  send(payload: Uint8Array): Promise<void> | undefined {
    if (payload.length > longestKlinePayload) {
      throw invalidArgument(`a message on a K-line has at most ${longestKlinePayload} bytes`)
    }
    const conversation = this.#conversation
    return conversation && new Promise((resolve) => conversation.send(payload, resolve))
  }
}

/** A keyword replaces the key bytes of the ECU (a choice: openOBD does not document its purpose). */
function targetOf({ ecu_id, keyword }: KlineChannel__Output, bus: KlineBus__Output): KlineTarget {
  return {
    address: ecu_id,
    init: bus.kline_protocol === 'KLINE_PROTOCOL_ISO14230_SLOW' ? 'slow' : 'fast',
    baud: klineBitRates[bus.kline_bit_rate as keyof typeof klineBitRates],
    forms: keyword ? headerForms(keyword.key_byte_1) : undefined,
  }
}

/** Channels on a K-line. */
export const klineKind: ChannelKind<KlineChannel__Output> = {
  key: klineChannelKey,
  check: assertKlineChannelPossible,
  mismatch: klineMismatch,
  make: (key, bus, { clock, transferFailed }) => new TesterKlineChannel(key, bus, clock, transferFailed),
}
