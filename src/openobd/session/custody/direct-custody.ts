import { failed, succeeded } from '../../../shared/outcome.ts'
import type { ServiceResult } from '../../../shared/service-result.ts'
import { delay } from '../../clock.ts'
import { type CallFailure, type CallOutcome, callFailure, refused } from '../../failure.ts'
import { Backoff } from '../../grpc/backoff.ts'
import { type TrustedEndpoint, trustSessionEndpoint } from '../../grpc/endpoint.ts'
import type { CallTransport } from '../../grpc/grpc-channel.ts'
import { openObdV1 } from '../../grpc/protos.ts'
import type { AuthenticationToken, SessionToken } from '../../token.ts'
import type { SessionInfo } from '../../wire/session-info.ts'
import type { SessionCalls } from '../session-calls.ts'
import { authenticate, finish } from '../session-service.ts'
import { healthAt } from '../token-keeper.ts'
import type { CustodyView, DirectCustodyOptions, KeptSession } from './custody-options.ts'
import { type CustodyEvent, type CustodyState, idleCustody, nextCustodyState } from './custody-state.ts'
import { finishOnce } from './finish-once.ts'
import { HeldRoot } from './held-root.ts'
import { fateByToken, type SessionFate, SessionInquiry } from './session-inquiry.ts'
import { startOnce } from './start-once.ts'

/** How long an operation without answer asks the server before the person has to decide, in ms. */
const doubtMs = 30_000

/** Result of a function context that an earlier process left open. */
const leftOpen: ServiceResult = { results: ['failure'] }

/**
 * Holds one session directly: start, claim the root, keep the token fresh, finish or interrupt.
 * After a lost reply it asks the server before repeating anything: never a second start, never a second finish.
 */
export class DirectCustody {
  readonly #options: DirectCustodyOptions
  readonly #inquiry: SessionInquiry
  #state: CustodyState = idleCustody
  #info: Omit<SessionInfo, 'authenticationToken'> | undefined
  #grpcChannel: CallTransport | undefined
  #held: HeldRoot | undefined
  #isFinishing = false
  #isReleased = false

  constructor(options: DirectCustodyOptions) {
    this.#options = options
    this.#inquiry = new SessionInquiry(options.controller, (event) => this.#apply(event))
  }

