const shortestSecret = 6
const replacement = '[secret]'
const kept = 200

/** Remembers secrets and tokens of this run, so that texts from outside can be cleaned of them before they are kept or shown. */
export class SecretRegistry {
  #secrets = new Set<string>()

  /** Adds a secret; the oldest are forgotten beyond 200, long after their tokens have expired. */
  add(secret: string): void {
    if (secret.length < shortestSecret) return
    this.#secrets.delete(secret)
    this.#secrets.add(secret)
    const [oldest] = this.#secrets
    if (this.#secrets.size > kept && oldest !== undefined) this.#secrets.delete(oldest)
  }

  /** The text without any known secret and without anything that looks like a bearer. */
  scrub(text: string): string {
    let clean = text
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, replacement)
    return clean.replace(/bearer\s+\S+/gi, `Bearer ${replacement}`)
  }
}
