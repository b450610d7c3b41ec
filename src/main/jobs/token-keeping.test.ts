import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import { tokenLifetimeMs } from '../../openobd/session/token-keeper.ts'
import { Token } from '../../openobd/token.ts'
import type { Encryption } from '../storage/encryption.ts'
import { fakeEncryption } from '../storage/testing/fake-encryption.ts'
import { Journal } from './journal/journal.ts'
import { type JournalThread, journalHere } from './journal/journal-thread.ts'
import { TokenKeeping } from './token-keeping.ts'

const held = {
  handle: 'h',
  sessionId: 's',
  endpoint: { host: 'depot.example', port: 443, transport: 'tls' },
} as const
const token = (value: string) => new Token('session', value)

function setUp(encryption: Encryption = fakeEncryption()) {
  const folder = mkdtempSync(join(tmpdir(), 'workbench-tokens-'))
  const clock = new ManualClock(1_700_000_000_000)
  const disk = { refuses: false }
  const file = journalHere(folder, () => clock.wallMs())
  const thread: JournalThread = {
    call: (call) => (disk.refuses ? Promise.resolve({ ok: false as const, cause: 'disk-full' }) : file.call(call)),
  }
  const journal = new Journal({ thread, clock, random: () => 0, onView: () => undefined })
  const failures: string[] = []
  const again = () =>
    new TokenKeeping({
      store: journal.tokens,
      encryption,
      clock,
      onFailure: (what) => void failures.push(what),
    })
  onTestFinished(async () => {
    await journal.close()
    rmSync(folder, { recursive: true, force: true })
  })
  /** What the file has of a session. */
  const stored = async (handle: string) => {
    const token = await journal.tokens.get(handle)
    return token.ok ? token.value : undefined
  }
  return { keeping: again(), again, clock, journal, disk, stored, folder, failures, encryption }
}

// @proves Sessions and links: A kept session token is in no file in plain text
it('gives the newest token to a later run, and writes none in plain text', async () => {
  const { keeping, again, clock, folder } = setUp()
  await keeping.keep(held, token('CANARY-old'))
  await keeping.keep(held, token('CANARY-new'))
  clock.advance(1_000)
  const later = again()
  expect(await later.resumable('h')).toBe('possible')
  const kept = await later.kept('h')
  expect(kept).toMatchObject({ sessionId: 's', endpoint: held.endpoint, ageMs: 1_000 })
  expect(kept?.token.reveal()).toBe('CANARY-new')
  const files = readdirSync(folder)
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) expect(readFileSync(join(folder, file)).includes('CANARY')).toBe(false)
})

it('keeps the tokens of open function contexts with the token of their session, whose age stays', async () => {
  const { keeping, again, clock, folder } = setUp()
  const contextsOf = async () => (await again().kept('h'))?.contexts.map((one) => `${one.kind} ${one.reveal()}`)
  await keeping.keepContexts('h', [token('CANARY-of-nobody')])
  expect(await contextsOf()).toBeUndefined()
  await keeping.keep(held, token('CANARY-a'))
  expect(await contextsOf()).toEqual([])
  clock.advance(1_000)
  await keeping.keepContexts('h', [token('CANARY-grandchild'), new Token('authentication', 'CANARY-child')])
  expect(await contextsOf()).toEqual(['session CANARY-grandchild', 'authentication CANARY-child'])
  expect((await again().kept('h'))?.ageMs).toBe(1_000)
  await keeping.keep(held, token('CANARY-b'))
  expect(await contextsOf()).toHaveLength(2)
  for (const file of readdirSync(folder)) expect(readFileSync(join(folder, file)).includes('CANARY')).toBe(false)
  await keeping.keepContexts('h', [])
  expect(await contextsOf()).toEqual([])
})

it('reads what an earlier version kept, which knew no contexts', async () => {
  const { keeping, journal, clock, encryption } = setUp()
  const { handle, sessionId, endpoint } = held
  const encrypted = await encryption.encrypt(JSON.stringify({ handle, sessionId, ...endpoint, token: 'a' }))
  if (!encrypted) throw new Error('no encryption')
  await journal.tokens.set({ handle, receivedAt: clock.wallMs(), encrypted })
  expect(await keeping.kept('h')).toMatchObject({ sessionId: 's', contexts: [] })
})

it('keeps nothing of a session that has ended, also not when its encryption ends later', async () => {
  const { keeping } = setUp()
  await keeping.keep(held, token('a'))
  const late = keeping.keep(held, token('b'))
  keeping.forget('h')
  await late
  expect(await keeping.kept('h')).toBeUndefined()
  expect(await keeping.resumable('h')).toBe('too-late')
})

// @proves Sessions and links: Nothing of a kept session token that was replaced or removed is left in a file, not even encrypted
it('leaves no bytes of a token that was replaced, removed or too old', async () => {
  const legible: Encryption = {
    isAvailable: () => Promise.resolve(true),
    encrypt: (text) => Promise.resolve(Buffer.from(`SEALED ${text}`)),
    decrypt: () => Promise.resolve(undefined),
  }
  const { keeping, again, clock, folder } = setUp(legible)
  const bytesOf = (value: string) =>
    readdirSync(folder).filter((file) => readFileSync(join(folder, file)).includes(value))
  await keeping.keep(held, token('CANARY-first'))
  expect(bytesOf('CANARY-first')).not.toEqual([])
  await keeping.keep(held, token('CANARY-second'))
  expect(bytesOf('CANARY-first')).toEqual([])
  expect(bytesOf('CANARY-second')).not.toEqual([])
  keeping.forget('h')
  expect(bytesOf('CANARY-second')).toEqual([])
  await keeping.keep(held, token('CANARY-third'))
  clock.advance(tokenLifetimeMs + 1)
  again()
  expect(bytesOf('CANARY-third')).toEqual([])
})

