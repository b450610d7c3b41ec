import { randomBytes } from 'node:crypto'
import type { Keyring } from '../keyring.ts'
import { fakeEncryption } from './fake-encryption.ts'

/** The secret stores of Electron's `safeStorage`. */
export const backends = [
  'windows',
  'macos',
  'gnome_libsecret',
  'kwallet',
  'kwallet5',
  'kwallet6',
  'basic_text',
  'unknown',
] as const
export type Backend = (typeof backends)[number]

/** A keyring of a test. Each backend has a key of its own, which can be lost, rotated or locked away. */
export class FakeKeyring implements Keyring {
  backend: Backend
  isLocked = false
  /** The key was rotated: what is decrypted should be encrypted again. */
  isRotated = false
  encryptions = 0
  readonly #keys = new Map<Backend, Uint8Array>()

  constructor(backend: Backend = 'gnome_libsecret') {
    this.backend = backend
  }

  get isWeak(): boolean {
    return this.backend === 'basic_text' || this.backend === 'unknown'
  }

  loseKey(): void {
    this.#keys.set(this.backend, randomBytes(32))
  }

  async protection() {
    if (this.isWeak) return 'unprotected' as const
    return this.isLocked ? ('locked' as const) : ('protected' as const)
  }

  async encrypt(text: string) {
    if (this.isLocked) return undefined
    this.encryptions += 1
    return this.#cipher().encrypt(text)
  }

  async decrypt(bytes: Uint8Array) {
    if (this.isLocked) return { kind: 'locked' as const }
    const text = await this.#cipher().decrypt(bytes)
    return text === undefined
      ? { kind: 'lost' as const }
      : { kind: 'text' as const, text, shouldReEncrypt: this.isRotated }
  }

  #cipher() {
    const key = this.#keys.get(this.backend) ?? randomBytes(32)
    this.#keys.set(this.backend, key)
    return fakeEncryption(true, key)
  }
}
