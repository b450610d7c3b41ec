import type { Clock } from '../../server/clock/clock.ts'
import type { ChannelMismatch } from './channel-mismatch.ts'
import type { SharedChannel } from './shared-channel.ts'
import type { TesterBus } from './tester-bus.ts'

/** Called when a payload failed in a channel; `failure` is the text of its protocol. */
export type TransferFailed = (channel: object, direction: 'sending' | 'receiving', failure: string) => void

/** Dependencies of every kind of channel. */
export interface ChannelSetup {
  readonly clock: Clock
  readonly transferFailed: TransferFailed
}

/** One kind of channel: `Channel` is its message on the wire. Each kind is defined in the file of its channel. */
export interface ChannelKind<Channel extends { readonly bus_name: string }> {
  /** Two channels with the same key are the same conversation. */
  key(channel: Channel): string
  /** Throws `invalid-argument` for a description that is impossible on any bus. */
  check(channel: Channel): void
  make(key: string, bus: TesterBus, setup: ChannelSetup): SharedChannel<Channel>
  /** Why no ECU of the car can answer on this channel; absent: a channel of this kind belongs to no ECU. */
  readonly mismatch?: ChannelMismatch<Channel>
  /** Whether this channel can only listen; absent: no channel of this kind does. */
  isListening?(channel: Channel): boolean
}
