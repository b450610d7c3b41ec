import type { Ecu } from '../../openobd/generated/types/openOBD/v1/Ecu.ts'
import type { Clock } from '../../server/clock/clock.ts'
import { Broadcasts } from './broadcasts.ts'
import type { BusLog } from './bus-log.ts'
import { CanBus } from './can-bus.ts'
import { Disturbances } from './disturbances.ts'
import { doipEcuToWire } from './doip/doip-wire.ts'
import { DoipGateway } from './doip/gateway.ts'
import { SimulatedEcu } from './ecu.ts'
import type { EcuSide, EcuTransport } from './ecu-transport.ts'
import type { DoipDescription } from './file/doip-schema.ts'
import {
  type BusDescription,
  type EcuDescription,
  ignitionPinOf,
  isIsotpEcu,
  type VehicleDescription,
} from './file/schema.ts'
import { type FrameFaultRule, frameFault, seededRandom } from './frame-faults.ts'
import { IsotpTransport } from './isotp/isotp-transport.ts'
import { KlineTransport } from './kline/kline-transport.ts'
import { KLine } from './kline/line.ts'
import { LocalTester } from './local-tester.ts'
import { ObdSocket } from './obd-socket.ts'
import { Tp20Transport } from './tp20/tp20-transport.ts'
import { ecuToWire } from './wire.ts'

/** Options of a car. */
export interface CarOptions {
  readonly clock: Clock
  readonly busLog: BusLog
  /** Prefix of the car's buses and K-lines in the bus log and on socketcand. */
  readonly connectorNumber: string
  /** Seed of the random numbers in the car's faults (default 1). */
  readonly seed?: number
}

/** A bus of the car with the name under which files and tools know it. */
export interface CarBus {
  readonly name: string
  readonly description: BusDescription
  readonly can: CanBus
}

/** A disturbance of a whole car. */
export interface CarDisturbance {
  /** Terminal 15 is off, whatever the file says. */
  readonly isIgnitionOff?: boolean
  /** Battery voltage instead of the file's; with a very low one no ECU answers. */
  readonly volts?: number
  /** The testers that are connected now neither send nor hear. */
  readonly isBusOff?: boolean
  /** Frame faults on every bus. */
  readonly frames?: FrameFaultRule
}

/** Battery voltage at and below which no ECU answers any more. */
const lowestWorkingVolts = 6.5

/** One simulated car: buses, ECUs, battery, ignition and disturbances. */
export class SimulatedCar {
  readonly description: VehicleDescription
  readonly buses: readonly CarBus[]
  readonly ecus: readonly SimulatedEcu[]
  readonly clock: Clock
  /** The DoIP gateway, in a car that has one. */
  readonly doip: DoipGateway | undefined
  /** The bus of the testers. */
  readonly socket: ObdSocket
  readonly #lines: ReadonlyMap<string, KLine>
  readonly #seed: number
  readonly #localTester: LocalTester | undefined
  readonly #broadcasts: readonly Broadcasts[]
  readonly #listeners = new Set<() => void>()
  readonly #disturbances = new Disturbances<CarDisturbance>()
  #ignitionOn: boolean
  #voltage: number

  constructor(description: VehicleDescription, options: CarOptions) {
    this.description = description
    this.clock = options.clock
    this.#seed = options.seed ?? 1
    this.#ignitionOn = description.ignition === 'on'
    this.#voltage = description.battery.volts
    this.buses = Object.entries(description.buses).map(([name, bus]) => ({
      name,
      description: bus,
      can: new CanBus({
        label: `${options.connectorNumber}.${name}`,
        bitRate: bus.kbitPerSecond * 1000,
        clock: options.clock,
        timing: description.timing,
        log: options.busLog,
      }),
    }))
    const logged = (name: string) => new KLine(options.clock, `${options.connectorNumber}.${name}`, options.busLog)
    this.#lines = new Map(Object.keys(description.klines).map((name) => [name, logged(name)]))
    this.ecus = description.ecus.map(
      (ecu) => new SimulatedEcu(ecu, (side) => this.#attachEcu(ecu, side), this.#surroundings()),
    )
    this.doip = description.doip && this.#openGateway(description.doip)
    this.socket = this.#openSocket()
    this.#broadcasts = this.ecus.flatMap((ecu) => this.#letBroadcast(ecu))
    const local = description.localTester
    this.#localTester = local && new LocalTester(local, this.#bus(local.bus).can, options.clock)
  }

  /** Make and model as text. */
  get name(): string {
    return this.description.name
  }

  get vin(): string {
    return this.description.vin
  }

  get tecdocId(): number {
    return this.description.tecdocId
  }

  /** Battery voltage in volts. */
  get voltage(): number {
    return this.#voltage
  }

  /** State of terminal 15. */
  get ignitionOn(): boolean {
    return this.#ignitionOn
  }

  /** Whether terminal 15 is on at a pin of the socket; any other pin has no voltage. */
  isTerminal15On(pin: number): boolean {
    return this.#ignitionOn && pin === ignitionPinOf(this.description)
  }

  /** Milliseconds that a connector needs to find the ECUs. */
  get ecuDetectionMs(): number {
    return this.description.detectionSeconds * 1000
  }

  /** The ECUs that a connector finds, as openOBD describes them. */
  detectedEcus(): Ecu[] {
    return this.ecus.filter((ecu) => ecu.description.detected).map(({ description }) => this.#ecuToWire(description))
  }

  /** An ECU by its name as openOBD describes it, detected or not. */
  describeEcu(name: string): Ecu | undefined {
    const ecu = this.ecus.find(({ description }) => description.name === name)
    return ecu && this.#ecuToWire(ecu.description)
  }

  /** Calls `listener` after voltage or ignition changed; returns a function that stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Disturbs the car until the returned function is called; disturbances add up, and the newest voltage applies. */
  disturb(disturbance: CarDisturbance): () => void {
    const end = this.#disturbances.add(disturbance)
    const apply = () => {
      this.#applyDisturbances()
      if (disturbance.frames) this.#armFrameFaults()
    }
    apply()
    return () => {
      end()
      apply()
    }
  }

  /** Mutes or unmutes other testers at the car. */
  muteLocals(isMuted: boolean): void {
    this.#localTester?.setMuted(isMuted)
  }

  /** ECUs by name, request identifier or address (`0x7E0`); `undefined` or `*` means all of them. */
  findEcus(selector: string | undefined): readonly SimulatedEcu[] {
    if (selector === undefined || selector === '' || selector === '*') return this.ecus
    const wanted = selector.toLowerCase()
    return this.ecus.filter(
      ({ description, address }) =>
        description.name.toLowerCase() === wanted || (wanted.startsWith('0x') && address === Number(wanted)),
    )
  }

  /** Detaches every ECU from its bus and stops its timers. */
  dispose(): void {
    this.doip?.dispose()
    for (const ecu of this.ecus) ecu.dispose()
    this.#localTester?.dispose()
    for (const broadcasts of this.#broadcasts) broadcasts.dispose()
    this.#listeners.clear()
  }

  get #isPowered(): boolean {
    return this.#voltage > lowestWorkingVolts
  }

  #bus(name: string): CarBus {
    const bus = this.buses.find((candidate) => candidate.name === name)
    if (!bus) throw new Error(`The car has no bus "${name}".`)
    return bus
  }

  /** An ECU behind the gateway is listed by its logical address only. */
  #ecuToWire(ecu: EcuDescription): Ecu {
    const { doip } = this.description
    return doip && ecu.doip !== undefined ? doipEcuToWire(ecu.doip, doip) : ecuToWire(ecu, this.description)
  }

