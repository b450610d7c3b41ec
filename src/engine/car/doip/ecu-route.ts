import type { Clock, Timer } from '../../../server/clock/clock.ts'
import type { CanBus, CanPort } from '../can-bus.ts'
import { type CanFrame, highestStandardId } from '../can-frame.ts'
import { IsotpEndpoint } from '../isotp/endpoint.ts'
import { functionalExtendedId, functionalStandardId } from '../isotp/isotp-transport.ts'
import { isotpDefaults } from '../isotp/options.ts'

/** A tester that waits for the answer of an ECU. */
export interface Requester {
  answerReceived(ecuAddress: number, payload: Uint8Array): void
}

/** How the gateway reaches one ECU inside the car. */
export interface RouteTarget {
  /** Logical address of the ECU. */
  readonly address: number
  readonly request: number
  readonly response: number
  readonly functional?: number | undefined
  readonly extendedAddress?: { readonly request: number; readonly response: number } | undefined
  readonly isotp: { readonly longestRequest: number }
  readonly timing: { readonly p2Ms: number; readonly p2StarMs: number }
}

/** How long beyond P2 a gateway waits for an answer, in milliseconds. */
const patienceMs = 2000
/** The same for requests to all ECUs. */
const groupPatienceMs = 500
/** Most requests of other testers that wait until an ECU is free. */
const mostWaiting = 16
const negativeResponse = 0x7f
const responsePending = 0x78
/** Services whose second byte can forbid the positive answer (ISO 14229-1). */
const canBeQuiet: ReadonlySet<number> = new Set([0x10, 0x11, 0x27, 0x28, 0x31, 0x3e, 0x85])

/**
 * Route from the gateway to one ECU: requests become ISO-TP on a bus inside the car, answers go back to the tester that asked. Two testers
 * take turns; one tester may send several requests without waiting.
 */
export class EcuRoute {
  readonly target: RouteTarget
  readonly bus: CanBus
  readonly #clock: Clock
  readonly #port: CanPort
  readonly #endpoint: IsotpEndpoint
  readonly #waiting: { readonly requester: Requester; readonly payload: Uint8Array }[] = []
  #requester: Requester | undefined
  /** Requests of the requester that are to be answered. */
  #unanswered = 0
  /** Timer that runs while an answer may come; without it the route is free. */
  #timer: Timer | undefined
  #timerEndsAt = 0

  constructor(target: RouteTarget, bus: CanBus, clock: Clock) {
    this.target = target
    this.bus = bus
    this.#clock = clock
    this.#port = bus.attach({ name: 'DoIP gateway', frameReceived: (frame) => this.#frameReceived(frame) })
    this.#endpoint = new IsotpEndpoint(
      {
        ...isotpDefaults,
        sendId: target.request,
        sendAddress: target.extendedAddress?.request,
        receiveAddress: target.extendedAddress?.response,
        longestPayload: Number.MAX_SAFE_INTEGER,
      },
      clock,
      (frame, sent) => this.#port.send(frame, sent),
      { messageReceived: (payload) => this.#answered(payload), receptionFailed: () => undefined },
    )
  }

  /** Identifier with which all ECUs like this one are addressed at once. */
  get functionalId(): number {
    const { functional, request } = this.target
    return functional ?? (request > highestStandardId ? functionalExtendedId : functionalStandardId)
  }

  /** Routes a request; false when too many wait already. */
  ask(requester: Requester, payload: Uint8Array): boolean {
    if (!this.#timer || this.#requester === requester) this.#start(requester, payload)
    else if (this.#waiting.length < mostWaiting) this.#waiting.push({ requester, payload })
    else return false
    return true
  }

  /** Expects an answer to a request to all ECUs; many of them never answer, so it waits for a shorter time. */
  expect(requester: Requester, request: Uint8Array): void {
    if (this.#timer && this.#requester !== requester) return
    this.#requester = requester
    const { p2Ms } = this.target.timing
    if (!isQuiet(request)) this.#unanswered += 1
    this.#waitFor(isQuiet(request) ? p2Ms : p2Ms + groupPatienceMs)
  }

  /** Puts a frame on the bus of the ECU. */
  sendFrame(frame: CanFrame): void {
    this.#port.send(frame)
  }

  /** Forgets a tester that has disconnected: its requests are dropped and its answer is discarded. */
  forget(requester: Requester): void {
    const left = this.#waiting.filter((entry) => entry.requester !== requester)
    this.#waiting.splice(0, this.#waiting.length, ...left)
    if (this.#requester === requester) this.#requester = undefined
  }

  dispose(): void {
    this.#timer?.cancel()
    this.#waiting.length = 0
    this.#endpoint.close()
    this.#port.detach()
  }

  #start(requester: Requester, payload: Uint8Array) {
    this.#requester = requester
    const { p2Ms } = this.target.timing
    if (!isQuiet(payload)) this.#unanswered += 1
    this.#waitFor(isQuiet(payload) ? p2Ms : p2Ms + patienceMs)
    this.#endpoint.send(payload, (failure) => {
      if (failure && failure !== 'closed') this.#free()
    })
  }

  #frameReceived(frame: CanFrame) {
    const { response } = this.target
    if (!this.#timer || frame.id !== response) return
    if (frame.isExtended === response > highestStandardId) this.#endpoint.frameReceived(frame)
  }

  #answered(payload: Uint8Array) {
    this.#requester?.answerReceived(this.target.address, payload)
    if (payload[0] === negativeResponse && payload[2] === responsePending) {
      this.#waitFor(this.target.timing.p2StarMs + patienceMs)
      return
    }
    this.#unanswered -= 1
    if (this.#unanswered <= 0) this.#free()
  }

  /** Never shortens the wait for an earlier request. */
  #waitFor(milliseconds: number) {
    const endsAt = this.#clock.now() + milliseconds
    if (this.#timer && endsAt <= this.#timerEndsAt) return
    this.#timer?.cancel()
    this.#timerEndsAt = endsAt
    this.#timer = this.#clock.after(milliseconds, () => this.#free())
  }

  #free() {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#unanswered = 0
    const next = this.#waiting.shift()
    if (next) this.#start(next.requester, next.payload)
  }
}

function isQuiet([service, subFunction]: Uint8Array): boolean {
  return canBeQuiet.has(service ?? 0) && ((subFunction ?? 0) & 0x80) !== 0
}
