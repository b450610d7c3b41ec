import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import { openStorage } from '../storage/storage.ts'
import { backends, FakeKeyring } from '../storage/testing/fake-keyring.ts'
import { ProfileSecrets } from './profile-secrets.ts'

const secret = 'CANARY-secret-of-a-workshop'

/** Secrets of one run on a profile folder. */
function run(folder: string, keyring: FakeKeyring, more: { hasConsent?: boolean; disk?: 'full' } = {}) {
  const clock = new ManualClock()
  const storage = openStorage(folder, 0)
  const changed: string[] = []
  const secrets = new ProfileSecrets({
    store:
      more.disk === 'full'
        ? {
            list: () => [],
            set: () => {
              throw Object.assign(new Error('full'), { errcode: 13 })
            },
            remove: () => undefined,
          }
        : storage.secrets,
    keyring,
    clock,
    hasConsent: () => more.hasConsent === true,
    onSecret: () => undefined,
    onChange: (id) => void changed.push(id),
  })
  const end = () => {
    secrets.stop()
    storage.database.close()
  }
  return { secrets, clock, changed, storage, end }
}

const newFolder = () => mkdtempSync(join(tmpdir(), 'workbench-secrets-'))

async function stored(folder: string, keyring: FakeKeyring, hasConsent = false) {
  const first = run(folder, keyring, { hasConsent })
  first.secrets.take('p', 'client-secret', secret)
  const kept = await first.secrets.remember('p', 'client-secret', true)
  first.end()
  return kept.ok ? kept.value : kept.failure.code
}

async function found(folder: string, keyring: FakeKeyring, hasConsent = false) {
  const next = run(folder, keyring, { hasConsent })
  onTestFinished(() => next.end())
  await next.secrets.load()
  return {
    ...next,
    secret: next.secrets.get('p', 'client-secret'),
    trouble: next.secrets.trouble('p', 'client-secret'),
  }
}

// @proves Security: A50 secrets over all backends: kept, lost, locked, changed, without protection
describe.each(backends)('a secret with the keyring %s', (backend) => {
  const isWeak = new FakeKeyring(backend).isWeak

  it(isWeak ? 'is kept for this run only' : 'is found by the next run', async () => {
    const folder = newFolder()
    const keyring = new FakeKeyring(backend)
    expect(await stored(folder, keyring)).toBe(isWeak ? 'this-run-only' : 'stored')
    expect((await found(folder, keyring)).secret).toBe(isWeak ? undefined : secret)
  })

  it('is stored without protection only after a person has agreed', async () => {
    const folder = newFolder()
    const keyring = new FakeKeyring(backend)
    expect(await stored(folder, keyring, true)).toBe('stored')
    const { storage, secret: read } = await found(folder, keyring, true)
    expect(read).toBe(secret)
    const [row] = storage.secrets.list()
    expect(row?.isPlain).toBe(isWeak)
    expect(Buffer.from(row?.bytes ?? []).includes(secret)).toBe(isWeak)
  })

  it('that is wanted for this run only leaves nothing on the disk', async () => {
    const folder = newFolder()
    const keyring = new FakeKeyring(backend)
    await stored(folder, keyring, true)
    const { secrets, storage } = await found(folder, keyring, true)
    expect(await secrets.remember('p', 'client-secret', false)).toMatchObject({ value: 'this-run-only' })
    expect(storage.secrets.list()).toEqual([])
    expect(secrets.get('p', 'client-secret')).toBe(secret)
  })
})

const strong = backends.filter((backend) => !new FakeKeyring(backend).isWeak)

