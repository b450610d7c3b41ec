import { dropOldest } from '../../shared/drop-oldest.ts'
import { encodedForms } from './encoded-forms.ts'
import { cleanDetail, withoutHosts } from './failures.ts'

const minimumSecretLength = 6
/** From this length on a secret inside a longer text is not a coincidence. */
const distinctiveLength = 12
const replacement = '[secret]'
const keptTokens = 200

/**
 * Knows the secrets and tokens of this run and the hosts of its servers, and removes them from everything that leaves main:
 * replies to the page (registrar), the published state (publisher) and the log (logger). Nothing else in main cleans texts.
 */
export class SecretRegistry {
  readonly #clientSecrets = new Set<string>()
  /** Of client secrets only: looking for the forms of every token would cost too much in a flood of log lines. */
  readonly #encodedForms = new Set<string>()
  readonly #tokens = new Set<string>()
  #hosts: readonly string[] = []

  /** Adds a client secret, which is kept for the whole run, or a token. Only the last 200 tokens are kept; older ones have expired. */
  add(secret: string, kind: 'client-secret' | 'token' = 'client-secret'): void {
    if (secret.length < minimumSecretLength) return
    if (kind === 'client-secret') {
      this.#clientSecrets.add(secret)
      for (const form of encodedForms(secret)) this.#encodedForms.add(form)
      return
    }
    this.#tokens.delete(secret)
    this.#tokens.add(secret)
    dropOldest(this.#tokens, keptTokens)
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
   * Whether plain data has a text that equals a known client secret or token, or contains a long one. No text for others may. A
   * short secret inside a longer text may be an ordinary word.
   */
  holdsSecret(value: unknown): boolean {
    if (typeof value === 'string') return this.#isSecret(value)
    return typeof value === 'object' && value !== null && Object.values(value).some((item) => this.holdsSecret(item))
  }

  #isSecret(text: string): boolean {
    const typed = text.trim()
    for (const secrets of [this.#clientSecrets, this.#tokens]) {
      if (secrets.has(typed)) return true
      for (const secret of secrets) if (secret.length >= distinctiveLength && typed.includes(secret)) return true
    }
    return false
  }

  #withoutSecrets(text: string): string {
    let clean = text
    for (const secrets of [this.#clientSecrets, this.#encodedForms, this.#tokens]) {
      for (const secret of secrets) {
        if (secret.length <= clean.length && clean.includes(secret)) clean = clean.replaceAll(secret, replacement)
      }
    }
    return clean
  }

  /** The text without secrets, hosts, addresses and folders: for details of failures and reasons in the log. */
  cleanDetail(text: string): string {
    return cleanDetail(withoutHosts(this.scrub(text), this.#hosts))
  }

  /**
   * A copy of plain data without known secrets and with cleaned failure details; bytes stay as they are. Other texts lose only
   * known secrets: a guess must not change a question to the mechanic.
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
