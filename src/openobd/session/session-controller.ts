import { failed, succeeded } from '../../shared/outcome.ts'
import type { SessionTarget } from '../../shared/session.ts'
import type { Clock } from '../clock.ts'
import { type CallOutcome, mapOutcome, refused } from '../failure.ts'
import type { CallTransport, Channel, Method } from '../grpc/grpc-channel.ts'
import { openObdV1 } from '../grpc/protos.ts'
import { type ControllerToken, tokenFromWire } from '../token.ts'
import { type SessionInfo, sessionInfoFromWire } from '../wire/session-info.ts'

const rpcs = openObdV1.sessionController.service

/** Credentials of a partner. The secret is only read when a token is fetched. */
export interface PartnerCredentials {
  readonly clientId: string
  readonly clientSecret: string
  readonly clusterId: string
}

/** A controller token is valid for 5400 s and replaced when less than 30 s are left (protocol.md §1). */
const tokenLifetimeMs = 5_400_000
const refreshBeforeMs = 30_000

/** The session controller of one endpoint: signs in automatically; starts, lists and interrupts sessions. */
export class SessionController<Transport extends CallTransport = Channel> {
  readonly grpcChannel: Transport
  readonly #credentials: () => PartnerCredentials | undefined
  readonly #clock: Clock
  #cached: { token: ControllerToken; fetchedAt: number } | undefined
  #fetching: Promise<CallOutcome<ControllerToken>> | undefined

  /**
   * Credentials that may change or be missing are given as a function; while they are missing every call fails with `secret-missing`
   * and nothing is sent.
   */
  constructor(
    grpcChannel: Transport,
    credentials: PartnerCredentials | (() => PartnerCredentials | undefined),
    clock: Clock,
  ) {
    this.grpcChannel = grpcChannel
    this.#credentials = typeof credentials === 'function' ? credentials : () => credentials
    this.#clock = clock
  }

  /** The current controller token; concurrent callers share one fetch. */
  async token(): Promise<CallOutcome<ControllerToken>> {
    const cached = this.#cached
    if (cached && this.#clock.monotonicMs() - cached.fetchedAt < tokenLifetimeMs - refreshBeforeMs) {
      return succeeded(cached.token)
    }
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  /** Discards a token that the server refused, so that the next call signs in again. */
  forgetToken(refusedToken: ControllerToken): void {
    if (this.#cached?.token.equals(refusedToken)) this.#cached = undefined
  }

  /** Calls the controller with the bearer; a refused bearer is replaced once. Also for calls of other packages. */
  async call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    deadlineMs?: number,
  ): Promise<CallOutcome<Response>> {
    for (let attempt = 0; ; attempt += 1) {
      const bearer = await this.token()
      if (!bearer.ok) return bearer
      const outcome = await this.grpcChannel.unary(method, request, { token: bearer.value, deadlineMs })
      if (outcome.ok || !outcome.failure.bearerRefused || attempt > 0) return outcome
      this.forgetToken(bearer.value)
    }
  }

  /** Starts a session. Not idempotent: after an unclear failure search for the session before starting again. */
  async startSession(target: SessionTarget, deadlineMs?: number): Promise<CallOutcome<SessionInfo>> {
    const value = target.number.trim()
    if (!value) return refused('sessionController/startSession', 'invalid-input')
    const method = target.kind === 'ticket' ? rpcs.startSessionOnTicket : rpcs.startSessionOnConnector
    return mapOutcome(method, await this.call(method, { value }, deadlineMs), sessionInfoFromWire)
  }

  /** The controller's record of a session; `not-found` two minutes after its end. */
  async getSession(sessionId: string, deadlineMs?: number): Promise<CallOutcome<SessionInfo>> {
    const outcome = await this.call(rpcs.getSession, { value: sessionId }, deadlineMs)
    return mapOutcome(rpcs.getSession, outcome, sessionInfoFromWire)
  }

  /** Interrupts a session. */
  async interruptSession(sessionId: string, deadlineMs?: number): Promise<CallOutcome<SessionInfo>> {
    const outcome = await this.call(rpcs.interruptSession, { value: sessionId }, deadlineMs)
    return mapOutcome(rpcs.interruptSession, outcome, sessionInfoFromWire)
  }

  /** All sessions of this partner that are still retrievable, in any state. */
  async getSessionList(deadlineMs?: number): Promise<CallOutcome<readonly SessionInfo[]>> {
    const outcome = await this.call(rpcs.getSessionList, {}, deadlineMs)
    return mapOutcome(rpcs.getSessionList, outcome, (list) => list.sessions.map(sessionInfoFromWire))
  }

  async #fetch(): Promise<CallOutcome<ControllerToken>> {
    const credentials = this.#credentials()
    if (!credentials?.clientSecret)
      return refused('sessionController/getSessionControllerToken', 'secret-missing', { certainty: 'not-sent' })
    const { clientId, clientSecret, clusterId } = credentials
    if (!clusterId) return refused('sessionController/getSessionControllerToken', 'cluster-missing')
    const request = { client_id: clientId, client_secret: clientSecret, cluster_id: clusterId }
    const outcome = await this.grpcChannel.unary(rpcs.getSessionControllerToken, request)
    if (!outcome.ok) return failed({ ...outcome.failure, ...withoutSecret(outcome.failure.detail, clientSecret) })
    const token = tokenFromWire('controller', outcome.value.value)
    if (!token) return refused('sessionController/getSessionControllerToken', 'not-an-openobd-service')
    this.#cached = { token, fetchedAt: this.#clock.monotonicMs() }
    return succeeded(token)
  }
}

const withoutSecret = (detail: string | undefined, secret: string): { detail?: string } =>
  detail ? { detail: detail.replaceAll(secret, '…') } : {}