  #openGateway(doip: DoipDescription): DoipGateway {
    const { ecus, vin } = this.description
    return new DoipGateway(doip, {
      clock: this.clock,
      vin,
      isPowered: () => this.#isPowered,
      targets: ecus.flatMap((ecu) =>
        isIsotpEcu(ecu) && ecu.doip !== undefined
          ? [{ target: { ...ecu, address: ecu.doip }, bus: this.#bus(ecu.bus).can }]
          : [],
      ),
    })
  }

  #openSocket(): ObdSocket {
    const { buses, clock, doip: gateway } = this
    const pins = Object.entries(this.description.klines).map(([name, { pin }]) => [pin, this.#lines.get(name)] as const)
    return new ObdSocket({
      clock,
      buses,
      lines: new Map(pins.flatMap(([pin, line]) => (line ? [[pin, line]] : []))),
      gateway,
      isPowered: () => this.#isPowered,
    })
  }

  #attachEcu(ecu: EcuDescription, side: EcuSide): EcuTransport {
    if (isIsotpEcu(ecu)) return new IsotpTransport(ecu, this.#bus(ecu.bus).can, side)
    if (ecu.tp20) return new Tp20Transport(ecu.name, ecu.tp20, this.#bus(ecu.bus).can, side)
    const line = this.#lines.get(ecu.bus)
    if (ecu.kline && line) return new KlineTransport(ecu.kline, line, side)
    throw new Error(`ECU "${ecu.name}" has no transport.`)
  }

  /** The broadcasts of an ECU on each bus that it uses. */
  #letBroadcast(ecu: SimulatedEcu): Broadcasts[] {
    const { name, broadcasts, bus: home } = ecu.description
    const mayTalk = () => ecu.maySendUnasked && this.#isPowered
    const ofBus = Map.groupBy(broadcasts, ({ bus = home }) => bus)
    return [...ofBus].map(([bus, here]) => new Broadcasts(name, here, this.#bus(bus).can, this.clock, mayTalk))
  }

  #surroundings() {
    return {
      clock: this.clock,
      vin: this.description.vin,
      seed: this.#seed,
      isIgnitionOn: () => this.#ignitionOn,
    }
  }

  #applyDisturbances() {
    const { ignition, battery } = this.description
    const isOn = ignition === 'on' && !this.#disturbances.newest('isIgnitionOff')
    const volts = this.#disturbances.newest('volts') ?? battery.volts
    const hasChanged = isOn !== this.#ignitionOn || volts !== this.#voltage
    const losesAll = volts <= lowestWorkingVolts && this.#voltage > lowestWorkingVolts
    const losesSwitched = this.#ignitionOn && !isOn
    this.#ignitionOn = isOn
    this.#voltage = volts
    for (const ecu of this.ecus) {
      if (losesAll || (losesSwitched && ecu.description.power === 'ignition')) ecu.powerOff()
    }
    this.socket.setBusOff(this.#disturbances.newest('isBusOff') === true)
    if (hasChanged) for (const listener of this.#listeners) listener()
  }

  #armFrameFaults() {
    const rules = this.#disturbances.all.flatMap(({ frames }) => (frames ? [frames] : []))
    for (const [index, bus] of this.buses.entries()) {
      bus.can.setFault(rules.length === 0 ? undefined : frameFault(rules, seededRandom(this.#seed + index)))
    }
  }
}
