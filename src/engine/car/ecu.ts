import type { Clock } from '../../server/clock/clock.ts'
import { Disturbances } from './disturbances.ts'
import type { EcuSide, EcuTransport } from './ecu-transport.ts'
import type { EcuDescription } from './file/schema.ts'
import { seededRandom } from './frame-faults.ts'
import { EcuMemory } from './uds/ecu-memory.ts'
import { type EcuDisturbance, UdsServer } from './uds/server.ts'

/** Dependencies of an ECU. */
export interface EcuSurroundings {
  readonly clock: Clock
  readonly vin: string
  /** Seed of the random numbers in the ECU. */
  readonly seed: number
  isIgnitionOn(): boolean
}

/** Connects an ECU to its bus. */
export type AttachEcu = (side: EcuSide) => EcuTransport

/** One simulated ECU: a diagnostic server behind a transport of any kind. */
export class SimulatedEcu {
  readonly description: EcuDescription
  readonly #disturbances = new Disturbances<EcuDisturbance>()
  readonly #around: EcuSurroundings
  readonly #transport: EcuTransport
  readonly #memory: EcuMemory
  readonly #server: UdsServer
  #resetWanted = false
  #bootedAt = 0

  constructor(description: EcuDescription, attach: AttachEcu, around: EcuSurroundings) {
    this.description = description
    this.#around = around
    this.#transport = attach(this.#side())
    this.#memory = this.#makeMemory()
    this.#server = new UdsServer(description, {
      clock: around.clock,
      state: this.#memory,
      disturbances: this.#disturbances,
      respond: (payload) => this.#transport.respond(payload),
      requestDone: () => {
        if (this.#resetWanted) this.#reset()
      },
    })
  }

  /** Whether the ECU has power, is not asleep and not booting; otherwise it neither receives nor answers. */
  get isAwake(): boolean {
    if (this.#disturbances.newest('isAsleep') || this.#around.clock.now() < this.#bootedAt) return false
    return this.description.power === 'battery' || this.#around.isIgnitionOn()
  }

  /** Whether the ECU may send frames without a request now. */
  get maySendUnasked(): boolean {
    return this.description.answers !== 'never' && this.isAwake && this.#memory.maySendUnasked
  }

  /** Identifies the ECU in faults: its request identifier, or its address. */
  get address(): number {
    return addressOf(this.description)
  }

  /** Lets the ECU misbehave until the returned function is called; disturbances add up. */
  disturb(disturbance: EcuDisturbance): () => void {
    if (disturbance.isAsleep) this.powerOff()
    return this.#disturbances.add(disturbance)
  }

  /** Forgets sessions and transfers, as without power. */
  powerOff(): void {
    this.#server.powerOff()
    this.#transport.powerOff()
  }

  /** Takes the ECU off the bus and ends its timers. */
  dispose(): void {
    this.powerOff()
    this.#transport.dispose()
  }

  #side(): EcuSide {
    return {
      clock: this.#around.clock,
      hears: () => this.description.answers !== 'never' && this.isAwake,
      requestReceived: (request, addressing) => this.#server.requestReceived(request, addressing),
      signOfLife: () => this.#server.signOfLife(),
      conversationEnded: () => this.#server.conversationEnded(),
    }
  }

  #makeMemory(): EcuMemory {
    return new EcuMemory({
      description: this.description,
      clock: this.#around.clock,
      vin: this.#around.vin,
      random: seededRandom(this.#around.seed + addressOf(this.description)),
      isIgnitionOn: () => this.#around.isIgnitionOn(),
      resetSoon: () => {
        this.#resetWanted = true
      },
    })
  }

  #reset() {
    this.#resetWanted = false
    this.powerOff()
    this.#bootedAt = this.#around.clock.now() + this.description.bootMs
  }
}

function addressOf({ request, tp20, kline }: EcuDescription): number {
  return request ?? tp20?.address ?? kline?.address ?? 0
}
