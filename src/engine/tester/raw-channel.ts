import type { RawChannel__Output } from '../../openobd/generated/types/openOBD/v1/RawChannel.ts'
import { invalidArgument } from '../../server/refusal.ts'
import { canFrame, highestStandardId } from '../car/can-frame.ts'
import { frameBytes } from '../car/isotp/pdu.ts'
import type { ChannelKind } from './channel-kind.ts'
import { assertRawChannelPossible, rawChannelKey } from './channel-rules.ts'
import { SharedChannel } from './shared-channel.ts'
import type { TesterBus } from './tester-bus.ts'

/** Bare frames of a session: sent with `request_id`, heard with `response_id`; either may be absent. */
class TesterRawChannel extends SharedChannel<RawChannel__Output> {
  #stopListening: (() => void) | undefined

  get isOpen(): boolean {
    return this.#stopListening !== undefined
  }

  get wire() {
    const channel = this.description
    return channel && { raw_channel: channel }
  }

  assertFits(bus: TesterBus): void {
    bus.assertProtocol('CAN_PROTOCOL_FRAMES')
  }

  open(): void {
    const id = this.description?.response_id
    if (this.isOpen) return
    const isExtended = (id ?? 0) > highestStandardId
    const stop =
      id === undefined
        ? undefined
        : this.bus.listen(id, (frame) => {
            if (frame.isExtended === isExtended) this.deliver(frame.data)
          })
    this.#stopListening = stop ?? (() => undefined)
  }

  close(): void {
    this.#stopListening?.()
    this.#stopListening = undefined
  }

  /** Throws `invalid-argument` for more than eight bytes, or when the channel has no identifier to send with. */
  send(payload: Uint8Array): undefined {
    const id = this.description?.request_id
    if (id === undefined) throw invalidArgument('request_id is not set: this channel can only listen')
    if (payload.length > frameBytes) throw invalidArgument(`a CAN frame has at most ${frameBytes} bytes`)
    if (this.isOpen) this.bus.send(canFrame(id, payload), () => undefined)
  }
}

/** Channels of bare frames. */
export const rawKind: ChannelKind<RawChannel__Output> = {
  key: rawChannelKey,
  check: assertRawChannelPossible,
  make: (key, bus) => new TesterRawChannel(key, bus),
  isListening: ({ request_id }) => request_id === undefined,
}