  get view(): CustodyView {
    return {
      state: this.#state,
      ...(this.#held ? { token: this.#held.keeper.state, liveness: this.#held.heartbeat.liveness } : {}),
      ...(this.#info ? { info: this.#info } : {}),
    }
  }

  /** The calls of the session while it is ours; undefined before the claim and after the end. */
  get calls(): SessionCalls | undefined {
    return this.#state.phase === 'active' || this.#state.phase === 'finishing' ? this.#held?.calls : undefined
  }

  /** The trusted endpoint of the session's services, once known. */
  get endpoint(): TrustedEndpoint | undefined {
    return this.#grpcChannel?.endpoint
  }

  /** The newest session token, while the session is active; undefined otherwise, and when the token has expired. */
  get sessionToken(): SessionToken | undefined {
    return this.#state.phase === 'active' ? this.#held?.keeper.current() : undefined
  }

  /** Starts and claims the session. */
  async start(): Promise<CallOutcome<SessionCalls>> {
    if (this.#state.phase !== 'idle') return refused('custody/start', 'not-allowed-now', { certainty: 'not-sent' })
    this.#apply({ type: 'start-requested' })
    const started = await startOnce({
      ...this.#options,
      patienceMs: doubtMs,
      onLost: () => this.#apply({ type: 'start-lost' }),
    })
    if (!started.ok) return this.#fail('start-failed', started.failure)
    const { authenticationToken: token, ...info } = started.value
    this.#info = info
    this.#apply({ type: 'started', sessionId: started.value.id })
    const trusted = trustSessionEndpoint(
      this.#options.controller.grpcChannel.endpoint,
      started.value,
      this.#options.trust,
    )
    if (!trusted.ok) return this.#giveUpClaim(started.value.id, trusted.failure)
    if (!token) return this.#giveUpClaim(started.value.id, callFailure('custody/start', 'not-an-openobd-service'))
    await this.#options.beforeClaim?.()
    if (this.#isEnded()) return this.#endedMeanwhile('custody/start')
    this.#grpcChannel = this.#options.channelTo(trusted.value)
    return this.#claim(started.value.id, this.#grpcChannel, token)
  }

  /**
   * Holds a session again that an earlier process of ours claimed. Nothing is claimed or started: one call shows whether the server
   * still takes the token. Function contexts that the earlier process left open are finished, each with its own token, so that the
   * next function can be run and the next finish ends the session. After a failure nothing has changed, and the call may be repeated.
   */
  async resume({ sessionId, endpoint, token, ageMs, contexts }: KeptSession): Promise<CallOutcome<SessionCalls>> {
    if (this.#state.phase !== 'idle') return refused('custody/resume', 'not-allowed-now', { certainty: 'not-sent' })
    if (healthAt(ageMs) === 'expired') return refused('custody/resume', 'session-expired', { certainty: 'not-sent' })
    const grpcChannel = this.#options.channelTo(endpoint)
    const known = await grpcChannel.unary(openObdV1.config.service.getConfiguration, {}, { token })
    // A refused token is too old, or its session has ended: only the session controller can tell.
    if (!known.ok) return known.failure.bearerRefused ? refused('custody/resume', 'session-expired') : known
    for (const context of contexts) await finish(grpcChannel, context, leftOpen)
    if (this.#state.phase !== 'idle') return refused('custody/resume', 'not-allowed-now')
    this.#grpcChannel = grpcChannel
    return succeeded(this.#hold(grpcChannel, token, { type: 'resumed', sessionId }, ageMs))
  }

  /** Finishes the session with the result. After a failure it may be called again and then asks the server first. */
  async finish(serviceResult: ServiceResult): Promise<CallOutcome<null>> {
    const isPossible = this.#state.phase === 'active' || this.#state.phase === 'finishing'
    if (!isPossible || this.#isFinishing) return refused('custody/finish', 'not-allowed-now', { certainty: 'not-sent' })
    const isInDoubt = this.#state.phase === 'finishing'
    this.#isFinishing = true
    this.#apply({ type: 'finish-requested', serviceResult })
    const outcome = await this.#finishOnce(isInDoubt)
    this.#isFinishing = false
    return outcome
  }

  /** Interrupts the session; possible as long as the server knows it, also after our token expired. Safe to repeat. */
  async interrupt(): Promise<CallOutcome<null>> {
    const sessionId = this.#sessionId
    if (!sessionId) return refused('custody/interrupt', 'not-allowed-now', { certainty: 'not-sent' })
    const backoff = new Backoff({ random: this.#options.random })
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#options.controller.interruptSession(sessionId)
      if (outcome.ok) {
        this.#apply({ type: 'interrupted-here' })
        return succeeded(null)
      }
      const seen = await this.#inquiry.look(sessionId)
      if (seen === 'gone') return succeeded(null)
      if (outcome.failure.certainty === 'refused' || attempt >= 2) return outcome
      await delay(this.#options.clock, backoff.next())
    }
  }

  /** Checks session and link at once: after a sleep, or when the person asks for it. */
  wake(): void {
    this.#held?.reopenNow()
    void this.#probe()
  }

  /** Stops all streams and timers and sends nothing, e.g. when the application quits. */
  release(): void {
    this.#isReleased = true
    this.#held?.stop()
  }

  get #sessionId(): string | undefined {
    return 'sessionId' in this.#state ? this.#state.sessionId : undefined
  }

  #fail(type: 'start-failed' | 'claim-failed', failure: CallFailure): CallOutcome<never> {
    this.#apply({ type, failure })
    return failed(failure)
  }

  /** A started session that we cannot claim would block its connection for a minute, so it is ended at once. */
  async #giveUpClaim(sessionId: string, failure: CallFailure): Promise<CallOutcome<never>> {
    await this.#options.controller.interruptSession(sessionId)
    return this.#fail('claim-failed', failure)
  }

  async #claim(
    sessionId: string,
    grpcChannel: CallTransport,
    token: AuthenticationToken,
  ): Promise<CallOutcome<SessionCalls>> {
    const { clock, random, controller } = this.#options
    const backoff = new Backoff({ random })
    const giveUpAtMs = clock.monotonicMs() + doubtMs
    for (;;) {
      const claimed = await authenticate(grpcChannel, token)
      if (this.#state.phase === 'ended') return this.#endedMeanwhile('custody/start')
      if (claimed.ok) return succeeded(this.#hold(grpcChannel, claimed.value, { type: 'claimed' }))
      if (claimed.failure.code === 'already-claimed') return this.#fail('claim-failed', claimed.failure)
      if (claimed.failure.certainty === 'refused') return this.#giveUpClaim(sessionId, claimed.failure)
      this.#apply({ type: 'claim-lost' })
      const seen = await controller.getSession(sessionId)
      if (seen.ok) this.#apply({ type: 'observed', state: seen.value.state })
      if (this.#isEnded()) return this.#endedMeanwhile('custody/start')
      // Our claim took effect but its token is lost: a new session is needed, and this one must not block it.
      if (seen.ok && seen.value.state === 'active') return this.#giveUpClaim(sessionId, claimed.failure)
      if (clock.monotonicMs() >= giveUpAtMs) return this.#giveUpClaim(sessionId, claimed.failure)
      await delay(clock, backoff.next())
    }
  }

  #hold(grpcChannel: CallTransport, token: SessionToken, event: CustodyEvent, ageMs = 0): SessionCalls {
    const { clock, random } = this.#options
    const held = new HeldRoot({
      clock,
      random,
      grpcChannel,
      token,
      ageMs,
      onToken: (newest) => this.#options.onToken?.(newest),
      onTick: (information) => this.#options.onTick?.(information),
      onChange: () => this.#announce(),
      onStreamEnd: () => void this.#probe(),
      onExpired: () => void this.#onExpired(),
    })
    this.#held = held
    this.#options.onToken?.(token)
    held.start()
    this.#apply(event)
    return held.calls
  }

  async #finishOnce(isInDoubt: boolean): Promise<CallOutcome<null>> {
    const end = await finishOnce({
      ...this.#options,
      patienceMs: doubtMs,
      isInDoubt,
      send: () => this.#sendFinish(),
      fate: () => this.#fate(),
      isEnded: () => this.#isEnded(),
      onConfirmed: () => this.#apply({ type: 'finish-confirmed' }),
      onLost: () => this.#apply({ type: 'finish-lost' }),
    })
    if (end.kind === 'ended') return this.#finishEnded()
    return end.kind === 'refused' ? this.#finishRefused(end.failure) : failed(end.failure)
  }

  /** The state of the session; while the account's secret is missing, the session's own server is asked with its token. */
  async #fate(): Promise<SessionFate> {
    const fate = await this.#inquiry.look(this.#sessionId ?? '')
    const token = this.#held?.keeper.current()
    return fate === 'not-askable' && token && this.#grpcChannel ? fateByToken(this.#grpcChannel, token) : fate
  }

  /** The session continues without a finish; if the token was missing the session has ended for us. */
  #finishRefused(failure: CallFailure): CallOutcome<null> {
    this.#apply({ type: 'finish-refused' })
    if (!this.#held?.keeper.current()) this.#apply({ type: 'expired' })
    return failed(failure)
  }

  async #sendFinish(): Promise<CallOutcome<null>> {
    const token = this.#held?.keeper.current()
    const state = this.#state
    if (!token || !this.#grpcChannel || state.phase !== 'finishing') {
      return refused('custody/finish', 'session-expired')
    }
    return finish(this.#grpcChannel, token, state.serviceResult)
  }

  #finishEnded(): CallOutcome<null> {
    const state = this.#state
    if (state.phase === 'ended' && state.end.kind === 'finished') return succeeded(null)
    return this.#endedMeanwhile('custody/finish')
  }

  #endedMeanwhile(rpc: string): CallOutcome<never> {
    const state = this.#state
    const isExpired = state.phase === 'ended' && state.end.kind === 'expired'
    return refused(rpc, isExpired ? 'session-expired' : 'session-ended')
  }

  #isEnded(): boolean {
    return this.#state.phase === 'ended'
  }

  async #probe(): Promise<void> {
    const sessionId = this.#sessionId
    if (sessionId && !this.#isEnded()) await this.#inquiry.probe(sessionId)
  }

  async #onExpired(): Promise<void> {
    await this.#probe()
    this.#apply({ type: 'expired' })
    // Without a token only the server's record tells how a finish in doubt ended.
    const isSettled = (): boolean => this.#state.phase !== 'finishing' || this.#isReleased
    await this.#inquiry.repeatUntil(isSettled, this.#sessionId ?? '', this.#options)
  }

  #apply(event: CustodyEvent): void {
    const before = this.#state
    this.#state = nextCustodyState(before, event)
    if (this.#state === before) return
    if (this.#state.phase === 'ended') this.release()
    this.#announce()
  }

  #announce(): void {
    this.#options.onChange?.(this.view)
  }
}
