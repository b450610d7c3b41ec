import type { BusConfiguration__Output } from '../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import type { KlineBus__Output } from '../../openobd/generated/types/openOBD/v1/KlineBus.ts'
import { failedPrecondition } from '../../server/refusal.ts'
import type { CanPort } from '../car/can-bus.ts'
import type { CanFrame } from '../car/can-frame.ts'
import type { SimulatedCar } from '../car/car.ts'
import type { FrameUse } from '../car/frame-use.ts'
import { doipWiringOf, wiringOf } from './bus-rules.ts'
import { DoipLinks } from './doip-links.ts'
import { KlinePlug } from './kline-plug.ts'

/** Hears the frames with one identifier. */
export type FrameListener = (frame: CanFrame) => void

/** A bus of a session's configuration, plugged into the car when it is a CAN bus, a K-line or DoIP. */
export class TesterBus {
  readonly configuration: BusConfiguration__Output
  readonly #port: CanPort | undefined
  readonly #doip: DoipLinks | undefined
  readonly #kline: KlinePlug | undefined
  readonly #listeners = new Map<number, Set<FrameListener>>()

  constructor(configuration: BusConfiguration__Output, car: SimulatedCar, isReachable: () => boolean) {
    this.configuration = configuration
    if (configuration.can_bus) {
      const node = { name: 'tester', frameReceived: (frame: CanFrame) => this.#frameReceived(frame) }
      this.#port = car.socket.attachTester(wiringOf(configuration.can_bus), node, isReachable)
    }
    if (configuration.kline_bus) this.#kline = new KlinePlug(car, configuration.kline_bus.pin, isReachable)
    if (configuration.doip_bus) {
      const network = car.socket.attachDoipTester(doipWiringOf(configuration.doip_bus), isReachable)
      this.#doip = new DoipLinks(network, car.clock)
    }
  }

  get name(): string {
    return this.configuration.bus_name
  }

  /** Throws `failed-precondition` unless this is a CAN bus that is configured for a protocol. */
  assertProtocol(protocol: 'CAN_PROTOCOL_ISOTP' | 'CAN_PROTOCOL_TP20' | 'CAN_PROTOCOL_FRAMES'): void {
    const can = this.configuration.can_bus
    if (!can) {
      throw failedPrecondition(`bus "${this.name}" is a ${this.configuration.BusDefinition}, not a CAN bus`)
    }
    if (can.can_protocol !== protocol) {
      throw failedPrecondition(`bus "${this.name}" is configured for ${can.can_protocol}, not for ${protocol}`)
    }
  }

  /** The connections to gateways on this bus. Throws `failed-precondition` unless this is a DoIP bus. */
  assertDoip(): DoipLinks {
    if (this.#doip) return this.#doip
    throw failedPrecondition(`bus "${this.name}" is a ${this.configuration.BusDefinition}, not a doip_bus`)
  }

  send(frame: CanFrame, sent: () => void): void {
    this.#port?.send(frame, sent)
  }

  /** Declares the use of an identifier until the returned function is called. */
  declareUse(id: number, use: FrameUse): () => void {
    return this.#port?.declareUse(id, use) ?? (() => undefined)
  }

  /** Calls the listener for frames with an identifier until the returned function is called. */
  listen(id: number, listener: FrameListener): () => void {
    const listeners = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, listeners)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id)
    }
  }

  /** The plug on the K-line. Throws `failed-precondition` unless this is a K-line. */
  kline(): { bus: KlineBus__Output; plug: KlinePlug } {
    const bus = this.configuration.kline_bus
    if (bus && this.#kline) return { bus, plug: this.#kline }
    throw failedPrecondition(`bus "${this.name}" is a ${this.configuration.BusDefinition}, not a kline_bus`)
  }

  /** The first identifier from `firstId` upwards that nobody listens to here. */
  firstUnheardId(firstId: number): number {
    let id = firstId
    while (this.#listeners.has(id)) id += 1
    return id
  }

  /** Whether another configuration describes the very same bus. */
  isSameAs(configuration: BusConfiguration__Output): boolean {
    return JSON.stringify(sorted(this.configuration)) === JSON.stringify(sorted(configuration))
  }

  /** No StopCommunication is sent to ECUs on a K-line. */
  cut(): void {
    this.#kline?.cut()
  }

  dispose(): void {
    this.#port?.detach()
    this.#doip?.dispose()
    this.#kline?.dispose()
    this.#listeners.clear()
  }

  #frameReceived(frame: CanFrame) {
    const listeners = this.#listeners.get(frame.id)
    if (listeners) for (const listener of [...listeners]) listener(frame)
  }
}

function sorted(configuration: BusConfiguration__Output) {
  const { bus_name, can_bus, kline_bus, terminal15_bus, doip_bus } = configuration
  const can = can_bus && [can_bus.can_protocol, wiringOf(can_bus)]
  return [bus_name, can, kline_bus, terminal15_bus, doip_bus]
}
