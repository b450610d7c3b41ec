import { safeStorage } from 'electron'
import type { Encryption } from './encryption.ts'

/** On Linux without a secret store the key is a fixed password: this is no encryption (Electron's documentation of safeStorage). */
const weakBackends: ReadonlySet<string> = new Set(['basic_text', 'unknown'])

/** Encryption by Electron's `safeStorage`. */
export const systemEncryption: Encryption = {
  async isAvailable() {
    try {
      if (!(await safeStorage.isAsyncEncryptionAvailable())) return false
      return process.platform !== 'linux' || !weakBackends.has(safeStorage.getSelectedStorageBackend())
    } catch {
      return false
    }
  },
  async encrypt(text) {
    try {
      return await safeStorage.encryptStringAsync(text)
    } catch {
      return undefined
    }
  },
  async decrypt(bytes) {
    try {
      return (await safeStorage.decryptStringAsync(Buffer.from(bytes))).result
    } catch {
      return undefined
    }
  },
}
