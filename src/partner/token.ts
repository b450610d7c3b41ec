import type { Clock } from '../openobd/clock.ts'
import { fail, type Outcome, succeeded } from '../shared/outcome.ts'
import { choices } from './choices.ts'
import type { Ask } from './http.ts'
import { tokenSchema } from './wire.ts'

/** Credentials of the account; the same as for gRPC. */
export interface PartnerAccount {
  readonly clientId: string
  readonly clientSecret: string
}

/** Dependencies of the token. */
export interface TokenOptions {
  readonly tokenUrl: string
  readonly account: () => PartnerAccount | undefined
  readonly ask: Ask
  readonly clock: Clock
  readonly onToken: (token: string) => void
}

/** The bearer of the Partner API. A new one is fetched after 30 minutes, before its end, and after the server refused it. */
export class PartnerToken {
  readonly #options: TokenOptions
  #current: { readonly value: string; readonly renewAtMs: number } | undefined
  #fetching: Promise<Outcome<string>> | undefined

  constructor(options: TokenOptions) {
    this.#options = options
  }

  /** The present token; concurrent callers share one fetch. */
  get(): Promise<Outcome<string>> {
    const current = this.#current
    if (current && this.#options.clock.monotonicMs() < current.renewAtMs)
      return Promise.resolve(succeeded(current.value))
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  /** The server refused this token. */
  refused(token: string): void {
    if (this.#current?.value === token) this.#current = undefined
  }

  async #fetch(): Promise<Outcome<string>> {
    const { tokenUrl, account, ask, clock, onToken } = this.#options
    const credentials = account()
    if (!credentials) return fail('secret-missing')
    const { clientId, clientSecret } = credentials
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    })
    const answer = await ask({ url: new URL(tokenUrl), headers: {}, form })
    if (!answer.ok) return answer
    const { status, body } = answer.value
    if (status === 400 || status === 401 || status === 403) return fail('wrong-credentials')
    if (status === 429) return fail('too-many-requests')
    if (status >= 500) return fail('partner-api-failed')
    const token = tokenSchema.safeParse(body)
    if (status !== 200 || !token.success) return fail('partner-api-unreadable')
    const { access_token: value, expires_in: seconds } = token.data
    // Half of a short life is left for requests that are under way.
    const lifeMs = Math.min(choices.renewTokenAfterMs, (seconds * 1000) / 2)
    this.#current = { value, renewAtMs: clock.monotonicMs() + lifeMs }
    onToken(value)
    return succeeded(value)
  }
}
