import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Encryption } from '../encryption.ts'

/**
 * Encryption with a key of this test; `isThere` false plays a system without a secret store. Processes that share texts are given
 * the same key of 32 bytes.
 */
export function fakeEncryption(isThere = true, key: Uint8Array = randomBytes(32)): Encryption & { isThere: boolean } {
  return {
    isThere,
    isAvailable() {
      return Promise.resolve(this.isThere)
    },
    encrypt(text) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Promise.resolve(Buffer.concat([nonce, cipher.getAuthTag(), body]))
    },
    decrypt(bytes) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
        decipher.setAuthTag(bytes.subarray(12, 28))
        return Promise.resolve(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8'))
      } catch {
        return Promise.resolve(undefined)
      }
    },
  }
}
