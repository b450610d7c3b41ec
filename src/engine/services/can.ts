import type { IsotpChannel__Output } from '../../openobd/generated/types/openOBD/v1/IsotpChannel.ts'
import type { IsotpMessage, IsotpMessage__Output } from '../../openobd/generated/types/openOBD/v1/IsotpMessage.ts'
import { openObdV1 } from '../../openobd/protos.ts'
import type { Engine } from '../engine.ts'
import { bidi, defineService } from '../server/rpc.ts'
import type { RpcStream } from '../server/rpc-stream.ts'
import { invalidArgument, unimplemented } from '../server/service-error.ts'
import { activeAccess } from '../session/access.ts'
import { toHex } from '../vehicle/can-frame.ts'
import { channelKey, payloadBytes } from '../vehicle/tester/channel-rules.ts'
import type { ChannelLease, SessionBuses } from '../vehicle/tester/session-buses.ts'
import { busesOf } from './config.ts'

/** Answers that wait for a client that does not read; more are dropped, as a VCI's own buffer would. */
const mostWaitingAnswers = 1000

type IsotpStream = RpcStream<IsotpMessage__Output, IsotpMessage>

/** The channels of one openIsotpStream: a message belongs to the channel it carries (protocol.md §8). */
class StreamChannels {
  readonly #stream: IsotpStream
  readonly #buses: SessionBuses
  readonly #leases = new Map<string, ChannelLease>()
  #waitingAnswers = 0

  constructor(stream: IsotpStream, buses: SessionBuses) {
    this.#stream = stream
    this.#buses = buses
  }

  /** An empty payload only registers the channel. */
  messageReceived({ channel, payload }: IsotpMessage__Output): Promise<void> | undefined {
    if (!channel) throw invalidArgument('channel is not set: every message carries its channel')
    const bytes = payloadBytes(payload)
    const key = channelKey(channel)
    const lease = this.#leases.get(key) ?? this.#open(key, channel)
    return bytes.length === 0 ? undefined : lease.send(bytes)
  }

  release(): void {
    for (const lease of this.#leases.values()) lease.release()
    this.#leases.clear()
  }

  #open(key: string, channel: IsotpChannel__Output): ChannelLease {
    const lease = this.#buses.openIsotp({
      channel,
      payloadReceived: (payload) => this.#answer(channel, payload),
      channelLost: (error) => this.#stream.end(error),
    })
    this.#leases.set(key, lease)
    return lease
  }

  #answer(channel: IsotpChannel__Output, payload: Uint8Array) {
    this.#waitingAnswers = this.#stream.isCongested ? this.#waitingAnswers + 1 : 0
    if (this.#waitingAnswers <= mostWaitingAnswers) this.#stream.send({ channel, payload: toHex(payload) })
  }
}

/** `openOBD.v1.can` (protocol.md §8): ISO-TP. A silent ECU is silence; the stream stays open until the client closes it. */
export const canService = (engine: Engine) =>
  defineService(openObdV1.can.service, {
    openIsotpStream: bidi(activeAccess, async (stream, { session }) => {
      const channels = new StreamChannels(stream, busesOf(engine, session))
      try {
        await stream.receive((message) => channels.messageReceived(message))
      } finally {
        channels.release()
      }
    }),
    openRawStream: bidi(activeAccess, async () => {
      throw unimplemented('raw CAN frames are not simulated by this engine yet')
    }),
    openTp20Stream: bidi(activeAccess, async () => {
      throw unimplemented('TP2.0 is not simulated by this engine yet')
    }),
  })
