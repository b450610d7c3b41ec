import { invalidArgument, Refusal } from '../../server/refusal.ts'
import { bidi } from '../../server/rpc/rpc.ts'
import type { RpcStream } from '../../server/rpc/rpc-stream.ts'
import { toHex } from '../car/can-frame.ts'
import type { Engine } from '../engine.ts'
import { activeAccess } from '../session/access.ts'
import type { ChannelKind } from '../tester/channel-kind.ts'
import { payloadBytes } from '../tester/channel-rules.ts'
import type { ChannelLease, SessionBuses } from '../tester/session-buses.ts'
import { busesOf } from './config.ts'

/** Most answers that wait for a client that does not read; further ones are dropped, as a VCI does when its buffer is full. */
const mostWaitingAnswers = 1000

/** A message of any kind of channel: the channel that it belongs to and its payload as hex. */
export interface ChannelMessage<Channel> {
  readonly channel: Channel | null
  readonly payload?: string
}

interface Outgoing<Channel> {
  channel: Channel
  payload: string
}

/** The rpc for one kind of channel. */
export const channelStream = <Channel extends { readonly bus_name: string }>(
  engine: Engine,
  kind: ChannelKind<Channel>,
) =>
  bidi(activeAccess, (stream: RpcStream<ChannelMessage<Channel>, Outgoing<Channel>>, { session }) => {
    const buses = busesOf(engine, session)
    return new StreamChannels(stream, kind, buses, {
      refused: ({ bus_name: bus }, { message: reason }) =>
        engine.log.warn(
          { session: session.id, rpc: stream.path, bus, configured: buses.names, reason },
          'a channel cannot be opened',
        ),
      opened: (channel) => {
        const mismatch = buses.mismatchOf(kind, channel)
        if (mismatch) engine.log.warn({ session: session.id, bus: channel.bus_name }, mismatch)
      },
    }).serve()
  })

/** What is told about the channels of a stream, for the log. */
interface ChannelReports<Channel> {
  refused(channel: Channel, refusal: Refusal): void
  opened(channel: Channel): void
}

/** The channels of one stream: a message belongs to the channel it carries (protocol.md §8). */
class StreamChannels<Channel extends { readonly bus_name: string }> {
  readonly #stream: RpcStream<ChannelMessage<Channel>, Outgoing<Channel>>
  readonly #kind: ChannelKind<Channel>
  readonly #buses: SessionBuses
  readonly #reports: ChannelReports<Channel>
  readonly #leases = new Map<string, ChannelLease>()
  /** Why channels that were registered could not be opened. */
  readonly #refusals = new Map<string, Refusal>()
  #waitingAnswers = 0

  constructor(
    stream: RpcStream<ChannelMessage<Channel>, Outgoing<Channel>>,
    kind: ChannelKind<Channel>,
    buses: SessionBuses,
    reports: ChannelReports<Channel>,
  ) {
    this.#stream = stream
    this.#kind = kind
    this.#buses = buses
    this.#reports = reports
  }

  /** Serves the stream until the client closes it or the session ends. */
  async serve(): Promise<void> {
    try {
      await this.#stream.receive((message) => this.#messageReceived(message))
      const [refusal] = this.#refusals.values()
      if (refusal !== undefined && !this.#stream.over.aborted) throw refusal
    } finally {
      for (const lease of this.#leases.values()) lease.release()
      this.#leases.clear()
    }
  }

  /** An empty payload only registers the channel. */
  #messageReceived({ channel, payload }: ChannelMessage<Channel>): Promise<void> | undefined {
    if (!channel) throw invalidArgument('channel is not set: every message carries its channel')
    const bytes = payloadBytes(payload ?? '')
    const key = this.#kind.key(channel)
    if (bytes.length === 0) {
      if (!this.#leases.has(key)) this.#register(key, channel)
      return undefined
    }
    return (this.#leases.get(key) ?? this.#open(key, channel)).send(bytes)
  }

  /**
   * The official client registers a channel and then discards everything that has arrived, including a refusal. So a refusal is sent
   * for the first payload with bytes, whose answer the client waits for; the bus may be configured until then. A channel that can only
   * listen sends no such payload and is refused at once.
   */
  #register(key: string, channel: Channel): void {
    try {
      this.#open(key, channel)
    } catch (error) {
      if (!(error instanceof Refusal) || this.#kind.isListening?.(channel)) throw error
      if (!this.#refusals.has(key)) this.#reports.refused(channel, error)
      this.#refusals.set(key, error)
    }
  }

  #open(key: string, channel: Channel): ChannelLease {
    const lease = this.#buses.open(this.#kind, {
      channel,
      payloadReceived: (payload) => this.#answer(channel, payload),
      channelLost: (error) => this.#stream.end(error),
    })
    this.#refusals.delete(key)
    this.#leases.set(key, lease)
    this.#reports.opened(channel)
    return lease
  }

  #answer(channel: Channel, payload: Uint8Array) {
    this.#waitingAnswers = this.#stream.isCongested ? this.#waitingAnswers + 1 : 0
    if (this.#waitingAnswers <= mostWaitingAnswers) this.#stream.send({ channel, payload: toHex(payload) })
  }
}
