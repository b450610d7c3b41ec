import type { Clock, Timer } from '../../../server/clock/clock.ts'
import type { Disturbances } from '../disturbances.ts'
import type { EcuDescription, RefusalRule, SlowRule } from '../file/schema.ts'
import { bytesFromHex } from '../file/values.ts'
import type { EcuMemory } from './ecu-memory.ts'
import { negativeResponse, nrc, silentWhenFunctional } from './nrc.ts'
import { defaultSession, refuse, type UdsReply, type UdsService } from './service.ts'
import { udsServices } from './services/index.ts'
import { kwpServices } from './services/kwp.ts'
import { klineObdServices } from './services/obd-kline.ts'

/** Whether a request was addressed to this ECU or to all ECUs. */
export type Addressing = 'physical' | 'functional'

/** Misbehaviour of an ECU that a fault switches on. */
export interface EcuDisturbance {
  /** Neither receives nor answers. */
  readonly isAsleep?: boolean
  /** Answers every request with 0x78 at this interval, without a final answer. */
  readonly pendingStormEveryMs?: number
  /** Answers every request with 0x21. */
  readonly isBusy?: boolean
}

/** Dependencies of the server. */
export interface UdsSurroundings {
  readonly clock: Clock
  readonly state: EcuMemory
  readonly disturbances: Disturbances<EcuDisturbance>
  respond(payload: Uint8Array): void
  /** Called when a request is complete, answered or not. */
  requestDone(): void
}

/** Part of P2 and P2* after which an ECU that is not ready sends 0x78, so that it arrives within the limit. */
const pendingAtPart = 0.8

interface Prepared {
  readonly prefix: Uint8Array
}

/** The diagnostic server of one ECU: sessions with S3, time limits with 0x78, busy, refusals as data, then the services. */
export class UdsServer {
  readonly #description: EcuDescription
  readonly #around: UdsSurroundings
  readonly #services: ReadonlyMap<number, UdsService>
  readonly #slow: readonly (SlowRule & Prepared)[]
  readonly #refusals: readonly (RefusalRule & Prepared)[]
  readonly #busyLeft: (Prepared & { left: number })[]
  #sessionTimer: Timer | undefined
  #workTimer: Timer | undefined
  #pendingTimer: Timer | undefined
  #isWorking = false

  constructor(description: EcuDescription, around: UdsSurroundings) {
    this.#description = description
    this.#around = around
    this.#services = servicesOf(description)
    const prepare = <T extends { request: string }>(rule: T) => ({ ...rule, prefix: bytesFromHex(rule.request) })
    this.#slow = description.slow.map(prepare)
    this.#refusals = description.refusals.map(prepare)
    this.#busyLeft = description.busy.map((rule) => ({ prefix: bytesFromHex(rule.request), left: rule.times }))
  }

  /** Removes all state that an ECU loses without power. */
  powerOff(): void {
    this.#sessionTimer?.cancel()
    this.#stopWork()
    this.#around.state.forget()
  }

  /** Handles a whole request; answers are sent through the dependencies, now, later, or not at all. */
  requestReceived(request: Uint8Array, addressing: Addressing): void {
    const service = request[0]
    if (service === undefined) return
    if (this.#isWorking || this.#around.disturbances.newest('isBusy') || this.#isBusyFor(request)) {
      const isQuietSignOfLife = service === 0x3e && isQuiet(request[1] ?? 0, this.#description)
      if (addressing === 'physical' && !isQuietSignOfLife) this.#respondNegative(service, nrc.busyRepeatRequest)
      return
    }
    this.#sessionTimer?.cancel()
    const stormEveryMs = this.#around.disturbances.newest('pendingStormEveryMs')
    const takesMs = this.#slow.find((rule) => startsWith(request, rule.prefix, this.#description))?.takesMs
    if (stormEveryMs !== undefined) this.#storm(service, stormEveryMs)
    else this.#work(request, addressing, takesMs ?? this.#description.timing.responseMs)
  }

  /** The tester is present without a request: restarts S3. */
  signOfLife(): void {
    if (!this.#isWorking) this.#startSessionTimer()
  }

  /** The conversation of the diagnostic session has ended, so the session ends. */
  conversationEnded(): void {
    this.#sessionTimer?.cancel()
    this.#stopWork()
    this.#around.state.enterSession(defaultSession)
  }

  #isBusyFor(request: Uint8Array): boolean {
    const rule = this.#busyLeft.find(({ prefix, left }) => left > 0 && startsWith(request, prefix, this.#description))
    if (!rule) return false
    rule.left -= 1
    return true
  }

  #storm(service: number, everyMs: number) {
    this.#isWorking = true
    const again = () => {
      if (this.#around.disturbances.newest('pendingStormEveryMs') === undefined) {
        this.#stopWork()
        this.#startSessionTimer()
        return
      }
      this.#respondNegative(service, nrc.responsePending)
      this.#pendingTimer = this.#around.clock.after(everyMs, again)
    }
    again()
  }

