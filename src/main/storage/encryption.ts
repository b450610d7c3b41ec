/** Encryption by the operating system. No method throws or rejects. */
export interface Encryption {
  /** Whether texts can be encrypted with a key that only this user has. */
  isAvailable(): Promise<boolean>
  /** Undefined when the text cannot be encrypted now. */
  encrypt(text: string): Promise<Uint8Array | undefined>
  /** Undefined when the bytes cannot be decrypted, now or ever. */
  decrypt(bytes: Uint8Array): Promise<string | undefined>
}

/** For hosts without encryption: nothing is kept. */
export const noEncryption: Encryption = {
  isAvailable: () => Promise.resolve(false),
  encrypt: () => Promise.resolve(undefined),
  decrypt: () => Promise.resolve(undefined),
}
