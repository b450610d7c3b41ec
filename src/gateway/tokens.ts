import { createHash, randomBytes } from 'node:crypto'
import type { TokenKind } from '../openobd/token.ts'
import type { GatewayContext } from './contexts.ts'

/** A token of the near side and the token of the server that it stands for. */
export interface MappedToken {
  readonly kind: TokenKind
  readonly near: string
  /** Sent to the server only. */
  readonly far: string
  /** The context that an authentication, session or monitor token speaks for. */
  readonly context: GatewayContext | undefined
}

/** Most controller and broker tokens; they belong to no session, so the oldest are dropped. */
const mostWithoutContext = 2_000

/**
 * Tokens map one to one. A near token says nothing about the server's token and lives as long as that: the server decides with
 * each call whether its token is still valid. Tokens of a context are dropped together.
 */
export class TokenMap {
  readonly #byNear = new Map<string, MappedToken>()
  readonly #byFar = new Map<string, MappedToken>()
  readonly #withoutContext = new Set<MappedToken>()

  get size(): number {
    return this.#byNear.size
  }

  /** The near token for a token of the server; the same one for the same token. */
  nearOf(kind: TokenKind, far: string, context: GatewayContext | undefined): string {
    const known = this.#byFar.get(fingerprint(far))
    if (known !== undefined && known.kind === kind && known.context === context) return known.near
    const token: MappedToken = { kind, near: randomBytes(32).toString('base64url'), far, context }
    this.#byNear.set(fingerprint(token.near), token)
    this.#byFar.set(fingerprint(far), token)
    if (context === undefined) this.#limit(token)
    else context.tokens.add(token)
    return token.near
  }

  /** The mapped token; undefined for everything that is not a near token, also for a token of the server. */
  find(near: string): MappedToken | undefined {
    return this.#byNear.get(fingerprint(near))
  }

  /** The near token of a token of the server that has been mapped before. */
  findFar(far: string): MappedToken | undefined {
    return this.#byFar.get(fingerprint(far))
  }

  /** Drops every token of a context. */
  forget(context: GatewayContext): void {
    for (const token of context.tokens) this.#drop(token)
    context.tokens.clear()
  }

  /** Drops one token, because a newer one of the same context has replaced it long ago. */
  drop(token: MappedToken): void {
    token.context?.tokens.delete(token)
    this.#drop(token)
  }

  #limit(token: MappedToken): void {
    this.#withoutContext.add(token)
    const [oldest] = this.#withoutContext
    if (this.#withoutContext.size <= mostWithoutContext || oldest === undefined) return
    this.#withoutContext.delete(oldest)
    this.#drop(oldest)
  }

  #drop(token: MappedToken): void {
    this.#byNear.delete(fingerprint(token.near))
    if (this.#byFar.get(fingerprint(token.far)) === token) this.#byFar.delete(fingerprint(token.far))
  }
}

/** Tokens are found by their hash, so that a lookup takes the same time for every guess. */
const fingerprint = (token: string): string => createHash('sha256').update(token).digest('base64')
