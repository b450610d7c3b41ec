import type { BusClock } from './bus-clock.ts'
import type { CanBus, CanPort } from './can-bus.ts'
import { type CanFrame, highestStandardId } from './can-frame.ts'
import { Disturbances } from './disturbances.ts'
import type { EcuDescription } from './file/schema.ts'
import { seededRandom } from './frame-faults.ts'
import { IsotpEndpoint } from './isotp/endpoint.ts'
import { type IsotpOptions, isotpDefaults } from './isotp/options.ts'
import { EcuMemory } from './uds/ecu-memory.ts'
import { type Addressing, type EcuDisturbance, UdsServer } from './uds/server.ts'

/** Requests to all ECUs with 11-bit identifiers (ISO 15765-4). */
export const functionalStandardId = 0x7df
/** Requests to all ECUs with 29-bit identifiers (ISO 15765-4). */
export const functionalExtendedId = 0x18db33f1

/** What an ECU needs to know of the car around it. */
export interface EcuSurroundings {
  readonly clock: BusClock
  readonly vin: string
  /** Seed of everything random in the ECU. */
  readonly seed: number
  isIgnitionOn(): boolean
}

/** One simulated ECU: a node on a bus with an ISO-TP endpoint and a diagnostic server. */
export class SimulatedEcu {
  readonly description: EcuDescription
  readonly #disturbances = new Disturbances<EcuDisturbance>()
  readonly #around: EcuSurroundings
  readonly #functionalId: number
  readonly #port: CanPort
  readonly #physical: IsotpEndpoint
  readonly #functional: IsotpEndpoint
  readonly #server: UdsServer
  #resetWanted = false
  #bootedAt = 0

  constructor(description: EcuDescription, bus: CanBus, around: EcuSurroundings) {
    this.description = description
    this.#around = around
    this.#functionalId =
      description.functional ?? (description.request > highestStandardId ? functionalExtendedId : functionalStandardId)
    this.#port = bus.attach({ name: description.name, frameReceived: (frame) => this.#frameReceived(frame) })
    this.#physical = this.#endpoint('physical')
    this.#functional = this.#endpoint('functional')
    this.#server = new UdsServer(description, {
      clock: around.clock,
      state: this.#memory(),
      disturbances: this.#disturbances,
      respond: (payload) => this.#physical.send(payload),
      requestDone: () => {
        if (this.#resetWanted) this.#reset()
      },
    })
  }

  /** Whether the ECU has power, is not asleep and not booting; otherwise it neither hears nor answers. */
  get isAwake(): boolean {
    if (this.#disturbances.newest('isAsleep') || this.#around.clock.now() < this.#bootedAt) return false
    return this.description.power === 'battery' || this.#around.isIgnitionOn()
  }

  /** Lets the ECU misbehave until the returned function is called; disturbances add up. */
  disturb(disturbance: EcuDisturbance): () => void {
    if (disturbance.isAsleep) this.powerOff()
    return this.#disturbances.add(disturbance)
  }

  /** Forgets sessions and transfers, as without power. */
  powerOff(): void {
    this.#server.powerOff()
    this.#physical.close()
    this.#functional.close()
  }

  /** Takes the ECU off the bus and ends its timers. */
  dispose(): void {
    this.powerOff()
    this.#port.detach()
  }

  #memory(): EcuMemory {
    return new EcuMemory({
      description: this.description,
      clock: this.#around.clock,
      vin: this.#around.vin,
      random: seededRandom(this.#around.seed + this.description.request),
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

  #endpoint(addressing: Addressing): IsotpEndpoint {
    return new IsotpEndpoint(
      ecuIsotpOptions(this.description),
      this.#around.clock,
      (frame, sent) => this.#port.send(frame, sent),
      {
        messageReceived: (request) => this.#server.requestReceived(request, addressing),
        receptionFailed: () => undefined,
      },
    )
  }

  #frameReceived(frame: CanFrame) {
    const isPhysical = frame.id === this.description.request
    if (!isPhysical && frame.id !== this.#functionalId) return
    if (frame.isExtended !== frame.id > highestStandardId) return
    if (this.description.answers === 'never' || !this.isAwake) return
    if (isPhysical) this.#physical.frameReceived(frame)
    else if (this.#isSingleFrame(frame)) this.#functional.frameReceived(frame)
  }

  /** ISO 15765-2 allows only single frames to everybody. */
  #isSingleFrame(frame: CanFrame): boolean {
    const control = frame.data[this.description.extendedAddress === undefined ? 0 : 1]
    return control !== undefined && control >> 4 === 0
  }
}

function ecuIsotpOptions(description: EcuDescription): IsotpOptions {
  const { isotp, extendedAddress } = description
  return {
    ...isotpDefaults,
    sendId: description.response,
    sendAddress: extendedAddress?.response,
    receiveAddress: extendedAddress?.request,
    padByte: isotp.padByte,
    sendPadding: isotp.padding ? 'on' : 'off',
    receivedPadding: isotp.requiresPadding ? 'required' : 'any',
    blockSize: isotp.blockSize,
    separationTimeMs: isotp.separationTimeMs,
    waitFrames: isotp.waitFrames,
    longestPayload: isotp.longestRequest,
  }
}
