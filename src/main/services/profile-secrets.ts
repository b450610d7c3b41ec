import type { Cancel, Clock } from '../../openobd/clock.ts'
import { type Outcome, succeeded } from '../../shared/outcome.ts'
import { type Keyring, noKeyring, type Protection } from '../storage/keyring.ts'
import type { SecretStore, StoredSecret } from '../storage/secret-store.ts'
import { storageFailure } from './failures.ts'

/** The secrets of a profile. */
export type SecretName = 'client-secret' | 'proxy-password' | 'certificate-key'

/** Why a stored secret cannot be used. `locked`: it may still come · `lost`: it has to be typed again. */
export type SecretTrouble = 'locked' | 'lost'

/** Dependencies of the secrets; without store and keyring everything is kept for this run only. */
export interface ProfileSecretsOptions {
  readonly store?: Pick<SecretStore, 'list' | 'set' | 'remove'>
  readonly keyring?: Keyring
  readonly clock?: Clock
  /** Whether a person has agreed to store secrets without protection. */
  readonly hasConsent?: () => boolean
  readonly onSecret: (secret: string) => void
  /** A secret of the profile has become known, or was found to be lost. */
  readonly onChange?: (profileId: string) => void
}

/** A locked keyring is asked again after this time, in ms. */
const askAgainMs = 2_000

const keyOf = (profileId: string, name: string): string => `${name} ${profileId}`

/** Secrets of profiles: in memory for this run, and stored by the keyring of the system for the next one. */
export class ProfileSecrets {
  readonly #options: ProfileSecretsOptions
  readonly #keyring: Keyring
  readonly #known = new Map<string, string>()
  readonly #troubles = new Map<string, SecretTrouble>()
  /** Secrets that are stored as soon as the keyring is unlocked. */
  readonly #waiting = new Map<string, { readonly profileId: string; readonly name: SecretName }>()
  #cancelRetry: Cancel = () => undefined
  #isStopped = false

  constructor(options: ProfileSecretsOptions) {
    this.#options = options
    this.#keyring = options.keyring ?? noKeyring
    for (const { profileId, name } of this.#stored()) this.#troubles.set(keyOf(profileId, name), 'locked')
  }

  /** The secret, while it is known. */
  get(profileId: string, name: SecretName): string | undefined {
    return this.#known.get(keyOf(profileId, name))
  }

  /** Why the stored secret is not known. */
  trouble(profileId: string, name: SecretName): SecretTrouble | undefined {
    return this.#troubles.get(keyOf(profileId, name))
  }

  /** Reads what earlier runs stored. While the keyring is locked it is asked again every two seconds. */
  async load(): Promise<void> {
    let isLocked = false
    for (const stored of this.#stored())
      if (this.#troubles.get(keyOf(stored.profileId, stored.name)) === 'locked' && !(await this.#read(stored)))
        isLocked = true
    for (const [key, { profileId, name }] of [...this.#waiting]) {
      this.#waiting.delete(key)
      const kept = await this.#store(profileId, name)
      if (kept.ok && kept.value === 'later') isLocked = true
    }
    if (isLocked && !this.#isStopped) this.#askAgain()
  }

  /** Takes a secret that a person typed, for this run. */
  take(profileId: string, name: SecretName, secret: string): void {
    const key = keyOf(profileId, name)
    this.#known.set(key, secret)
    this.#troubles.delete(key)
    this.#options.onSecret(secret)
  }

  /**
   * Stores a known secret for later runs, or removes it from the disk. `this-run-only`: nothing protects it and nobody agreed to store
   * it like that · `later`: the keyring is locked; it is stored when that ends. Fails when the disk refuses.
   */
  async remember(
    profileId: string,
    name: SecretName,
    isWanted: boolean,
  ): Promise<Outcome<'stored' | 'this-run-only' | 'later'>> {
    if (isWanted) return this.#store(profileId, name)
    this.#waiting.delete(keyOf(profileId, name))
    return this.#remove(profileId, name, succeeded('this-run-only'))
  }

  /** Forgets one secret, or all of a profile, also on the disk. */
  forget(profileId: string, name?: SecretName): Outcome<null> {
    const names: readonly SecretName[] = name ? [name] : ['client-secret', 'proxy-password', 'certificate-key']
    for (const one of names) {
      const key = keyOf(profileId, one)
      this.#known.delete(key)
      this.#troubles.delete(key)
      this.#waiting.delete(key)
    }
    return this.#remove(profileId, name, succeeded(null))
  }

  /** What protects stored secrets at the moment. */
  protection(): Promise<Protection> {
    return this.#keyring.protection()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelRetry()
  }

  #stored(): StoredSecret[] {
    return this.#options.store?.list() ?? []
  }

  /** False while the keyring is locked. */
  async #read(stored: StoredSecret): Promise<boolean> {
    const { profileId, name, bytes, isPlain } = stored
    const key = keyOf(profileId, name)
    const found = isPlain
      ? { kind: 'text' as const, text: Buffer.from(bytes).toString('utf8'), shouldReEncrypt: await this.#isBetterNow() }
      : await this.#keyring.decrypt(bytes)
    // Typed or removed in the meantime.
    if (this.#isStopped || this.#troubles.get(key) !== 'locked') return true
    if (found.kind === 'locked') return false
    if (found.kind === 'text') {
      this.take(profileId, name as SecretName, found.text)
      if (found.shouldReEncrypt) await this.#store(profileId, name as SecretName)
    } else this.#troubles.set(key, 'lost')
    this.#options.onChange?.(profileId)
    return true
  }

  /** A secret that was stored without protection is protected as soon as that is possible. */
  async #isBetterNow(): Promise<boolean> {
    return (await this.#keyring.protection()) === 'protected'
  }

  async #store(profileId: string, name: SecretName): Promise<Outcome<'stored' | 'this-run-only' | 'later'>> {
    const key = keyOf(profileId, name)
    const secret = this.#known.get(key)
    const { store, hasConsent } = this.#options
    if (!store || secret === undefined) return succeeded('this-run-only')
    const protection = await this.#keyring.protection()
    if (protection === 'locked') return this.#storeLater(profileId, name)
    if (protection === 'unprotected' && hasConsent?.() !== true) {
      // An older copy would come back at the next start.
      return this.#remove(profileId, name, succeeded('this-run-only'))
    }
    const isPlain = protection === 'unprotected'
    const bytes = isPlain ? Buffer.from(secret, 'utf8') : await this.#keyring.encrypt(secret)
    if (bytes === undefined) return this.#storeLater(profileId, name)
    if (this.#known.get(key) !== secret) return succeeded('stored')
    try {
      store.set({ profileId, name, isPlain, bytes })
      return succeeded('stored')
    } catch (error) {
      return storageFailure(error)
    }
  }

  #storeLater(profileId: string, name: SecretName): Outcome<'later'> {
    this.#waiting.set(keyOf(profileId, name), { profileId, name })
    this.#askAgain()
    return succeeded('later')
  }

  #remove<T>(profileId: string, name: SecretName | undefined, done: Outcome<T>): Outcome<T> {
    try {
      this.#options.store?.remove(profileId, name)
      return done
    } catch (error) {
      return storageFailure(error)
    }
  }

  #askAgain(): void {
    this.#cancelRetry()
    if (this.#isStopped || !this.#options.clock) return
    this.#cancelRetry = this.#options.clock.after(askAgainMs, () => void this.load())
  }
}
