import { inspect } from 'node:util'

/** The five bearers of openOBD (protocol.md §1). */
export type TokenKind = 'controller' | 'authentication' | 'session' | 'monitor' | 'broker'

/** A bearer of one kind. Only `reveal` returns its value; printing, inspecting or serialising shows the kind only. */
export class Token<Kind extends TokenKind> {
  readonly kind: Kind
  readonly #value: string

  constructor(kind: Kind, value: string) {
    this.kind = kind
    this.#value = value
  }

  /** The value, for the metadata of a call or a hosted function. Never log it. */
  reveal(): string {
    return this.#value
  }

  /** Whether the other token has the same value. */
  equals(other: Token<Kind>): boolean {
    return this.#value === other.#value
  }

  toString(): string {
    return `[${this.kind} token]`
  }

  toJSON(): string {
    return this.toString()
  }

  [inspect.custom](): string {
    return this.toString()
  }
}

export type ControllerToken = Token<'controller'>
export type AuthenticationToken = Token<'authentication'>
export type SessionToken = Token<'session'>
/** A token with which a context is finished: before its claim the one for the claim, then its newest one. */
export type ContextToken = AuthenticationToken | SessionToken
export type AnyToken = Token<TokenKind>

/** Printable ASCII without spaces, as a header value requires. */
const headerValue = /^[\x21-\x7e]{1,8192}$/

/** A token from the wire; undefined when the value is empty or cannot be a header value. */
export const tokenFromWire = <Kind extends TokenKind>(kind: Kind, value: string): Token<Kind> | undefined =>
  headerValue.test(value) ? new Token(kind, value) : undefined
