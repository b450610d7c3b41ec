import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../clock/clock.ts'

declare const tokenKind: unique symbol

/** The five kinds of bearer (protocol.md §1). */
export type TokenKind = 'controller' | 'broker' | 'authentication' | 'session' | 'monitor'
/** A token in clear; it leaves the engine only in a reply to the one it belongs to. */
export type Token<Kind extends TokenKind> = string & { readonly [tokenKind]: Kind }

/** What the vault knows of a token. */
export interface TokenRecord<Holder> {
  readonly kind: TokenKind
  /** Whom the token speaks for. */
  readonly holder: Holder
  /** Unix ms of the session clock; the token is refused from then on. Infinity: as long as the holder lives. */
  readonly expiresAt: number
  /** Set once an authentication token has been spent on `authenticate`. */
  isSpent: boolean
}

/** So few records are not worth looking for expired ones. */
const leastToSweep = 64

/** Tokens by their hash, so that comparing takes the same time whatever was guessed, and a memory dump holds no bearer. */
export class TokenVault<Holder> {
  readonly #clock: Clock
  readonly #records = new Map<string, TokenRecord<Holder>>()
  #sweepAt = leastToSweep

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many unexpired, unspent tokens `matches` picks. */
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

  /** How many records are kept, those of tokens that have expired and were not swept out yet included. */
  get size(): number {
    return this.#records.size
  }

  /** The record of a token that has not expired; undefined for everything else. */
  find(token: string): TokenRecord<Holder> | undefined {
    const record = this.#records.get(fingerprint(token))
    return record !== undefined && record.expiresAt > this.#clock.now() ? record : undefined
  }

  /** Makes one token useless. */
  revoke(token: Token<TokenKind>): void {
    this.#records.delete(fingerprint(token))
  }

  /** Makes the tokens useless that `matches` picks. */
  revokeAll(matches: (record: TokenRecord<Holder>) => boolean): void {
    for (const [key, record] of this.#records) if (matches(record)) this.#records.delete(key)
  }

  /** Comes again when there are twice as many as are left: so a token costs the same however many there are. */
  #sweep(): void {
    const now = this.#clock.now()
    for (const [key, record] of this.#records) if (record.expiresAt <= now) this.#records.delete(key)
    this.#sweepAt = Math.max(leastToSweep, 2 * this.#records.size)
  }
}

const fingerprint = (token: string): string => createHash('sha256').update(token).digest('base64')
