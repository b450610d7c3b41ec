import { toHex } from '../car/can-frame.ts'
import { invalidArgument } from '../refusal.ts'
import type { RpcStream } from '../server/rpc-stream.ts'
import { payloadBytes } from '../tester/channel-rules.ts'
import type { ChannelLease } from '../tester/session-buses.ts'
import type { ChannelSubscriber } from '../tester/shared-channel.ts'

/** Answers that wait for a client that does not read; more are dropped, as a VCI's own buffer would. */
const mostWaitingAnswers = 1000

/** A message of any kind of conversation: the channel it belongs to and its payload as hex. */
export interface ChannelMessage<Channel> {
  readonly channel: Channel | null
  readonly payload?: string
}

/** How one kind of channel is told apart and opened. */
export interface ChannelKind<Channel> {
  keyOf(channel: Channel): string
  open(subscriber: ChannelSubscriber<Channel>): ChannelLease
}

type Outgoing<Channel> = { channel: Channel; payload: string }

/** The channels of one stream: a message belongs to the channel it carries (protocol.md §8). */
export class StreamChannels<Channel> {
  readonly #stream: RpcStream<ChannelMessage<Channel>, Outgoing<Channel>>
  readonly #kind: ChannelKind<Channel>
  readonly #leases = new Map<string, ChannelLease>()
  #waitingAnswers = 0

  constructor(stream: RpcStream<ChannelMessage<Channel>, Outgoing<Channel>>, kind: ChannelKind<Channel>) {
    this.#stream = stream
    this.#kind = kind
  }

  /** Serves the stream until the client closes it or the session ends. */
  async serve(): Promise<void> {
    try {
      await this.#stream.receive((message) => this.#messageReceived(message))
    } finally {
      for (const lease of this.#leases.values()) lease.release()
      this.#leases.clear()
    }
  }

  /** An empty payload only registers the channel. */
  #messageReceived({ channel, payload }: ChannelMessage<Channel>): Promise<void> | undefined {
    if (!channel) throw invalidArgument('channel is not set: every message carries its channel')
    const bytes = payloadBytes(payload ?? '')
    const key = this.#kind.keyOf(channel)
    const lease = this.#leases.get(key) ?? this.#open(key, channel)
    return bytes.length === 0 ? undefined : lease.send(bytes)
  }

  #open(key: string, channel: Channel): ChannelLease {
    const lease = this.#kind.open({
      channel,
      payloadReceived: (payload) => this.#answer(channel, payload),
      channelLost: (error) => this.#stream.end(error),
    })
    this.#leases.set(key, lease)
    return lease
  }

  #answer(channel: Channel, payload: Uint8Array) {
    this.#waitingAnswers = this.#stream.isCongested ? this.#waitingAnswers + 1 : 0
    if (this.#waitingAnswers <= mostWaitingAnswers) this.#stream.send({ channel, payload: toHex(payload) })
  }
}
