import { EventEmitter } from 'node:events'
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { FailureCode, Outcome } from '../../shared/outcome.ts'
import type { UpdateView } from '../../shared/update.ts'
import { createPlatformUpdater } from './platform-updater.ts'
import { type Answer, Feed, manifestOf, NodeClient, releaseKeys, signatureOf } from './testing/feed.ts'
import { Updates } from './updates.ts'

// electron-updater asks for Squirrel as soon as its macOS class is made.
const nodeRequire = createRequire(import.meta.url)
const squirrel = Object.assign(new EventEmitter(), { setFeedURL: () => undefined, checkForUpdates: () => undefined })
squirrel.setMaxListeners(0)
nodeRequire.cache[nodeRequire.resolve('electron')] = { exports: { autoUpdater: squirrel } } as NodeJS.Module

const day = 24 * 60 * 60 * 1000
const now = Date.UTC(2026, 5, 15)
const keys = releaseKeys()
const systems = {
  linux: { manifest: 'latest-linux.yml', name: 'workbench-0.2.0.AppImage' },
  win32: { manifest: 'latest.yml', name: 'workbench-0.2.0-x64.exe' },
  darwin: { manifest: 'latest-mac.yml', name: 'workbench-0.2.0-x64.zip' },
} as const
type System = keyof typeof systems

const oldProgram = Buffer.from('#!/bin/sh\necho old\n')
const newProgram = Buffer.concat([Buffer.from('#!/bin/sh\nexit 0\n'), Buffer.alloc(200_000, 'n')])

