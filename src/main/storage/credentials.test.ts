import { afterEach, describe, expect, it, vi } from 'vitest'
import { noKeyring } from './keyring.ts'

const safeStorage = {
  isAsyncEncryptionAvailable: vi.fn(() => Promise.resolve(true)),
  getSelectedStorageBackend: vi.fn(() => 'gnome_libsecret'),
  encryptStringAsync: vi.fn((text: string) => Promise.resolve(Buffer.from(text.split('').reverse().join('')))),
  decryptStringAsync: vi.fn((bytes: Buffer) =>
    Promise.resolve({ result: bytes.toString().split('').reverse().join(''), shouldReEncrypt: false }),
  ),
}
vi.mock('electron', () => ({ safeStorage, default: { safeStorage } }))
const { systemEncryption, systemKeyring } = await import('./credentials.ts')
const onPlatform = (platform: NodeJS.Platform) => vi.spyOn(process, 'platform', 'get').mockReturnValue(platform)
afterEach(() => {
  vi.restoreAllMocks()
  safeStorage.getSelectedStorageBackend.mockReturnValue('gnome_libsecret')
})

describe('the encryption of the system', () => {
  // @proves Security: A50 tokens at rest are only what the system encrypts; a weak or missing key ring stores nothing
  it.each([
    ['linux', 'gnome_libsecret', true],
    ['linux', 'kwallet6', true],
    ['linux', 'basic_text', false],
    ['linux', 'unknown', false],
    ['win32', 'unknown', true],
    ['darwin', 'unknown', true],
  ] as const)('on %s with %s is used: %s', async (platform, backend, expected) => {
    onPlatform(platform)
    safeStorage.getSelectedStorageBackend.mockReturnValue(backend)
    expect(await systemEncryption.isAvailable()).toBe(expected)
  })

  it('that is not available, or fails when it is asked, is not used', async () => {
    safeStorage.isAsyncEncryptionAvailable.mockResolvedValueOnce(false)
    expect(await systemEncryption.isAvailable()).toBe(false)
    safeStorage.isAsyncEncryptionAvailable.mockRejectedValueOnce(new Error('locked'))
    expect(await systemEncryption.isAvailable()).toBe(false)
  })

  it('gives back what it was given', async () => {
    const bytes = await systemEncryption.encrypt('token')
    expect(bytes?.toString()).toBe('nekot')
    expect(await systemEncryption.decrypt(bytes ?? new Uint8Array())).toBe('token')
  })

  it('that lost its key gives nothing, and nothing fails for it', async () => {
    safeStorage.encryptStringAsync.mockRejectedValueOnce(new Error('no key'))
    safeStorage.decryptStringAsync.mockRejectedValueOnce(new Error('no key'))
    expect(await systemEncryption.encrypt('token')).toBeUndefined()
    expect(await systemEncryption.decrypt(new Uint8Array([1]))).toBeUndefined()
  })
})

describe('the keyring of the system', () => {
  it.each([
    ['the key is temporarily unavailable', 'locked'],
    ['the keyring is locked', 'locked'],
    ['the bytes are not of this key', 'lost'],
  ])('that answers “%s” has %s the secret', async (message, kind) => {
    onPlatform('darwin')
    safeStorage.decryptStringAsync.mockRejectedValueOnce(new Error(message))
    expect(await systemKeyring.decrypt(new Uint8Array([1]))).toEqual({ kind })
  })

  it('has lost nothing while it is locked, whatever it says', async () => {
    onPlatform('darwin')
    safeStorage.decryptStringAsync.mockRejectedValueOnce(new Error('no'))
    safeStorage.isAsyncEncryptionAvailable.mockResolvedValueOnce(false)
    expect(await systemKeyring.decrypt(new Uint8Array([1]))).toEqual({ kind: 'locked' })
  })

  it('says what protects secrets', async () => {
    onPlatform('linux')
    expect(await systemKeyring.protection()).toBe('protected')
    safeStorage.isAsyncEncryptionAvailable.mockResolvedValueOnce(false)
    expect(await systemKeyring.protection()).toBe('locked')
    safeStorage.isAsyncEncryptionAvailable.mockRejectedValueOnce(new Error('no answer'))
    expect(await systemKeyring.protection()).toBe('locked')
    safeStorage.getSelectedStorageBackend.mockReturnValueOnce('basic_text')
    expect(await systemKeyring.protection()).toBe('unprotected')
  })

  it('gives a text, and says whether it should be encrypted again', async () => {
    safeStorage.decryptStringAsync.mockResolvedValueOnce({ result: 'secret', shouldReEncrypt: true })
    expect(await systemKeyring.decrypt(new Uint8Array([1]))).toEqual({
      kind: 'text',
      text: 'secret',
      shouldReEncrypt: true,
    })
  })
})

it('a host without a secret store protects nothing', async () => {
  expect(await noKeyring.protection()).toBe('unprotected')
  expect(await noKeyring.encrypt('secret')).toBeUndefined()
  expect(await noKeyring.decrypt(new Uint8Array())).toEqual({ kind: 'lost' })
})
