import { dropOldest } from '../../shared/drop-oldest.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { CallFailure } from '../failure.ts'
import type { SessionToken__Output } from '../generated/types/openOBD/v1/SessionToken.ts'
import type { GrpcStream, StreamEnd } from '../grpc/grpc-stream.ts'
import { ReopeningStream } from '../grpc/reopening-stream.ts'
import { type SessionToken, tokenFromWire } from '../token.ts'
import type { SessionTokenSource } from './session-calls.ts'

/** State of the token; `late`: the next one is overdue, `expiring`: the last minute, `expired`: no call is possible. */
export type TokenHealth = 'fresh' | 'late' | 'expiring' | 'expired'

/** A session token is valid for 5 minutes and followed by a new one every 2 minutes (protocol.md §1). */
export const tokenLifetimeMs = 300_000
/** A token that is older than this is overdue (quality.md B.5 row 1). */
const lateAfterMs = 150_000
const expiringAfterMs = tokenLifetimeMs - 60_000
/** Calls end a little before the server would refuse them. */
const safetyMs = 1_000

/** Status reported by the keeper. */
export interface TokenKeeperState {
  readonly health: TokenHealth
  /** Unix ms of this computer, for display. */
  readonly receivedAt: number
  readonly expiresAt: number
  readonly rotations: number
  /** Number of ignored tokens: duplicate, old, empty or garbled. */
  readonly ignored: number
  /** Number of streams opened. */
  readonly openings: number
}

/** Why the stream of tokens ended although nobody here closed it: the session has probably ended. */
export type TokenStreamEnd = { readonly kind: 'ended' } | { readonly kind: 'refused'; readonly failure: CallFailure }

export interface TokenKeeperOptions {
  readonly clock: Clock
  readonly random: () => number
  /** Opens the token stream with the given bearer. */
  readonly open: (token: SessionToken) => GrpcStream<never, SessionToken__Output>
  readonly onChange?: (state: TokenKeeperState) => void
  /** Called with each newer token. */
  readonly onToken?: (token: SessionToken) => void
  /** Called at once when the server ended or refused the stream; the keeper keeps trying until it is stopped. */
  readonly onStreamEnd?: (end: TokenStreamEnd) => void
  /** Called exactly once, when the newest token has expired. */
  readonly onExpired?: () => void
}

/** Keeps the newest session token for all later calls; after its expiry no call is made. */
export class TokenKeeper implements SessionTokenSource {
  readonly #options: TokenKeeperOptions
  readonly #stream: ReopeningStream<SessionToken__Output>
  readonly #seen = new Set<string>()
  readonly #replaced = new Set<string>()
  readonly #waiting = new Set<(token: SessionToken | undefined) => void>()
  #newest: SessionToken
  #receivedAtMs: number
  #receivedAtWall: number
  #health: TokenHealth = 'fresh'
  #rotations = 0
  #ignored = 0
  #refusals = 0
  #isStopped = false
  #cancelTimer: Cancel | undefined