  #work(request: Uint8Array, addressing: Addressing, takesMs: number) {
    if (takesMs <= 0) {
      this.#finish(request, addressing, false)
      return
    }
    this.#isWorking = true
    let pendingSent = false
    const { p2Ms, p2StarMs } = this.#description.timing
    const promise = () => {
      pendingSent = true
      this.#respondNegative(request[0] ?? 0, nrc.responsePending)
      this.#pendingTimer = this.#around.clock.after(p2StarMs * pendingAtPart, promise)
    }
    if (takesMs > p2Ms) this.#pendingTimer = this.#around.clock.after(p2Ms * pendingAtPart, promise)
    this.#workTimer = this.#around.clock.after(takesMs, () => {
      this.#stopWork()
      this.#finish(request, addressing, pendingSent)
    })
  }

  #stopWork() {
    this.#isWorking = false
    this.#workTimer?.cancel()
    this.#pendingTimer?.cancel()
  }

  #finish(request: Uint8Array, addressing: Addressing, pendingSent: boolean) {
    const reply = this.#limitLength(this.#evaluate(request))
    this.#startSessionTimer()
    this.#reply(request[0] ?? 0, reply, addressing, pendingSent)
    this.#around.requestDone()
  }

  #reply(service: number, reply: UdsReply, addressing: Addressing, pendingSent: boolean) {
    if (reply.kind === 'silent') return
    if (reply.kind === 'messages') {
      for (const payload of reply.payloads) this.#around.respond(payload)
      return
    }
    if (reply.kind === 'positive') {
      if (!reply.isSuppressed || pendingSent) this.#around.respond(reply.payload)
      return
    }
    if (addressing === 'functional' && !pendingSent && silentWhenFunctional.has(reply.code)) return
    this.#respondNegative(service, reply.code)
  }

  #evaluate(request: Uint8Array): UdsReply {
    const { state } = this.#around
    const refusal = this.#refusals.find(
      (rule) =>
        startsWith(request, rule.prefix, this.#description) &&
        (rule.sessions === undefined || rule.sessions.includes(state.session)) &&
        (rule.ignition === undefined || (rule.ignition === 'on') === state.isIgnitionOn),
    )
    if (refusal) return refuse(refusal.nrc)
    const service = this.#services.get(request[0] ?? 0)
    if (!service?.isOffered(this.#description)) return refuse(nrc.serviceNotSupported)
    state.settle()
    const isOffered = state.session !== defaultSession || service.isInDefaultSession
    const reply = isOffered ? service.serve(request, state) : refuse(nrc.serviceNotSupportedInActiveSession)
    return this.#speaksOnlyKwp ? inKwp(reply) : reply
  }

  get #speaksOnlyKwp(): boolean {
    const { kwp } = this.#description
    return kwp !== undefined && kwp.services === undefined
  }

  #limitLength(reply: UdsReply): UdsReply {
    if (reply.kind !== 'positive' || reply.payload.length <= this.#description.isotp.longestResponse) return reply
    return refuse(nrc.responseTooLong)
  }

  /** S3: returns to the default session without requests from the tester. */
  #startSessionTimer() {
    const { state, clock } = this.#around
    this.#sessionTimer?.cancel()
    if (state.session === defaultSession) return
    this.#sessionTimer = clock.after(this.#description.timing.s3Ms, () => state.enterSession(defaultSession))
  }

  #respondNegative(service: number, code: number) {
    this.#around.respond(Uint8Array.of(negativeResponse, service, code))
  }
}

/** KWP2000 and UDS share service identifiers, but not their parameters; emission services depend on the transport. */
function servicesOf({ kwp, kline }: EcuDescription): ReadonlyMap<number, UdsService> {
  const own = kwp?.services ? withKwpServices(kwp.services) : kwp ? kwpServices : udsServices
  return kline ? new Map([...own, ...klineObdServices]) : own
}

function withKwpServices(identifiers: readonly string[]): ReadonlyMap<number, UdsService> {
  const numbers = new Set(identifiers.map((identifier) => Number.parseInt(identifier, 16)))
  return new Map([...udsServices, ...[...kwpServices].filter(([number]) => numbers.has(number))])
}

/** An answer with the code of ISO 14230-3 for services that the active session does not offer. */
function inKwp(reply: UdsReply): UdsReply {
  const isOfSession = reply.kind === 'negative' && sessionCodes.has(reply.code)
  return isOfSession ? refuse(nrc.notSupportedInActiveKwpSession) : reply
}

const sessionCodes: ReadonlySet<number> = new Set([
  nrc.subFunctionNotSupportedInActiveSession,
  nrc.serviceNotSupportedInActiveSession,
])

/** Whether TesterPresent asks for no answer: the suppress bit of UDS, the parameter 2 of KWP2000. */
function isQuiet(parameter: number, { kwp }: EcuDescription): boolean {
  const isKwp = kwp && (!kwp.services || kwp.services.includes('3E'))
  return isKwp ? parameter === 0x02 : (parameter & 0x80) !== 0
}

/** Services whose second byte is a sub-function with the suppress bit (ISO 14229-1). */
const servicesWithSubFunction: ReadonlySet<number> = new Set([0x10, 0x11, 0x19, 0x27, 0x28, 0x31, 0x3e, 0x85])

/** Whether the second byte of a request has the suppress bit: not in KWP2000, not in a session of the manufacturer. */
function hasSuppressBit(service: number, parameter: number, { kwp, sessions }: EcuDescription): boolean {
  if (!servicesWithSubFunction.has(service)) return false
  if (kwp && (!kwp.services || kwp.services.some((identifier) => Number.parseInt(identifier, 16) === service)))
    return false
  return service !== 0x10 || parameter < 0x80 || !sessions.includes(parameter)
}

/** Whether a request begins with these bytes; the suppress bit of a sub-function does not matter. */
function startsWith(request: Uint8Array, prefix: Uint8Array, description: EcuDescription): boolean {
  if (request.length < prefix.length) return false
  const isMasked = [request, prefix].every(([service = 0, parameter = 0]) =>
    hasSuppressBit(service, parameter, description),
  )
  return prefix.every((byte, index) => {
    const actual = request[index] ?? 0
    return index === 1 && isMasked ? (actual & 0x7f) === (byte & 0x7f) : actual === byte
  })
}