let feed: Feed
let folder: string
beforeEach(async () => {
  feed = await Feed.start()
  folder = mkdtempSync(join(tmpdir(), 'updates-'))
  writeFileSync(join(folder, 'workbench.AppImage'), oldProgram, { mode: 0o755 })
  vi.stubEnv('APPIMAGE', join(folder, 'workbench.AppImage'))
  const publisher = 'publisherName:\n  - Us\nupdaterCacheDirName: cache\n'
  writeFileSync(join(folder, 'app-update.yml'), publisher)
})
afterEach(() => {
  vi.unstubAllEnvs()
  feed.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The updates of version 0.1.0 on one system, over the feed. */
function installation(platform: System, verifyPublisher = vi.fn((): Promise<string | null> => Promise.resolve(null))) {
  const clock = new ManualClock(now)
  let view: UpdateView = { status: 'off' }
  let isJobOpen = false
  const updates = new Updates({
    updater: createPlatformUpdater({
      platform,
      feed: feed.url,
      rules: () => ({ publicKey: keys.publicKey, currentVersion: '0.1.0', nowMs: clock.wallMs() }),
      client: new NodeClient(),
      verifyPublisher,
      app: {
        version: '0.1.0',
        name: 'workbench',
        isPackaged: true,
        appUpdateConfigPath: join(folder, 'app-update.yml'),
        userDataPath: folder,
        baseCachePath: folder,
        whenReady: () => Promise.resolve(),
        relaunch: () => undefined,
        quit: () => undefined,
        onQuit: () => undefined,
      },
    }),
    clock,
    logger: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
    isJobOpen: () => isJobOpen,
    publish: (next) => {
      view = next
    },
    quit: () => updates.ended(),
  })
  return { updates, verifyPublisher, shown: () => view, openJob: () => (isJobOpen = true) }
}

/** What the feed holds; each case of the table spoils one part. */
function publish(platform: System, spoil: Spoil = {}): void {
  const { manifest, name } = systems[platform]
  const text =
    spoil.manifest ?? manifestOf(spoil.version ?? '0.2.0', spoil.name ?? name, newProgram, spoil.date ?? now - day)
  feed.answers.set(`/updates/${manifest}`, spoil.manifestAnswer?.(text) ?? text)
  const signature = spoil.signature === undefined ? signatureOf(text, keys.privateKey) : spoil.signature(text)
  if (signature !== null) feed.answers.set(`/updates/${manifest}.sig`, signature)
  feed.answers.set(`/updates/${name}`, spoil.installer?.() ?? newProgram)
}
interface Spoil {
  readonly version?: string
  readonly name?: string
  readonly date?: number
  readonly manifest?: string
  readonly manifestAnswer?: (text: string) => Answer
  readonly signature?: (manifest: string) => string | null
  readonly installer?: () => Answer
}

const codeOf = (outcome: Outcome<null>): FailureCode | 'taken' => (outcome.ok ? 'taken' : outcome.failure.code)
const downloaded = () => globSync('cache/pending/*.{AppImage,exe,zip}', { cwd: folder })

async function take(updates: Updates, shown: () => UpdateView): Promise<FailureCode | 'taken' | 'nothing'> {
  const checked = await updates.check()
  if (!checked.ok) return codeOf(checked)
  if (shown().status !== 'available') return 'nothing'
  return codeOf(await updates.download())
}

const foreign = releaseKeys()
const corrupt = () => {
  const bytes = Buffer.from(newProgram)
  bytes[bytes.length - 1] = 0
  return bytes
}
const redirect = (to: () => string) => (response: Parameters<Exclude<Answer, string | Buffer>>[0]) => {
  response.writeHead(302, { location: to() }).end()
}
let sent = 0
const endless: Answer = (response) => {
  response.writeHead(200)
  response.on('error', () => undefined)
  const more = () => {
    if (response.destroyed || sent > 50_000_000) return void response.end()
    sent += 65_536
    response.write(Buffer.alloc(65_536), () => setImmediate(more))
  }
  more()
}

const page = '<html>Sign in to the network</html>'
const refused: [what: string, expected: FailureCode | 'nothing', spoil: Spoil][] = [
  ['a changed byte in the file', 'update-damaged', { installer: corrupt }],
  ['a file that is too short', 'update-damaged', { installer: () => newProgram.subarray(0, 1000) }],
  [
    'a file that is cut off',
    'update-unreachable',
    {
      installer: () => (response) => {
        response.writeHead(200, { 'content-length': newProgram.length })
        response.write(newProgram.subarray(0, 1000), () => response.destroy())
      },
    },
  ],
  ['a file that never ends', 'update-damaged', { installer: () => endless }],
  ['a list that never ends', 'update-damaged', { manifestAnswer: () => endless }],
  ['a list of 31 days ago', 'update-stale', { date: now - 31 * day }],
  ['an older version', 'update-older', { version: '0.0.9' }],
  ['the same version', 'nothing', { version: '0.1.0' }],
  ['the signature of another key', 'update-not-signed', { signature: (text) => signatureOf(text, foreign.privateKey) }],
  ['no signature', 'update-not-signed', { signature: () => null }],
  ['an empty signature', 'update-not-signed', { signature: () => '' }],
  [
    'the signature of another version',
    'update-not-signed',
    { signature: (text) => signatureOf(text.replace('0.2.0', '0.1.5'), keys.privateKey) },
  ],
  ['a page instead of a list', 'update-not-signed', { manifest: page, signature: () => page }],
  ['a name that leaves the folder', 'update-damaged', { name: '../../evil.AppImage' }],
  ['a name with a host', 'update-damaged', { name: 'https://evil.example/x.AppImage' }],
  ['a pre-release', 'update-damaged', { version: '0.2.0-beta' }],
  [
    'a list behind an unencrypted address',
    'update-not-signed',
    { manifestAnswer: () => redirect(() => feed.plainUrl) },
  ],
  ['a file behind an unencrypted address', 'update-not-signed', { installer: () => redirect(() => feed.plainUrl) }],
  ['a file that redirects for ever', 'update-not-signed', { installer: () => redirect(() => '/updates/loop') }],
  [
    'a server with an error',
    'update-unreachable',
    { manifestAnswer: () => (response) => response.writeHead(500).end() },
  ],
]

describe.each(Object.keys(systems) as System[])('on %s', (platform) => {
  // @proves Security: A70 of a good, corrupt, cut, stale, downgraded and wrongly signed update only the good one is taken
  it('a signed, newer, complete update of yesterday is taken', async () => {
    publish(platform)
    const { updates, shown, verifyPublisher } = installation(platform)
    expect(await take(updates, shown)).toBe('taken')
    expect(shown()).toMatchObject({ status: 'ready', version: '0.2.0', checkedAt: now })
    const [file = ''] = downloaded()
    expect(readFileSync(join(folder, file)).equals(newProgram)).toBe(true)
    if (platform === 'win32') expect(verifyPublisher).toHaveBeenCalledWith(['Us'], expect.stringContaining('.exe'))
  })

  // @proves Security: A70 of a good, corrupt, cut, stale, downgraded and wrongly signed update only the good one is taken
  it.each(refused)('%s is refused: %s', async (_what, expected, spoil) => {
    sent = 0
    publish(platform, spoil)
    feed.answers.set(
      '/updates/loop',
      redirect(() => '/updates/loop'),
    )
    const { updates, shown } = installation(platform)
    expect(await take(updates, shown)).toBe(expected)
    expect(downloaded()).toEqual([])
    expect(readFileSync(join(folder, 'workbench.AppImage')).equals(oldProgram)).toBe(true)
    expect(await updates.install()).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(feed.plainRequests).toBe(0)
    expect(sent).toBeLessThan(5_000_000)
    expect(feed.asked.length).toBeLessThan(20)
  })

  it('a redirect to another encrypted address is followed', async () => {
    publish(platform, { installer: () => redirect(() => '/elsewhere/file') })
    feed.answers.set('/elsewhere/file', newProgram)
    const { updates, shown } = installation(platform)
    expect(await take(updates, shown)).toBe('taken')
  })

  it('a feed that cannot be reached is a sentence for who asked, and the next try may succeed', async () => {
    publish(platform)
    const { updates, shown } = installation(platform)
    const manifest = `/updates/${systems[platform].manifest}`
    const list = feed.answers.get(manifest)
    feed.answers.set(manifest, (response) => response.destroy())
    expect(await take(updates, shown)).toBe('update-unreachable')
    feed.answers.set(manifest, list ?? '')
    expect(await take(updates, shown)).toBe('taken')
  })

  it('nothing that identifies the computer is sent or stored', async () => {
    publish(platform)
    const { updates, shown } = installation(platform)
    await take(updates, shown)
    const names = new Set(feed.headers.flatMap((headers) => Object.keys(headers)))
    expect([...names].sort()).toEqual(
      expect.not.arrayContaining(['x-user-staging-id', 'authorization', 'cookie', 'referer']),
    )
    expect(readdirSync(folder)).not.toContain('.updaterId')
  })

  it('a job that is opened ends the download, and no failure is shown', async () => {
    publish(platform, {
      installer: () => (response) => {
        response.writeHead(200, { 'content-length': newProgram.length })
        response.write(newProgram.subarray(0, 1000))
      },
    })
    const { updates, shown, openJob } = installation(platform)
    await updates.check()
    const download = updates.download()
    await vi.waitFor(() => expect(feed.asked).toContain(`/updates/${systems[platform].name}`))
    openJob()
    updates.jobsChanged()
    expect(codeOf(await download)).toBe('update-job-open')
    expect(shown()).toEqual({ status: 'available', version: '0.2.0', checkedAt: now })
  })
})

describe('on Windows', () => {
  // @proves Security: A71 Windows packages always name their publisher
  it('an installer that another publisher has signed is refused', async () => {
    publish('win32')
    const { updates, shown } = installation(
      'win32',
      vi.fn(() => Promise.resolve('signed by somebody else')),
    )
    expect(await take(updates, shown)).toBe('update-not-signed')
    expect(downloaded()).toEqual([])
  })
})

describe('on Linux', () => {
  it('the AppImage is replaced when everything has ended', async () => {
    publish('linux')
    const { updates, shown } = installation('linux')
    await take(updates, shown)
    expect(await updates.install()).toMatchObject({ ok: true })
    expect(readFileSync(join(folder, 'workbench.AppImage')).equals(newProgram)).toBe(true)
  })

  it('an AppImage that cannot be replaced stays, and a sentence says so', async () => {
    publish('linux')
    const { updates, shown } = installation('linux')
    await take(updates, shown)
    vi.stubEnv('APPIMAGE', join(folder, 'gone', 'workbench.AppImage'))
    await updates.install()
    expect(shown()).toMatchObject({ status: 'available', failure: { code: 'update-not-installed' } })
    expect(existsSync(join(folder, 'gone'))).toBe(false)
  })

  it('a file that was changed after its download is not installed', async () => {
    publish('linux')
    const { updates, shown } = installation('linux')
    await take(updates, shown)
    writeFileSync(join(folder, downloaded()[0] ?? ''), corrupt())
    await updates.install()
    expect(shown()).toMatchObject({ failure: { code: 'update-damaged' } })
    expect(readFileSync(join(folder, 'workbench.AppImage')).equals(oldProgram)).toBe(true)
  })
})