  /** `ageMs`: how long ago the first token was received, when an earlier process received it. */
  constructor(first: SessionToken, options: TokenKeeperOptions, ageMs = 0) {
    this.#options = options
    this.#newest = first
    this.#seen.add(first.reveal())
    this.#receivedAtMs = options.clock.monotonicMs() - ageMs
    this.#receivedAtWall = options.clock.wallMs() - ageMs
    this.#stream = new ReopeningStream({
      clock: options.clock,
      random: options.random,
      open: () => this.#openStream(),
      onMessage: (message) => this.#onMessage(message),
      onEnd: (end) => this.#onStreamEnd(end),
    })
  }

  /** Opens the token stream and watches the age of the token. */
  start(): void {
    this.#stream.start()
    this.#watchAge()
  }

  /** Stops everything; the token is no longer available. */
  stop(): void {
    this.#isStopped = true
    this.#cancelTimer?.()
    this.#stream.stop()
    this.#wakeWaiting(undefined)
  }

  /** Reopens the stream without waiting for the back-off. */
  reopenNow(): void {
    if (!this.#isStopped && this.#checkHealth() !== 'expired') this.#stream.reopenNow()
  }

  get state(): TokenKeeperState {
    return {
      health: this.#health,
      receivedAt: this.#receivedAtWall,
      expiresAt: this.#receivedAtWall + tokenLifetimeMs,
      rotations: this.#rotations,
      ignored: this.#ignored,
      openings: this.#stream.openings,
    }
  }

  current(): SessionToken | undefined {
    return this.#isStopped || this.#checkHealth() === 'expired' ? undefined : this.#newest
  }

  /** One attempt per refused token: a newer token that has arrived already, or the next one within 2 s of reopening the stream. */
  replace(refusedToken: SessionToken): Promise<SessionToken | undefined> {
    const current = this.current()
    if (current && !current.equals(refusedToken)) return Promise.resolve(current)
    if (!current || this.#replaced.has(refusedToken.reveal())) return Promise.resolve(undefined)
    this.#replaced.add(refusedToken.reveal())
    this.#stream.reopenNow()
    return new Promise((resolve) => {
      const answer = (token: SessionToken | undefined): void => {
        cancel()
        this.#waiting.delete(answer)
        resolve(token)
      }
      const cancel = this.#options.clock.after(2_000, () => answer(undefined))
      this.#waiting.add(answer)
    })
  }

  #openStream(): GrpcStream<never, SessionToken__Output> | undefined {
    const token = this.current()
    return token ? this.#options.open(token) : undefined
  }

  /** A newest token that the server refuses twice counts as expired; more attempts would flood the server (quality.md B.5 row 5). */
  #onStreamEnd(end: StreamEnd): 'reopen' {
    if (end.kind === 'ended') this.#options.onStreamEnd?.({ kind: 'ended' })
    if (end.kind === 'failed' && end.failure.certainty === 'refused') {
      this.#options.onStreamEnd?.({ kind: 'refused', failure: end.failure })
      this.#wakeWaiting(undefined)
      this.#refusals += end.failure.bearerRefused ? 1 : 0
      if (this.#refusals >= 2) this.#setHealth('expired')
    }
    return 'reopen'
  }

  #onMessage(message: SessionToken__Output): void {
    this.#refusals = 0
    const token = tokenFromWire('session', message.value)
    if (!token || this.#seen.has(token.reveal()) || this.#isStopped || this.#health === 'expired') {
      this.#ignored += 1
      return
    }
    this.#remember(token)
    this.#newest = token
    this.#receivedAtMs = this.#options.clock.monotonicMs()
    this.#receivedAtWall = this.#options.clock.wallMs()
    this.#rotations += 1
    this.#health = 'fresh'
    this.#options.onToken?.(token)
    this.#options.onChange?.(this.state)
    this.#wakeWaiting(token)
    this.#watchAge()
  }

  /** A session of 4 h sees about 120 tokens; more than 500 are not remembered. */
  #remember(token: SessionToken): void {
    this.#seen.add(token.reveal())
    dropOldest(this.#seen, 500)
  }

  #wakeWaiting(token: SessionToken | undefined): void {
    for (const answer of [...this.#waiting]) answer(token)
  }

  /** Sets a timer for the next change of health. */
  #watchAge(): void {
    this.#cancelTimer?.()
    if (this.#isStopped || this.#checkHealth() === 'expired') return
    const age = this.#ageMs()
    const next = [lateAfterMs, expiringAfterMs].find((limit) => limit > age) ?? tokenLifetimeMs - safetyMs
    this.#cancelTimer = this.#options.clock.after(next - age, () => this.#watchAge())
  }

  #ageMs(): number {
    return this.#options.clock.monotonicMs() - this.#receivedAtMs
  }

  /** Updates the health from the clock, also after a sleep in which no timer fired. */
  #checkHealth(): TokenHealth {
    if (this.#health === 'expired' || this.#isStopped) return this.#health
    this.#setHealth(healthAt(this.#ageMs()))
    return this.#health
  }

  #setHealth(health: TokenHealth): void {
    if (health === this.#health || this.#health === 'expired') return
    this.#health = health
    this.#options.onChange?.(this.state)
    if (health !== 'expired') return
    this.#cancelTimer?.()
    this.#stream.stop()
    this.#wakeWaiting(undefined)
    this.#options.onExpired?.()
  }
}

/** Health of a token of the given age in ms. */
export function healthAt(ageMs: number): TokenHealth {
  if (ageMs >= tokenLifetimeMs - safetyMs) return 'expired'
  if (ageMs >= expiringAfterMs) return 'expiring'
  return ageMs >= lateAfterMs ? 'late' : 'fresh'
}
