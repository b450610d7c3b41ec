import { cleanDetail, withoutHosts } from './failures.ts'

const shortestSecret = 6
/** From this length on a secret inside of a longer text is no coincidence. */
const surelySecret = 12
const replacement = '[secret]'
const keptTokens = 200

/**
 * Remembers secrets and tokens of this run and the hosts of its servers, and takes them out of whatever leaves main: replies
 * to the page (registrar), the published state (publisher) and the log (logger). Nothing else in main cleans texts.
 */
export class SecretRegistry {
  readonly #clientSecrets = new Set<string>()
  readonly #tokens = new Set<string>()
  #hosts: readonly string[] = []

  /** Adds a client secret, which is never forgotten, or a token: the oldest go beyond 200, long after they have expired. */
  add(secret: string, kind: 'client-secret' | 'token' = 'client-secret'): void {
    if (secret.length < shortestSecret) return
    if (kind === 'client-secret') {
      this.#clientSecrets.add(secret)
      return
    }
    this.#tokens.delete(secret)
    this.#tokens.add(secret)
    const [oldest] = this.#tokens
    if (this.#tokens.size > keptTokens && oldest !== undefined) this.#tokens.delete(oldest)
  }

  /** The hosts that details of failures must not name. */
  setHosts(hosts: readonly string[]): void {
    this.#hosts = hosts
  }

  /** The text without any known secret and without anything that looks like a bearer: for the log and details of failures. */
  scrub(text: string): string {
    return this.#withoutSecrets(text).replace(/bearer\s+\S+/gi, `Bearer ${replacement}`)
  }

  /**
   * Whether plain data has a text that is a known client secret or token, or contains a long one: nothing that a person
   * types for somebody else may. A short one inside a longer text may be an ordinary word.
   */
  holdsSecret(value: unknown): boolean {
    if (typeof value === 'string') return this.#isSecret(value)
    return typeof value === 'object' && value !== null && Object.values(value).some((item) => this.holdsSecret(item))
  }

  #isSecret(text: string): boolean {
    const typed = text.trim()
    for (const secrets of [this.#clientSecrets, this.#tokens]) {
      if (secrets.has(typed)) return true
      for (const secret of secrets) if (secret.length >= surelySecret && typed.includes(secret)) return true
    }
    return false
  }

  #withoutSecrets(text: string): string {
    let clean = text
    for (const secrets of [this.#clientSecrets, this.#tokens]) {
      for (const secret of secrets) {
        if (secret.length <= clean.length && clean.includes(secret)) clean = clean.replaceAll(secret, replacement)
      }
    }
    return clean
  }

  /** The scrubbed text without hosts, addresses and folders either: for details of failures and reasons in the log. */
  cleanDetail(text: string): string {
    return cleanDetail(withoutHosts(this.scrub(text), this.#hosts))
  }

  /**
   * A copy of plain data without known secrets and with every detail of a failure cleaned; bytes and the like stay as they are. Only
   * what is known for certain is taken out of other texts: a question to the mechanic must not be changed by a guess.
   */
  clean<T>(value: T): T {
    return this.#clean(value, false) as T
  }

  #clean(value: unknown, isDetail: boolean): unknown {
    if (typeof value === 'string') return isDetail ? this.cleanDetail(value) : this.#withoutSecrets(value)
    if (Array.isArray(value)) return value.map((item) => this.#clean(item, false))
    if (!isPlain(value)) return value
    const isFailure = 'code' in value && 'nextAction' in value && 'correlationId' in value
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        this.#withoutSecrets(name),
        this.#clean(item, isFailure && name === 'detail'),
      ]),
    )
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
