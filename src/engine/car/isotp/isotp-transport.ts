import type { CanBus, CanPort } from '../can-bus.ts'
import { type CanFrame, highestStandardId } from '../can-frame.ts'
import type { EcuSide, EcuTransport } from '../ecu-transport.ts'
import type { IsotpEcuDescription } from '../file/schema.ts'
import type { Addressing } from '../uds/server.ts'
import { IsotpEndpoint } from './endpoint.ts'
import { type IsotpOptions, isotpDefaults } from './options.ts'

/** Requests to all ECUs with 11-bit identifiers (ISO 15765-4). */
export const functionalStandardId = 0x7df
/** Requests to all ECUs with 29-bit identifiers (ISO 15765-4). */
export const functionalExtendedId = 0x18db33f1

/** An ECU's side of ISO-TP: one endpoint for its own identifier, one for functional requests. */
export class IsotpTransport implements EcuTransport {
  readonly #description: IsotpEcuDescription
  readonly #side: EcuSide
  readonly #functionalId: number
  readonly #port: CanPort
  readonly #physical: IsotpEndpoint
  readonly #functional: IsotpEndpoint

  constructor(description: IsotpEcuDescription, bus: CanBus, side: EcuSide) {
    this.#description = description
    this.#side = side
    this.#functionalId =
      description.functional ?? (description.request > highestStandardId ? functionalExtendedId : functionalStandardId)
    this.#port = bus.attach({ name: description.name, frameReceived: (frame) => this.#frameReceived(frame) })
    this.#declareUses()
    this.#physical = this.#endpoint('physical')
    this.#functional = this.#endpoint('functional')
  }

  respond(payload: Uint8Array): void {
    this.#physical.send(payload)
  }

  powerOff(): void {
    this.#physical.close()
    this.#functional.close()
  }

  dispose(): void {
    this.powerOff()
    this.#port.detach()
  }

  #declareUses() {
    const { request, response, extendedAddress } = this.#description
    for (const id of [request, this.#functionalId]) {
      this.#port.declareUse(id, { kind: 'isotp', extendedAddress: extendedAddress?.request })
    }
    this.#port.declareUse(response, { kind: 'isotp', extendedAddress: extendedAddress?.response })
  }

  #endpoint(addressing: Addressing): IsotpEndpoint {
    return new IsotpEndpoint(
      ecuIsotpOptions(this.#description),
      this.#side.clock,
      (frame, sent) => this.#port.send(frame, sent),
      {
        messageReceived: (request) => this.#side.requestReceived(request, addressing),
        receptionFailed: () => undefined,
      },
    )
  }

  #frameReceived(frame: CanFrame) {
    const isPhysical = frame.id === this.#description.request
    if (!isPhysical && frame.id !== this.#functionalId) return
    if (frame.isExtended !== frame.id > highestStandardId || !this.#side.hears()) return
    if (isPhysical) this.#physical.frameReceived(frame)
    else if (this.#isSingleFrame(frame)) this.#functional.frameReceived(frame)
  }

  /** ISO 15765-2 allows only single frames for functional requests. */
  #isSingleFrame(frame: CanFrame): boolean {
    const control = frame.data[this.#description.extendedAddress === undefined ? 0 : 1]
    return control !== undefined && control >> 4 === 0
  }
}

function ecuIsotpOptions(description: IsotpEcuDescription): IsotpOptions {
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
