const shortestSecret = 6
const replacement = '[secret]'
const keptTokens = 200

/** Remembers secrets and tokens of this run, so that texts from outside can be cleaned of them before they are kept or shown. */
export class SecretRegistry {
  readonly #clientSecrets = new Set<string>()
  readonly #tokens = new Set<string>()

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

  /** The text without any known secret and without anything that looks like a bearer. */
  scrub(text: string): string {
    let clean = text
    for (const secret of [...this.#clientSecrets, ...this.#tokens]) clean = clean.replaceAll(secret, replacement)
    return clean.replace(/bearer\s+\S+/gi, `Bearer ${replacement}`)
  }
}
