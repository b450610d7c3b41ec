import type { Clock, Timer } from '../../server/clock/clock.ts'
import type { SimulatedCar } from '../car/car.ts'
import { Disturbances } from '../car/disturbances.ts'
import { choices, limits } from '../protocol-choices.ts'
import type { DiagnosticSession } from '../session/diagnostic-session.ts'
import { Link, type LinkReading } from './link.ts'

/** Round trips of a link in milliseconds: the mean and the largest deviation. */
export interface LatencyProfile {
  readonly baseMs: number
  readonly jitterMs: number
}

/** Properties of a bay. */
export interface VehicleBaySetup {
  readonly number: string
  readonly id: string
  readonly name: string
  readonly isOnline: boolean
  readonly isPlugged: boolean
  readonly latency: LatencyProfile
  /** How long ago the connector went online. */
  readonly onlineForMs: number
  readonly ecuDetectionMs: number
  readonly car: SimulatedCar
  readonly clock: Clock
}

/** Disturbances of a bay. */
export interface BayDisturbance {
  /** The connector has no internet. */
  readonly isOffline?: true
  /** The connector is pulled out of the OBD socket. */
  readonly isUnplugged?: true
  /** ECU detection never finishes. */
  readonly isDetectionPaused?: true
  /** Replaces the usual round trips. */
  readonly latency?: LatencyProfile
}

/** One connector of the workshop with the car it is (or is not) plugged into, and the session that holds it. */
export class VehicleBay {
  readonly number: string
  readonly id: string
  readonly name: string
  readonly car: SimulatedCar
  readonly ecuDetectionMs: number
  readonly #clock: Clock
  readonly #link: Link
  readonly #latency: LatencyProfile
  readonly #listeners = new Set<() => void>()
  readonly #disturbances = new Disturbances<BayDisturbance>()
  readonly #isUsuallyOnline: boolean
  readonly #isUsuallyPlugged: boolean
  #session: DiagnosticSession | undefined
  #measuring: Timer | undefined
  #measurements = 0

  constructor(setup: VehicleBaySetup) {
    this.number = setup.number
    this.id = setup.id
    this.name = setup.name
    this.car = setup.car
    this.ecuDetectionMs = setup.ecuDetectionMs
    this.#clock = setup.clock
    this.#latency = setup.latency
    this.#isUsuallyOnline = setup.isOnline
    this.#isUsuallyPlugged = setup.isPlugged
    const since = setup.isOnline ? setup.clock.now() - setup.onlineForMs : undefined
    const history = choices.latencyWeights.map(() => this.#nextLatency())
    this.#link = new Link(since, history)
    setup.car.onChange(() => this.#changed())
  }

  /** The connector has internet. */
  get isOnline(): boolean {
    return this.#isUsuallyOnline && !this.#isAny('isOffline')
  }

  /** The connector is in the OBD socket. */
  get isPlugged(): boolean {
    return this.#isUsuallyPlugged && !this.#isAny('isUnplugged')
  }

  get link(): LinkReading {
    return this.#link.read()
  }

  /** The open session on this connector. */
  get session(): DiagnosticSession | undefined {
    return this.#session
  }

  /** Assigns the bay to a session, or frees it; during a session the link is measured once a second. */
  occupy(session: DiagnosticSession | undefined): void {
    this.#session = session
    this.#measuring?.cancel()
    this.#measuring = undefined
    if (session !== undefined) this.#measureLater()
    this.#changed()
  }

  /** Disturbs the bay until the returned function is called. Several disturbances add up; of round trips the newest applies. */
  disturb(disturbance: BayDisturbance): () => void {
    const end = this.#disturbances.add(disturbance)
    this.#disturbed()
    return () => {
      end()
      this.#disturbed()
    }
  }

  /** Whether the connector has found the ECUs of the car for a session that started at `startedAt`. */
  hasDetectedEcus(startedAt: number): boolean {
    if (this.#isAny('isDetectionPaused')) return false
    return this.#clock.now() >= startedAt + this.ecuDetectionMs
  }

  /** Calls `listener` after anything a viewer shows has changed; returns a function that stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Stops the car and the timers. */
  dispose(): void {
    this.#measuring?.cancel()
    this.#listeners.clear()
    this.car.dispose()
  }

  #measureLater(): void {
    this.#measuring = this.#clock.after(limits.connectorInformationMs, () => {
      const before = this.link
      this.#link.measure(this.#nextLatency())
      const after = this.link
      if (before.latencyMs !== after.latencyMs || before.isHealthy !== after.isHealthy) this.#changed()
      this.#measureLater()
    })
  }

  /** Deviates in a fixed pattern, so that every run gives the same numbers. */
  #nextLatency(): number {
    const { baseMs, jitterMs } = this.#disturbances.newest('latency') ?? this.#latency
    const stray = (((this.#measurements++ * 7) % 13) - 6) / 6
    return Math.max(1, baseMs + jitterMs * stray)
  }

  #isAny(what: 'isOffline' | 'isUnplugged' | 'isDetectionPaused'): boolean {
    return this.#disturbances.newest(what) === true
  }

  #disturbed(): void {
    this.#link.setConnected(this.isOnline, this.#clock.now())
    this.#changed()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
