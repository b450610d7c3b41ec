import { z } from 'zod'
import type { Clock } from '../../openobd/clock.ts'
import type { TrustedEndpoint } from '../../openobd/grpc/endpoint.ts'
import type { KeptSession } from '../../openobd/session/custody/custody-options.ts'
import { tokenLifetimeMs } from '../../openobd/session/token-keeper.ts'
import { type ContextToken, type SessionToken, Token, tokenFromWire } from '../../openobd/token.ts'
import type { Outcome } from '../../shared/outcome.ts'
import type { UnfinishedSession } from '../../shared/session.ts'
import type { Encryption } from '../storage/encryption.ts'
import type { KeptTokens } from './journal/journal.ts'
import type { KeptToken } from './journal/kept-tokens.ts'

/** Everything that resuming needs is encrypted together, so that nobody can send the token to another server by changing the file. */
const keptSchema = z.object({
  handle: z.string(),
  sessionId: z.string(),
  host: z.string(),
  port: z.number().int(),
  transport: z.enum(['tls', 'plaintext']),
  token: z.string(),
  /** The open function contexts, the deepest first; an earlier version kept none. */
  contexts: z.array(z.object({ kind: z.enum(['authentication', 'session']), token: z.string() })).default([]),
})

/** A session whose token is kept. */
export interface HeldSession {
  readonly handle: string
  readonly sessionId: string
  readonly endpoint: TrustedEndpoint
}

/** Dependencies of the token keeping. */
export interface TokenKeepingOptions {
  readonly store: KeptTokens
  readonly encryption: Encryption
  readonly clock: Pick<Clock, 'wallMs'>
  readonly onFailure: (what: string) => void
}

/** What is kept of a session now. */
interface Newest {
  readonly held: HeldSession
  readonly token: SessionToken
  /** Unix ms. */
  readonly receivedAt: number
  readonly contexts: readonly ContextToken[]
}

/**
 * Keeps the newest session token of each of our sessions, and of each function context in it, encrypted and for the five minutes of
 * the session's token, so that a session survives a crash.
 */
export class TokenKeeping {
  readonly #options: TokenKeepingOptions
  /** Of each session that is held; a later one, or the end, makes an encryption that is under way void. */
  readonly #newest = new Map<string, Newest>()

  constructor(options: TokenKeepingOptions) {
    this.#options = options
    void this.#written('removeOlderThan', options.store.removeOlderThan(options.clock.wallMs() - tokenLifetimeMs))
  }

  /** Keeps a token in place of the one before. */
  keep(held: HeldSession, token: SessionToken): Promise<void> {
    const contexts = this.#newest.get(held.handle)?.contexts ?? []
    return this.#keep({ held, token, receivedAt: this.#options.clock.wallMs(), contexts })
  }

  /** Keeps the tokens of the function contexts that are open now, the deepest first, in place of the ones before. */
  async keepContexts(handle: string, contexts: readonly ContextToken[]): Promise<void> {
    const newest = this.#newest.get(handle)
    if (newest) await this.#keep({ ...newest, contexts })
  }

  async #keep(newest: Newest): Promise<void> {
    const { encryption, store } = this.#options
    const { held, token, receivedAt, contexts } = newest
    const { handle, sessionId, endpoint } = held
    this.#newest.set(handle, newest)
    if (!(await encryption.isAvailable())) return
    const { host, port, transport } = endpoint
    const open = contexts.map((context) => ({ kind: context.kind, token: context.reveal() }))
    const kept = { handle, sessionId, host, port, transport, token: token.reveal(), contexts: open }
    const encrypted = await encryption.encrypt(JSON.stringify(kept))
    if (encrypted === undefined || this.#newest.get(handle) !== newest) return
    await this.#written('set', store.set({ handle, receivedAt, encrypted }))
  }

  /** Removes the token of a session that has ended. */
  forget(handle: string): void {
    this.#newest.delete(handle)
    void this.#written('remove', this.#options.store.remove(handle))
  }

  /** Whether a session of an earlier run can be held again. */
  async resumable(handle: string): Promise<UnfinishedSession['resume']> {
    const stored = await this.#stored(handle)
    const age = this.#ageOf(stored)
    if (age !== undefined) return age < tokenLifetimeMs ? 'possible' : 'too-late'
    return (await this.#options.encryption.isAvailable()) ? 'too-late' : 'not-kept'
  }

  /** What was kept of a session; undefined when it is missing, too old or cannot be decrypted. */
  async kept(handle: string): Promise<KeptSession | undefined> {
    const stored = await this.#stored(handle)
    const age = this.#ageOf(stored)
    if (age === undefined || age >= tokenLifetimeMs || !stored) return undefined
    const text = await this.#options.encryption.decrypt(stored.encrypted)
    const parsed = keptSchema.safeParse(parseJson(text))
    if (!parsed.success || parsed.data.handle !== handle) return undefined
    const { sessionId, host, port, transport, token: value, contexts } = parsed.data
    const token = tokenFromWire('session', value)
    const open = contexts.map(({ kind, token: own }): ContextToken => new Token(kind, own) as ContextToken)
    return token && { sessionId, endpoint: { host, port, transport }, token, ageMs: age, contexts: open }
  }

  /** Age of a stored token in ms. A clock that was set back gives no age: the token counts as too old. */
  #ageOf(stored: KeptToken | undefined): number | undefined {
    if (!stored) return undefined
    const age = this.#options.clock.wallMs() - stored.receivedAt
    return age < 0 ? tokenLifetimeMs : age
  }

  async #stored(handle: string): Promise<KeptToken | undefined> {
    const stored = await this.#options.store.get(handle)
    return stored.ok ? (stored.value ?? undefined) : undefined
  }

  async #written(what: string, written: Promise<Outcome<null>>): Promise<void> {
    if (!(await written).ok) this.#options.onFailure(what)
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
