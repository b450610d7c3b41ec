import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import { createUpdates } from './create-updates.ts'
import { releaseKeys } from './testing/feed.ts'

const created = vi.hoisted(() => vi.fn())
vi.mock('./platform-updater.ts', () => ({
  createPlatformUpdater: (options: unknown) => {
    created(options)
    return { endsApplication: false, check: () => Promise.resolve(undefined) }
  },
}))

const folder = mkdtempSync(join(tmpdir(), 'create-updates-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const { publicKey } = releaseKeys()
const feed = 'https://updates.example.org/'

async function create(packed: unknown, more: Partial<Parameters<typeof createUpdates>[0]> = {}) {
  created.mockClear()
  const file = join(folder, 'updates.json')
  writeFileSync(file, typeof packed === 'string' ? packed : JSON.stringify(packed))
  const publish = vi.fn()
  const updates = await createUpdates({
    clock: new ManualClock(),
    logger: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
    platform: 'linux',
    isPackaged: true,
    version: '0.1.0',
    file,
    environment: { APPIMAGE: '/opt/workbench.AppImage' },
    isJobOpen: () => false,
    publish,
    quit: () => undefined,
    ...more,
  })
  return { updates, publish }
}

it('an AppImage, a Windows and a macOS installation ask the feed of the package', async () => {
  for (const platform of ['linux', 'win32', 'darwin'] as const) {
    await create({ feed, publicKey }, { platform })
    expect(created).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ platform, feed }))
    expect(created.mock.calls[0]?.[0].rules()).toMatchObject({ publicKey, currentVersion: '0.1.0' })
  }
})

it('the feed of an administrator takes the place of the packed one, the key stays', async () => {
  await create({ feed, publicKey }, { presetFeed: 'https://own.example.org/' })
  expect(created.mock.calls[0]?.[0]).toMatchObject({ feed: 'https://own.example.org/' })
  expect(created.mock.calls[0]?.[0].rules()).toMatchObject({ publicKey })
})

it.each([
  ['not-packed', { feed, publicKey }, { isPackaged: false }],
  ['by-system', { feed, publicKey }, { environment: {} }],
  ['no-feed', { feed: null, publicKey: null }, {}],
  ['no-feed', { feed, publicKey: null }, {}],
  ['no-feed', { feed: null, publicKey }, {}],
  ['no-feed', { feed: 'http://updates.example.org/', publicKey }, {}],
  ['no-feed', 'no json', {}],
  ['no-feed', { feed: null, publicKey: null }, { presetFeed: 'https://own.example.org/' }],
] as const)('without updates the reason is said and every request is refused (%s, %#)', async (why, packed, more) => {
  const { updates, publish } = await create(packed, more)
  expect(publish).toHaveBeenCalledExactlyOnceWith({ status: 'off', why })
  expect(created).not.toHaveBeenCalled()
  for (const call of [updates.check, updates.download, updates.install])
    expect(await call()).toMatchObject({ failure: { code: 'not-allowed-now' } })
})