it('gives no token after its five minutes, and removes it at the next start', async () => {
  const { keeping, again, clock, stored } = setUp()
  await keeping.keep(held, token('a'))
  clock.advance(tokenLifetimeMs - 1)
  expect(await keeping.resumable('h')).toBe('possible')
  clock.advance(1)
  expect(await keeping.resumable('h')).toBe('too-late')
  expect(await keeping.kept('h')).toBeUndefined()
  clock.advance(1)
  again()
  expect(await stored('h')).toBeNull()
})

it('gives no token when the clock was set back: nobody knows its age', async () => {
  const { keeping, clock } = setUp()
  await keeping.keep(held, token('a'))
  clock.jumpWall(-1_000)
  expect(await keeping.resumable('h')).toBe('too-late')
  expect(await keeping.kept('h')).toBeUndefined()
})

it('keeps nothing without encryption, and says so', async () => {
  const { keeping, stored } = setUp(fakeEncryption(false))
  await keeping.keep(held, token('a'))
  expect(await stored('h')).toBeNull()
  expect(await keeping.resumable('h')).toBe('not-kept')
})

it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
  ['bytes that were changed', (bytes) => bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte))],
  ['bytes that were cut', (bytes) => bytes.subarray(0, 20)],
])('gives no token from %s', async (_title, change) => {
  const { keeping, stored, journal } = setUp()
  await keeping.keep(held, token('a'))
  const known = await stored('h')
  if (!known) throw new Error('nothing is stored')
  await journal.tokens.set({ ...known, encrypted: change(known.encrypted) })
  expect(await keeping.kept('h')).toBeUndefined()
})

it('gives no token under the handle of another session', async () => {
  const { keeping, stored, journal } = setUp()
  await keeping.keep(held, token('a'))
  const known = await stored('h')
  if (!known) throw new Error('nothing is stored')
  await journal.tokens.set({ ...known, handle: 'other' })
  expect(await keeping.kept('other')).toBeUndefined()
})

it('goes on when the disk refuses', async () => {
  const { keeping, disk, failures, clock } = setUp()
  disk.refuses = true
  await keeping.keep(held, token('a'))
  keeping.forget('h')
  await clock.advanceAsync(0)
  expect(failures).toEqual(['set', 'remove'])
})

/** A keyring that answers only when it is told to; `answer` gives every waiting question its answer. */
function slowKeyring() {
  const keyring = fakeEncryption()
  const waiting: (() => void)[] = []
  const later = <T>(ask: () => Promise<T>) => new Promise<T>((resolve) => waiting.push(() => void ask().then(resolve)))
  const encryption: Encryption = {
    isAvailable: () => later(() => keyring.isAvailable()),
    encrypt: (text) => later(() => keyring.encrypt(text)),
    decrypt: (bytes) => later(() => keyring.decrypt(bytes)),
  }
  const answer = async () => {
    for (const next of waiting.splice(0)) next()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { encryption, answer, waiting }
}

// @proves Faults: 40 keyring locked, slow or gone; what a person sees: nothing waits, and a session is not offered to go on
it('waits for a slow keyring beside the session, and keeps the newest token only', async () => {
  const { encryption, answer, waiting } = slowKeyring()
  const { keeping, again } = setUp(encryption)
  void keeping.keep(held, token('old'))
  void keeping.keep(held, token('new'))
  expect(waiting).toHaveLength(2)
  // Half a minute later the keyring is unlocked.
  while (waiting.length > 0) await answer()
  const later = again()
  expect(await later.resumable('h')).toBe('possible')
  const kept = later.kept('h')
  // The token is read from the disk before the keyring is asked.
  while (waiting.length === 0) await Promise.resolve()
  await answer()
  expect((await kept)?.token.reveal()).toBe('new')
})

// @proves Faults: 40 keyring locked, slow or gone; what a person sees: nothing waits, and a session is not offered to go on
it('forgets a session that ends while the keyring is locked, and writes nothing afterwards', async () => {
  const { encryption, answer, waiting } = slowKeyring()
  const { keeping, stored, failures } = setUp(encryption)
  void keeping.keep(held, token('a'))
  keeping.forget('h')
  while (waiting.length > 0) await answer()
  expect(await stored('h')).toBeNull()
  expect(failures).toEqual([])
})

// @proves Faults: 40 keyring locked, slow or gone; what a person sees: nothing waits, and a session is not offered to go on
it('gives no token of a keyring that is gone', async () => {
  const gone: Encryption = {
    isAvailable: () => Promise.resolve(true),
    encrypt: () => Promise.resolve(Buffer.from('what the keyring of yesterday wrote')),
    decrypt: () => Promise.resolve(undefined),
  }
  const { keeping, again } = setUp(gone)
  await keeping.keep(held, token('a'))
  expect(await again().kept('h')).toBeUndefined()
})
