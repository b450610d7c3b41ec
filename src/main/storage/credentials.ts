import { safeStorage } from 'electron'
import type { Encryption } from './encryption.ts'
import type { Decrypted, Keyring, Protection } from './keyring.ts'

/** On Linux without a secret store the key is a fixed password: this is no encryption (Electron's documentation of safeStorage). */
const weakBackends: ReadonlySet<string> = new Set(['basic_text', 'unknown'])

const hasWeakBackend = (): boolean =>
  process.platform === 'linux' && weakBackends.has(safeStorage.getSelectedStorageBackend())

/** Electron rejects with these words while the key provider cannot answer; every other rejection is about the bytes. */
const isTemporary = (error: unknown): boolean => /temporar|unavailable|not available|locked/i.test(String(error))

/** Secrets by Electron's `safeStorage`. */
export const systemKeyring: Keyring = {
  async protection(): Promise<Protection> {
    try {
      if (hasWeakBackend()) return 'unprotected'
      return (await safeStorage.isAsyncEncryptionAvailable()) ? 'protected' : 'locked'
    } catch {
      return 'locked'
    }
  },
  encrypt: (text) => systemEncryption.encrypt(text),
  async decrypt(bytes): Promise<Decrypted> {
    try {
      const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(Buffer.from(bytes))
      return { kind: 'text', text: result, shouldReEncrypt }
    } catch (error) {
      return { kind: isTemporary(error) || (await this.protection()) === 'locked' ? 'locked' : 'lost' }
    }
  },
}

/** Encryption of session tokens by Electron's `safeStorage`. */
export const systemEncryption: Encryption = {
  isAvailable: async () => (await systemKeyring.protection()) === 'protected',
  async encrypt(text) {
    try {
      return await safeStorage.encryptStringAsync(text)
    } catch {
      return undefined
    }
  },
  async decrypt(bytes) {
    const decrypted = await systemKeyring.decrypt(bytes)
    return decrypted.kind === 'text' ? decrypted.text : undefined
  },
}
