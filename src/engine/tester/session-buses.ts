import type { BusConfiguration__Output } from '../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import type { Configuration } from '../../openobd/generated/types/openOBD/v1/Configuration.ts'
import type { DoipChannel__Output } from '../../openobd/generated/types/openOBD/v1/DoipChannel.ts'
import type { IsotpChannel__Output } from '../../openobd/generated/types/openOBD/v1/IsotpChannel.ts'
import type { KlineChannel__Output } from '../../openobd/generated/types/openOBD/v1/KlineChannel.ts'
import type { RawChannel__Output } from '../../openobd/generated/types/openOBD/v1/RawChannel.ts'
import type { Tp20Channel__Output } from '../../openobd/generated/types/openOBD/v1/Tp20Channel.ts'
import type { SimulatedCar } from '../car/car.ts'
import { choices } from '../protocol-choices.ts'
import { failedPrecondition, notFound, Refusal } from '../refusal.ts'
import { assertBusesPossible } from './bus-rules.ts'
import {
  assertChannelPossible,
  assertRawChannelPossible,
  channelKey,
  rawChannelKey,
  testerIsotpOptions,
} from './channel-rules.ts'
import { assertDoipChannelPossible, type DoipFailed, doipChannelKey, TesterDoipChannel } from './doip-channel.ts'
import { TesterIsotpChannel, type TransferFailed } from './isotp-channel.ts'
import { assertKlineChannelPossible, klineChannelKey, TesterKlineChannel } from './kline-channel.ts'
import { TesterRawChannel } from './raw-channel.ts'
import type { ChannelSubscriber, SessionChannel, SharedChannel } from './shared-channel.ts'
import { TesterBus } from './tester-bus.ts'
import { assertTp20ChannelPossible, TesterTp20Channel, tp20ChannelKey } from './tp20-channel.ts'

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
  readonly #transferFailed: TransferFailed
  #buses: TesterBus[] = []
  /** In the order of their last use, oldest first. */
  readonly #channels = new Map<string, SessionChannel>()
  #newest: SessionChannel | undefined
  readonly #configured = new Set<() => void>()

  constructor(
    car: SimulatedCar,
    isReachable: () => boolean,
    counter: LifeCounter,
    transferFailed: TransferFailed = () => undefined,
  ) {
    this.#car = car
    this.#isReachable = isReachable
    this.#counter = counter
    this.#transferFailed = transferFailed
  }

  /** Silences other testers at the car or lets them talk; they are silent at the start of every session (protocol.md §2). */
  muteLocals(areMuted: boolean): void {
    this.#car.muteLocals(areMuted)
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
    for (const listener of this.#configured) listener()
  }

  /** Calls `listener` after every new configuration; returns how to stop that. */
  onConfigured(listener: () => void): () => void {
    this.#configured.add(listener)
    return () => this.#configured.delete(listener)
  }

  /** Everything that is configured and open, as the wire says it. */
  read(): Configuration {
    return {
      buses: this.#buses.map(({ configuration }) => configuration),
      channels: [...this.#channels.values()].flatMap(({ isOpen, wire }) => (isOpen && wire ? [wire] : [])),
    }
  }

  /** Joins an ISO-TP conversation, opening it if need be. Throws `not-found`, `failed-precondition` or `invalid-argument`. */
  openIsotp(subscriber: ChannelSubscriber<IsotpChannel__Output>): ChannelLease {
    const { channel } = subscriber
    const make = (bus: TesterBus, key: string) =>
      new TesterIsotpChannel(key, bus, this.#car.clock, this.#transferFailed)
    const check = () => {
      assertChannelPossible(channel)
      testerIsotpOptions(channel)
    }
    return this.#join(subscriber, channelKey(channel), check, make)
  }

  /** Joins a channel of bare frames. Throws `not-found`, `failed-precondition` or `invalid-argument`. */
  openRaw(subscriber: ChannelSubscriber<RawChannel__Output>): ChannelLease {
    const { channel } = subscriber
    const make = (bus: TesterBus, key: string) => new TesterRawChannel(key, bus)
    return this.#join(subscriber, rawChannelKey(channel), () => assertRawChannelPossible(channel), make)
  }

  /** Joins a conversation on a K-line. Throws `not-found`, `failed-precondition` or `invalid-argument`. */
  openKline(subscriber: ChannelSubscriber<KlineChannel__Output>): ChannelLease {
    const { channel } = subscriber
    const make = (bus: TesterBus, key: string) =>
      new TesterKlineChannel(key, bus, this.#car.clock, this.#transferFailed)
    return this.#join(subscriber, klineChannelKey(channel), () => assertKlineChannelPossible(channel), make)
  }

  /** Joins a TP2.0 conversation. Throws `not-found`, `failed-precondition` or `invalid-argument`. */
  openTp20(subscriber: ChannelSubscriber<Tp20Channel__Output>): ChannelLease {
    const { channel } = subscriber
    const make = (bus: TesterBus, key: string) => new TesterTp20Channel(key, bus, this.#car.clock, this.#transferFailed)
    return this.#join(subscriber, tp20ChannelKey(channel), () => assertTp20ChannelPossible(channel), make)
  }

  /** Joins a DoIP conversation. Throws `not-found`, `failed-precondition` or `invalid-argument`. */
  openDoip(subscriber: ChannelSubscriber<DoipChannel__Output>, failed: DoipFailed = () => undefined): ChannelLease {
    const { channel } = subscriber
    const make = (bus: TesterBus, key: string) => new TesterDoipChannel(key, bus, failed)
    return this.#join(subscriber, doipChannelKey(channel), () => assertDoipChannelPossible(channel), make)
  }

  /** Throws `failed-precondition` unless a terminal 15 bus is configured. */
  assertTerminal15(): void {
    if (this.#terminal15Pins().length > 0) return
    throw failedPrecondition('no terminal15_bus is configured: configure one first')
  }

  /** What the terminal 15 buses see at their pins; undefined when none is configured any more. */
  isTerminal15On(): boolean | undefined {
    const pins = this.#terminal15Pins()
    return pins.length === 0 ? undefined : pins.some((pin) => this.#car.isTerminal15On(pin))
  }

  /** Unplugs everything; called when the session ends. When it was cut off, ECUs on K-lines are not told. */
  dispose(ending: 'finished' | 'cut' = 'finished'): void {
    this.#car.muteLocals(true)
    if (ending === 'cut') for (const bus of this.#buses) bus.cut()
    for (const channel of [...this.#channels.values()]) this.#forget(channel)
    for (const bus of this.#buses.splice(0)) this.#unplug(bus)
  }

  #join<Channel extends { bus_name: string }>(
    subscriber: ChannelSubscriber<Channel>,
    key: string,
    check: () => void,
    make: (bus: TesterBus, key: string) => SharedChannel<Channel>,
  ): ChannelLease {
    const { bus_name } = subscriber.channel
    const bus = this.#buses.find(({ name }) => name === bus_name)
    if (!bus) throw notFound(`bus "${bus_name}" is not configured: ${this.#configuredNames()}`)
    const channel = (this.#channels.get(key) as SharedChannel<Channel> | undefined) ?? make(bus, key)
    channel.assertFits(bus)
    check()
    channel.subscribe(subscriber)
    this.#channels.set(key, channel)
    this.#use(channel)
    return {
      send: (payload) => {
        if (this.#channels.get(key) !== channel) return undefined
        this.#use(channel)
        return channel.send(payload)
      },
      release: () => {
        channel.unsubscribe(subscriber)
        if (!channel.hasSubscribers && this.#channels.get(key) === channel) this.#forget(channel)
      },
    }
  }

  #terminal15Pins(): readonly number[] {
    return this.#buses.flatMap(({ configuration: { terminal15_bus } }) => (terminal15_bus ? [terminal15_bus.pin] : []))
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

  #rebind(channel: SessionChannel, before: readonly TesterBus[]) {
    const bus = this.#buses.find(({ name }) => name === channel.busName)
    if (bus && before.includes(bus)) return
    try {
      if (!bus) throw new Refusal(choices.refusalWhenBusIsDropped, `bus "${channel.busName}" is no longer configured`)
      channel.assertFits(bus)
      channel.moveTo(bus)
    } catch (error) {
      this.#channels.delete(channel.key)
      if (channel.isOpen) this.#counter.decrease('openChannels')
      channel.lose(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** Makes a channel the newest and opens it, at the cost of the oldest when there are too many. */
  #use(channel: SessionChannel) {
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

  #forget(channel: SessionChannel) {
    this.#channels.delete(channel.key)
    if (this.#newest === channel) this.#newest = undefined
    if (channel.isOpen) this.#counter.decrease('openChannels')
    channel.close()
  }
}
