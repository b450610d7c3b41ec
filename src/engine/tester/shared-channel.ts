import type { ConfiguredChannel } from '../../openobd/generated/types/openOBD/v1/ConfiguredChannel.ts'
import type { TesterBus } from './tester-bus.ts'

/** Subscription of a stream to a channel. */
export interface ChannelSubscriber<Channel> {
  /** The channel as this subscriber described it. */
  readonly channel: Channel
  payloadReceived(payload: Uint8Array): void
  /** The channel is lost and will not come back. */
  channelLost(error: Error): void
}

/** A channel of any kind as its session manages it: open, close, move to another bus, lose. */
export interface SessionChannel {
  readonly key: string
  readonly busName: string
  readonly isOpen: boolean
  /** As `getConfiguration` shows it. */
  readonly wire: ConfiguredChannel | undefined
  /** Throws `failed-precondition` when the bus speaks something else. */
  assertFits(bus: TesterBus): void
  open(): void
  close(): void
  moveTo(bus: TesterBus): void
  lose(error: Error): void
}

/** Base of all kinds of channels: one conversation on a bus, shared by every stream that names it. */
export abstract class SharedChannel<Channel> implements SessionChannel {
  readonly key: string
  protected bus: TesterBus
  readonly #subscribers = new Set<ChannelSubscriber<Channel>>()

  constructor(key: string, bus: TesterBus) {
    this.key = key
    this.bus = bus
  }

  abstract readonly isOpen: boolean
  abstract readonly wire: ConfiguredChannel | undefined
  abstract assertFits(bus: TesterBus): void
  abstract open(): void
  abstract close(): void
  /** Sends a payload; if it returns a promise, the caller waits for it before sending more. */
  abstract send(payload: Uint8Array): Promise<void> | undefined

  get busName(): string {
    return this.bus.name
  }

  /** The newest subscriber's description. */
  get description(): Channel | undefined {
    return [...this.#subscribers].at(-1)?.channel
  }

  get subscribers(): readonly ChannelSubscriber<Channel>[] {
    return [...this.#subscribers]
  }

  get hasSubscribers(): boolean {
    return this.#subscribers.size > 0
  }

  subscribe(subscriber: ChannelSubscriber<Channel>): void {
    this.#subscribers.add(subscriber)
    this.subscribersChanged()
  }

  unsubscribe(subscriber: ChannelSubscriber<Channel>): void {
    this.#subscribers.delete(subscriber)
    this.subscribersChanged()
  }

  /** Moves to another bus of the same name. */
  moveTo(bus: TesterBus): void {
    const wasOpen = this.isOpen
    this.close()
    this.bus = bus
    if (wasOpen) this.open()
  }

  /** Ends the channel for every subscriber. */
  lose(error: Error): void {
    this.close()
    const lost = this.subscribers
    this.#subscribers.clear()
    for (const subscriber of lost) subscriber.channelLost(error)
  }

  protected subscribersChanged(): void {
    if (this.isOpen) this.open()
  }

  protected deliver(payload: Uint8Array): void {
    for (const subscriber of this.subscribers) subscriber.payloadReceived(payload)
  }
}
