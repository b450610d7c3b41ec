import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from './clock/clock.ts'
import { unauthenticated } from './refusal.ts'

declare const tokenKind: unique symbol

/** The five kinds of bearer (protocol.md §1). */
export type TokenKind = 'controller' | 'broker' | 'authentication' | 'session' | 'monitor'
/** A token in clear text; it is sent only to its holder. */
export type Token<Kind extends TokenKind> = string & { readonly [tokenKind]: Kind }

/** Record of a token in the vault. */
export interface TokenRecord<Holder> {
  readonly kind: TokenKind
  /** Holder of the token. */
  readonly holder: Holder
  /** Unix ms of the session clock; the token is refused from then on. Infinity: valid as long as its holder exists. */
  readonly expiresAt: number
  /** Set once an authentication token has been spent on `authenticate`. */
  isSpent: boolean
}

/** Below this number expired records are not searched for. */
const leastToSweep = 64

/** Tokens by their hash, so that a lookup takes the same time for every guess, and a memory dump contains no token. */
export class TokenVault<Holder> {
  readonly #clock: Clock
  readonly #records = new Map<string, TokenRecord<Holder>>()
  #sweepAt = leastToSweep

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Number of unexpired, unspent tokens that match. */
  count(matches: (record: TokenRecord<Holder>) => boolean): number {
    this.#sweep()
    let live = 0
    for (const record of this.#records.values()) if (!record.isSpent && matches(record)) live += 1
    return live
  }

  /** Makes a token of 256 random bits that is valid for `lifetimeMs`. */
  issue<Kind extends TokenKind>(kind: Kind, holder: Holder, lifetimeMs: number): Token<Kind> {
    if (this.#records.size >= this.#sweepAt) this.#sweep()
    const token = randomBytes(32).toString('base64url') as Token<Kind>
    this.#records.set(fingerprint(token), { kind, holder, expiresAt: this.#clock.now() + lifetimeMs, isSpent: false })
    return token
  }

  /** Number of records, including expired ones that were not removed yet. */
  get size(): number {
    return this.#records.size
  }

  /** The record of a token that has not expired; undefined for everything else. */
  find(token: string): TokenRecord<Holder> | undefined {
    const record = this.#records.get(fingerprint(token))
    return record !== undefined && record.expiresAt > this.#clock.now() ? record : undefined
  }

  /** The record of a token of one of these kinds; `unauthenticated` when it is missing, unknown, expired or of another kind. */
  demand(token: string | undefined, kinds: readonly TokenKind[]): TokenRecord<Holder> {
    if (token === undefined) throw unauthenticated('a bearer token is needed')
    const record = this.find(token)
    if (record === undefined) throw unauthenticated('the token is unknown or has expired')
    if (!kinds.includes(record.kind))
      throw unauthenticated(`this call needs a ${kinds[0]} token, not a ${record.kind} token`)
    return record
  }

  /** Revokes one token. */
  revoke(token: Token<TokenKind>): void {
    this.#records.delete(fingerprint(token))
  }

  /** Revokes the tokens that match. */
  revokeAll(matches: (record: TokenRecord<Holder>) => boolean): void {
    for (const [key, record] of this.#records) if (matches(record)) this.#records.delete(key)
  }

  /** Runs again when the number of records has doubled, so that the cost per token is constant. */
  #sweep(): void {
    const now = this.#clock.now()
    for (const [key, record] of this.#records) if (record.expiresAt <= now) this.#records.delete(key)
    this.#sweepAt = Math.max(leastToSweep, 2 * this.#records.size)
  }
}

const fingerprint = (token: string): string => createHash('sha256').update(token).digest('base64')
