import { z } from 'zod'
import type { Clock } from '../../openobd/clock.ts'
import type { TrustedEndpoint } from '../../openobd/grpc/endpoint.ts'
import type { KeptSession } from '../../openobd/session/custody/custody-options.ts'
import { tokenLifetimeMs } from '../../openobd/session/token-keeper.ts'
import { type SessionToken, tokenFromWire } from '../../openobd/token.ts'
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

/** Keeps the newest session token of each of our sessions, encrypted and for its five minutes, so that a session survives a crash. */
export class TokenKeeping {
  readonly #options: TokenKeepingOptions
  /** The newest token of each session that is held; a later one, or the end, makes an encryption that is under way void. */
  readonly #newest = new Map<string, SessionToken>()

  constructor(options: TokenKeepingOptions) {
    this.#options = options
    void this.#written('removeOlderThan', options.store.removeOlderThan(options.clock.wallMs() - tokenLifetimeMs))
  }

  /** Keeps a token in place of the one before. */
  async keep({ handle, sessionId, endpoint }: HeldSession, token: SessionToken): Promise<void> {
    const { encryption, store, clock } = this.#options
    const receivedAt = clock.wallMs()
    this.#newest.set(handle, token)
    if (!(await encryption.isAvailable())) return
    const { host, port, transport } = endpoint
    const text = JSON.stringify({ handle, sessionId, host, port, transport, token: token.reveal() })
    const encrypted = await encryption.encrypt(text)
    if (encrypted === undefined || this.#newest.get(handle) !== token) return
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
    const { sessionId, host, port, transport, token: value } = parsed.data
    const token = tokenFromWire('session', value)
    return token && { sessionId, endpoint: { host, port, transport }, token, ageMs: age }
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