// @proves Security: A50 a keyring that loses its key or is locked for 30 s
describe.each(strong)('a secret with the keyring %s', (backend) => {
  it('whose key was lost has to be typed again, and its bytes stay until then', async () => {
    const folder = newFolder()
    const keyring = new FakeKeyring(backend)
    await stored(folder, keyring)
    keyring.loseKey()
    const { trouble, secrets, storage, changed } = await found(folder, keyring)
    expect([trouble, changed]).toEqual(['lost', ['p']])
    expect(storage.secrets.list()).toHaveLength(1)
    secrets.take('p', 'client-secret', 'typed again')
    await secrets.remember('p', 'client-secret', true)
    expect(secrets.trouble('p', 'client-secret')).toBeUndefined()
    expect((await found(folder, keyring)).secret).toBe('typed again')
  })

  it('comes by itself when the keyring is unlocked after 30 s', async () => {
    const folder = newFolder()
    const keyring = new FakeKeyring(backend)
    await stored(folder, keyring)
    keyring.isLocked = true
    const { secrets, clock, changed, trouble } = await found(folder, keyring)
    expect(trouble).toBe('locked')
    for (let seconds = 0; seconds < 30; seconds += 2) {
      clock.advance(2_000)
      await nextTurn()
    }
    expect(secrets.get('p', 'client-secret')).toBeUndefined()
    keyring.isLocked = false
    clock.advance(2_000)
    await expect.poll(() => secrets.get('p', 'client-secret')).toBe(secret)
    expect(changed).toEqual(['p'])
  })

  it('that is typed while the keyring is locked is stored when that ends', async () => {
    const folder = newFolder()
    const keyring = new FakeKeyring(backend)
    keyring.isLocked = true
    const { secrets, clock, storage, end } = run(folder, keyring)
    onTestFinished(end)
    secrets.take('p', 'client-secret', secret)
    expect(await secrets.remember('p', 'client-secret', true)).toMatchObject({ value: 'later' })
    expect(storage.secrets.list()).toEqual([])
    keyring.isLocked = false
    clock.advance(2_000)
    await expect.poll(() => storage.secrets.list()).toHaveLength(1)
  })
})

describe('a stored secret', () => {
  it('of another backend has to be typed again, and comes back with the backend', async () => {
    const folder = newFolder()
    const keyring = new FakeKeyring('gnome_libsecret')
    await stored(folder, keyring)
    keyring.backend = 'kwallet6'
    expect((await found(folder, keyring)).trouble).toBe('lost')
    keyring.backend = 'gnome_libsecret'
    expect((await found(folder, keyring)).secret).toBe(secret)
  })

  it('is encrypted again after the key was rotated', async () => {
    const folder = newFolder()
    const keyring = new FakeKeyring()
    await stored(folder, keyring)
    keyring.isRotated = true
    const before = keyring.encryptions
    await found(folder, keyring)
    expect(keyring.encryptions).toBe(before + 1)
  })

  it('without protection is protected as soon as that is possible', async () => {
    const folder = newFolder()
    const keyring = new FakeKeyring('basic_text')
    await stored(folder, keyring, true)
    keyring.backend = 'gnome_libsecret'
    const { storage, secret: read } = await found(folder, keyring, true)
    expect([read, storage.secrets.list()[0]?.isPlain]).toEqual([secret, false])
  })

  it('is used for this run when the disk is full, and that is said', async () => {
    const { secrets, end } = run(newFolder(), new FakeKeyring(), { disk: 'full' })
    onTestFinished(end)
    secrets.take('p', 'client-secret', secret)
    expect(await secrets.remember('p', 'client-secret', true)).toMatchObject({ failure: { code: 'disk-full' } })
    expect(secrets.get('p', 'client-secret')).toBe(secret)
  })

  it('lies in a file that only its user may read', async () => {
    const folder = newFolder()
    await stored(folder, new FakeKeyring())
    // Windows has no such rights; there the profile folder belongs to its user.
    if (process.platform !== 'win32') expect(statSync(join(folder, 'workbench.sqlite')).mode & 0o077).toBe(0)
  })

  it('that is forgotten is gone from memory and disk', async () => {
    const folder = newFolder()
    const keyring = new FakeKeyring()
    await stored(folder, keyring)
    const { secrets } = await found(folder, keyring)
    secrets.forget('p')
    expect(secrets.get('p', 'client-secret')).toBeUndefined()
    expect((await found(folder, keyring)).secret).toBeUndefined()
  })
})
