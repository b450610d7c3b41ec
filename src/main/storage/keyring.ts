/** What protects a stored secret. `locked`: nothing can be encrypted or decrypted at the moment. */
export type Protection = 'protected' | 'unprotected' | 'locked'

/** A decrypted text. `locked`: the keyring is not available at the moment · `lost`: the key no longer exists, or is another one. */
export type Decrypted =
  | { readonly kind: 'text'; readonly text: string; readonly shouldReEncrypt: boolean }
  | { readonly kind: 'locked' | 'lost' }

/** The secret store of the operating system. No method throws or rejects. */
export interface Keyring {
  protection(): Promise<Protection>
  /** Undefined when the text cannot be encrypted now. */
  encrypt(text: string): Promise<Uint8Array | undefined>
  decrypt(bytes: Uint8Array): Promise<Decrypted>
}

/** For hosts without a secret store. */
export const noKeyring: Keyring = {
  protection: () => Promise.resolve('unprotected'),
  encrypt: () => Promise.resolve(undefined),
  decrypt: () => Promise.resolve({ kind: 'lost' }),
}
