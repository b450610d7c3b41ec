import type { BusConfiguration__Output } from '../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import type { Configuration } from '../../openobd/generated/types/openOBD/v1/Configuration.ts'
import { failedPrecondition, notFound, Refusal } from '../../server/refusal.ts'
import type { SimulatedCar } from '../car/car.ts'
import { choices } from '../protocol-choices.ts'
import { assertBusesPossible } from './bus-rules.ts'
import type { ChannelKind, TransferFailed } from './channel-kind.ts'
import { mismatchOf } from './mismatch.ts'
import type { ChannelSubscriber, SessionChannel, SharedChannel } from './shared-channel.ts'
import { TesterBus } from './tester-bus.ts'

/** Channels that work in parallel; protocol.md §8 documents 32, the newest win. */
const mostChannels = 32

/** Counts resources that outlive a call. */
export interface LifeCounter {
  increase(name: 'configuredBuses' | 'openChannels'): void
  decrease(name: 'configuredBuses' | 'openChannels'): void
}

/** Lease of a channel by a stream. */
export interface ChannelLease {
  /** Sends a payload of at least one byte; the caller waits for a returned promise. */
  send(payload: Uint8Array): Promise<void> | undefined
  release(): void
}

/** The configured buses, open channels and muted local testers of a session. They outlive contexts and streams. */
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

  /** Mutes or unmutes other testers at the car; they are muted at the start of every session (protocol.md §2). */
  muteLocals(areMuted: boolean): void {
    this.#car.muteLocals(areMuted)
  }

  /** Replaces the configuration. Channels of an unchanged bus stay open; channels of removed buses are lost. */
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

  /** Calls `listener` after every new configuration; returns a function that stops it. */
  onConfigured(listener: () => void): () => void {
    this.#configured.add(listener)
    return () => this.#configured.delete(listener)
  }

  /** The configured buses and open channels as a wire message. */
  read(): Configuration {
    return {
      buses: this.#buses.map(({ configuration }) => configuration),
      channels: [...this.#channels.values()].flatMap(({ isOpen, wire }) => (isOpen && wire ? [wire] : [])),
    }
  }

  /**
   * Joins a channel and opens it if necessary. Throws `not-found` for a bus that is not configured, `failed-precondition` for one of
   * another protocol, `invalid-argument` for an impossible description, in this order.
   */
  open<Channel extends { readonly bus_name: string }>(
    kind: ChannelKind<Channel>,
    subscriber: ChannelSubscriber<Channel>,
  ): ChannelLease {
    const { bus_name } = subscriber.channel
    const key = kind.key(subscriber.channel)
    const bus = this.#buses.find(({ name }) => name === bus_name)
    if (!bus) throw notFound(`bus "${bus_name}" is not configured: ${this.#configuredNames()}`)
    const existing = this.#channels.get(key) as SharedChannel<Channel> | undefined
    const channel = existing ?? kind.make(key, bus, { clock: this.#car.clock, transferFailed: this.#transferFailed })
    channel.assertFits(bus)
    kind.check(subscriber.channel)
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

  /** Why no ECU of the car can answer on a channel that is open, although its bus fits; undefined when one can. */
  mismatchOf<Channel extends { readonly bus_name: string }>(
    kind: ChannelKind<Channel>,
    channel: Channel,
  ): string | undefined {
    const bus = this.#buses.find(({ name }) => name === channel.bus_name)
    const { description } = this.#car
    if (!bus || mismatchOf(bus.configuration, description)) return undefined
    return kind.mismatch?.(channel, bus.configuration, description)
  }

  /** Throws `failed-precondition` unless a terminal 15 bus is configured. */
  assertTerminal15(): void {
    if (this.#terminal15Pins().length > 0) return
    throw failedPrecondition('no terminal15_bus is configured: configure one first')
  }

  /** State of terminal 15 at the configured pins; undefined when none is configured. */
  isTerminal15On(): boolean | undefined {
    const pins = this.#terminal15Pins()
    return pins.length === 0 ? undefined : pins.some((pin) => this.#car.isTerminal15On(pin))
  }

  /** Closes everything; called when the session ends. If it was cut off, no StopCommunication is sent on K-lines. */
  dispose(ending: 'finished' | 'cut' = 'finished'): void {
    this.#car.muteLocals(true)
    if (ending === 'cut') for (const bus of this.#buses) bus.cut()
    for (const channel of [...this.#channels.values()]) this.#forget(channel)
    for (const bus of this.#buses.splice(0)) this.#unplug(bus)
  }

  #terminal15Pins(): readonly number[] {
    return this.#buses.flatMap(({ configuration: { terminal15_bus } }) => (terminal15_bus ? [terminal15_bus.pin] : []))
  }

  /** Names of the configured buses. */
  get names(): readonly string[] {
    return this.#buses.map(({ name }) => name)
  }

  #configuredNames(): string {
    if (this.#buses.length === 0) return 'no bus is configured'
    return `configured are ${this.names.map((name) => `"${name}"`).join(', ')}`
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

  /** Marks a channel as most recently used and opens it; closes the least recently used one when there are too many. */
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
