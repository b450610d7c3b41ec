import type { BusConfiguration__Output } from '../../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import type { Configuration } from '../../../openobd/generated/types/openOBD/v1/Configuration.ts'
import { failedPrecondition, notFound } from '../../server/service-error.ts'
import type { SimulatedCar } from '../car.ts'
import { assertBusesPossible } from './bus-rules.ts'
import { assertChannelPossible, channelKey, testerIsotpOptions } from './channel-rules.ts'
import { type ChannelSubscriber, TesterIsotpChannel } from './isotp-channel.ts'
import { TesterBus } from './tester-bus.ts'

/** Channels that work in parallel; protocol.md §8 documents 32, the newest win. */
export const mostChannels = 32

/** Counts what lives longer than a call. */
export interface LifeCounter {
  increase(name: 'configuredBuses' | 'openChannels'): void
  decrease(name: 'configuredBuses' | 'openChannels'): void
}

/** A stream's hold on a channel. */
export interface ChannelLease {
  /** Sends a payload of at least one byte; a promise asks the caller to wait. */
  send(payload: Uint8Array): Promise<void> | undefined
  release(): void
}

/** What a session has plugged into its car: configured buses, open channels, muted locals. Outlives contexts and streams. */
export class SessionBuses {
  readonly #car: SimulatedCar
  readonly #isReachable: () => boolean
  readonly #counter: LifeCounter
  #buses: TesterBus[] = []
  /** In the order of their last use, oldest first. */
  readonly #channels = new Map<string, TesterIsotpChannel>()
  #newest: TesterIsotpChannel | undefined
  /** Other testers at the car are silenced at the start of every session (protocol.md §2). */
  areLocalsMuted = true

  constructor(car: SimulatedCar, isReachable: () => boolean, counter: LifeCounter) {
    this.#car = car
    this.#isReachable = isReachable
    this.#counter = counter
  }

  /** Replaces the configuration. A bus that stays the same keeps its conversations; channels of vanished buses are lost. */
  configure(configurations: readonly BusConfiguration__Output[]): void {
    assertBusesPossible(configurations)
    const before = this.#buses
    this.#buses = configurations.map(
      (configuration) => before.find((bus) => bus.isSameAs(configuration)) ?? this.#plugIn(configuration),
    )
    for (const channel of [...this.#channels.values()]) this.#rebind(channel, before)
    for (const bus of before) if (!this.#buses.includes(bus)) this.#unplug(bus)
  }

  /** Everything that is configured and open, as the wire says it. */
  read(): Configuration {
    return {
      buses: this.#buses.map(({ configuration }) => configuration),
      channels: [...this.#channels.values()].flatMap(({ isOpen, description }) =>
        isOpen && description ? [{ isotp_channel: description }] : [],
      ),
    }
  }

  /** Joins a conversation, opening it if need be. Throws NOT_FOUND, FAILED_PRECONDITION or INVALID_ARGUMENT. */
  openIsotp(subscriber: ChannelSubscriber): ChannelLease {
    const { channel: description } = subscriber
    const bus = this.#buses.find(({ name }) => name === description.bus_name)
    if (!bus) throw notFound(`bus "${description.bus_name}" is not configured: ${this.#configuredNames()}`)
    bus.assertIsotp()
    assertChannelPossible(description)
    testerIsotpOptions(description)
    const key = channelKey(description)
    const channel = this.#channels.get(key) ?? new TesterIsotpChannel(key, bus, this.#car.clock)
    channel.subscribe(subscriber)
    if (channel.isOpen) channel.open()
    this.#channels.set(key, channel)
    this.#use(channel)
    return {
      send: (payload) => {
        if (this.#channels.get(key) !== channel) return undefined
        this.#use(channel)
        return channel.send(payload)
      },
      release: () => this.#release(channel, subscriber),
    }
  }

  /** Unplugs everything; called when the session ends. */
  dispose(): void {
    for (const channel of [...this.#channels.values()]) this.#forget(channel)
    for (const bus of this.#buses.splice(0)) this.#unplug(bus)
  }

  #configuredNames(): string {
    if (this.#buses.length === 0) return 'no bus is configured'
    return `configured are ${this.#buses.map(({ name }) => `"${name}"`).join(', ')}`
  }

  #plugIn(configuration: BusConfiguration__Output): TesterBus {
    this.#counter.increase('configuredBuses')
    return new TesterBus(configuration, this.#car, this.#isReachable)
  }

  #unplug(bus: TesterBus) {
    bus.dispose()
    this.#counter.decrease('configuredBuses')
  }

  #rebind(channel: TesterIsotpChannel, before: readonly TesterBus[]) {
    const bus = this.#buses.find(({ name }) => name === channel.busName)
    if (bus && before.includes(bus)) return
    try {
      if (!bus) throw failedPrecondition(`bus "${channel.busName}" is no longer configured`)
      bus.assertIsotp()
      channel.moveTo(bus)
    } catch (error) {
      this.#channels.delete(channel.key)
      if (channel.isOpen) this.#counter.decrease('openChannels')
      channel.lose(error as ReturnType<typeof failedPrecondition>)
    }
  }

  /** Makes a channel the newest and opens it, at the cost of the oldest when there are too many. */
  #use(channel: TesterIsotpChannel) {
    if (this.#newest === channel && channel.isOpen) return
    this.#newest = channel
    this.#channels.delete(channel.key)
    this.#channels.set(channel.key, channel)
    if (channel.isOpen) return
    this.#counter.increase('openChannels')
    channel.open()
    const open = [...this.#channels.values()].filter(({ isOpen }) => isOpen)
    for (const oldest of open.slice(0, Math.max(0, open.length - mostChannels))) {
      oldest.close()
      this.#counter.decrease('openChannels')
    }
  }

  #release(channel: TesterIsotpChannel, subscriber: ChannelSubscriber) {
    channel.unsubscribe(subscriber)
    if (!channel.hasSubscribers && this.#channels.get(channel.key) === channel) this.#forget(channel)
  }

  #forget(channel: TesterIsotpChannel) {
    this.#channels.delete(channel.key)
    if (this.#newest === channel) this.#newest = undefined
    if (channel.isOpen) this.#counter.decrease('openChannels')
    channel.close()
  }
}
