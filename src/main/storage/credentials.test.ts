import { afterEach, describe, expect, it, vi } from 'vitest'

const safeStorage = {
  isAsyncEncryptionAvailable: vi.fn(() => Promise.resolve(true)),
  getSelectedStorageBackend: vi.fn(() => 'gnome_libsecret'),
  encryptStringAsync: vi.fn((text: string) => Promise.resolve(Buffer.from(text.split('').reverse().join('')))),
  decryptStringAsync: vi.fn((bytes: Buffer) =>
    Promise.resolve({ result: bytes.toString().split('').reverse().join(''), shouldReEncrypt: false }),
  ),
}
vi.mock('electron', () => ({ safeStorage, default: { safeStorage } }))
const { systemEncryption } = await import('./credentials.ts')
const onPlatform = (platform: NodeJS.Platform) => vi.spyOn(process, 'platform', 'get').mockReturnValue(platform)
afterEach(() => vi.restoreAllMocks())

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
    safeStorage.getSelectedStorageBackend.mockReturnValueOnce(backend)
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
