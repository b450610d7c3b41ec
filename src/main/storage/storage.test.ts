import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../../shared/default-settings.ts'
import { isUnusable } from './database-file.ts'
import { newWay } from './profile-store.ts'
import { openStorage, schemaVersion } from './storage.ts'

const newFolder = () => mkdtempSync(join(tmpdir(), 'workbench-storage-'))
const profile = {
  id: 'p',
  name: 'A',
  host: 'h',
  port: 1,
  clusterId: '001',
  clientId: 'c',
  allowPlaintext: false,
  way: newWay,
}

/** Brings the schema back to one without secrets. */
const withoutSecrets = 'DROP TABLE secrets; ALTER TABLE profiles DROP COLUMN way;'

describe('openStorage', () => {
  it('creates a store that syncs every commit', () => {
    const { database, opened } = openStorage(newFolder(), 0)
    expect(opened).toEqual({ condition: 'new' })
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: schemaVersion })
  })

  it('finds what an earlier run stored', () => {
    const folder = newFolder()
    const first = openStorage(folder, 0)
    first.profiles.save(profile, 1)
    first.database.close()
    const { profiles, opened } = openStorage(folder, 0)
    expect(opened).toEqual({ condition: 'good' })
    expect(profiles.list()).toEqual([profile])
  })

  it.each([
    [1, ''],
    [
      2,
      'CREATE TABLE kept_tokens (handle TEXT PRIMARY KEY, received_at INTEGER NOT NULL, encrypted BLOB NOT NULL) STRICT;',
    ],
    [3, ''],
  ])('brings a store of version %i to this version and keeps what is in it', (version, tables) => {
    const folder = newFolder()
    const first = openStorage(folder, 0)
    first.profiles.save(profile, 1)
    first.database.exec(`${withoutSecrets} ${tables} PRAGMA user_version = ${version};`)
    first.database.close()
    const { profiles, database, opened } = openStorage(folder, 0)
    expect(opened).toEqual({ condition: 'good' })
    expect(profiles.list()).toEqual([profile])
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: schemaVersion })
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'kept_tokens'").all()).toEqual([])
  })

  // @proves Faults: 38 corrupt or future database; what a person sees: its new name, and the application starts
  it.each([
    ['a text file', (file: string) => writeFileSync(file, 'not a database at all, but long enough'.repeat(50))],
    [
      'a future version',
      (file: string) => {
        const future = new DatabaseSync(file)
        future.exec(`PRAGMA user_version = ${schemaVersion + 1}`)
        future.close()
      },
    ],
    [
      'flipped bytes',
      (file: string) => {
        const { database, profiles } = openStorage(join(file, '..'), 0)
        for (let n = 0; n < 300; n += 1) profiles.save({ ...profile, id: `p${n}` }, 1)
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
        database.close()
        const bytes = readFileSync(file)
        writeFileSync(file, bytes.fill(0xa5, 4096, bytes.length - 4096))
      },
    ],
    [
      'tables of another program',
      (file: string) => {
        const foreign = new DatabaseSync(file)
        foreign.exec('CREATE TABLE settings (other TEXT)')
        foreign.close()
      },
    ],
    [
      'our version number without our tables',
      (file: string) => {
        const empty = new DatabaseSync(file)
        empty.exec(`PRAGMA user_version = ${schemaVersion}`)
        empty.close()
      },
    ],
  ])('sets %s aside and starts with an empty store', (_name, damage) => {
    const folder = newFolder()
    damage(join(folder, 'workbench.sqlite'))
    const { profiles, opened } = openStorage(folder, Date.UTC(2026, 0, 2, 3, 4, 5))
    const setAside = 'workbench.sqlite.2026-01-02T03-04-05-000Z.set-aside'
    expect(opened).toEqual({ condition: 'set-aside', setAside })
    profiles.save(profile, 1)
    expect(readdirSync(folder)).toContain(setAside)
  })

  // @proves Stories: One changed byte in the stored schema never stops the window
  it('opens or sets aside a file with any changed byte in its schema', () => {
    const folder = newFolder()
    const file = join(folder, 'workbench.sqlite')
    const first = openStorage(folder, 0)
    first.settings.write('language', 'de')
    first.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    first.database.close()
    const good = readFileSync(file)
    const schemaStart = good.subarray(0, 4096).indexOf('CREATE INDEX')
    const end = good.subarray(0, 4096).indexOf('value TEXT NOT NULL) STRICT') + 'value TEXT NOT NULL) STRICT'.length
    const seen = new Set<string>()
    for (let at = Math.min(schemaStart, end) - 40; at < 4096; at += 7) {
      const bytes = Buffer.from(good)
      bytes[at] = (bytes[at] ?? 0) ^ 0x01
      const other = newFolder()
      writeFileSync(join(other, 'workbench.sqlite'), bytes)
      const { database, settings, profiles, sessions, opened } = openStorage(other, at)
      seen.add(opened.condition)
      settings.read()
      settings.write('theme', 'dark')
      expect([settings.selectedProfileId, profiles.list(), sessions.all()], `byte ${at}`).toEqual([undefined, [], []])
      database.close()
    }
    expect([...seen].sort()).toEqual(['good', 'set-aside'])
  }, 60_000)

  it('works in memory when the folder cannot be created', () => {
    const file = join(newFolder(), 'file')
    writeFileSync(file, '')
    const { settings, opened } = openStorage(join(file, 'below'), 0)
    expect(opened).toEqual({ condition: 'memory-only' })
    settings.write('language', 'de')
    expect(settings.read().language).toBe('de')
  })

  // @proves Stories: A full disk or a locked file at the start throws nothing away
  it.each([
    [
      'is locked by another process',
      (file: string) => {
        const other = new DatabaseSync(file)
        other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT; BEGIN EXCLUSIVE')
        return () => other.close()
      },
    ],
    [
      'cannot be opened because a file beside it cannot be created',
      (file: string) => {
        mkdirSync(`${file}-wal`)
        return () => rmSync(`${file}-wal`, { recursive: true })
      },
    ],
  ])('leaves an intact file alone that %s, and opens it the next time', (_name, hinder) => {
    const folder = newFolder()
    const first = openStorage(folder, 0)
    first.settings.write('language', 'nl')
    first.database.close()
    const release = hinder(join(folder, 'workbench.sqlite'))
    const hindered = openStorage(folder, 0)
    expect(hindered.opened).toEqual({ condition: 'left-alone' })
    hindered.settings.write('language', 'fr')
    release()
    expect(readdirSync(folder).filter((name) => name.includes('set-aside'))).toEqual([])
    const { settings, opened } = openStorage(folder, 0)
    expect(opened).toEqual({ condition: 'good' })
    expect(settings.read().language).toBe('nl')
  })

  it.each([
    ['a full disk', 13, false],
    ['a failed write of the disk', 10 | (12 << 8), false],
    ['a lock', 5, false],
    ['a file without rights', 14, false],
    ['a disk that can only be read', 8, false],
    ['damage', 11 | (1 << 8), true],
    ['no database', 26, true],
    ['a statement that does not fit the schema', 1, true],
  ])('classifies %s correctly', (_name, errcode, isForEver) => {
    expect(isUnusable(Object.assign(new Error('of SQLite'), { errcode }))).toBe(isForEver)
  })

  it('reports a failed read and continues', () => {
    const failures: string[] = []
    const { database, settings, profiles, sessions } = openStorage(newFolder(), 0, (what) => failures.push(what))
    database.close()
    expect(settings.read()).toEqual(defaultSettings)
    expect([settings.selectedProfileId, profiles.list(), sessions.all()]).toEqual([undefined, [], []])
    expect(new Set(failures)).toEqual(new Set(['settings', 'profiles', 'started sessions']))
  })
})

describe('StartedSessionStore', () => {
  it('reads the records of an earlier version, leaves out what it cannot read, and clears them', () => {
    const { database, sessions } = openStorage(newFolder(), 0)
    const insert = database.prepare(
      `INSERT INTO started_sessions
       (handle, session_id, target_kind, target_number, profile_id, endpoint, started_at, pending_result, is_finished, end_kind, ended_at)
       VALUES (?, ?, ?, '7848095', 'embedded', 'embedded', ?, ?, ?, ?, ?)`,
    )
    const result = { results: ['success'] }
    insert.run('open', null, 'ticket', 1, null, 0, null, null)
    insert.run('sent', 's2', 'connector', 2, JSON.stringify(result), 1, 'interrupted', 5)
    insert.run('broken', 's3', 'spaceship', 3, null, 0, null, null)
    insert.run('strange', 's4', 'ticket', 4, 'no result', 1, 'eaten', null)
    expect(sessions.all()).toMatchObject([
      { handle: 'open', sessionId: undefined, end: undefined, pendingResult: undefined },
      { handle: 'sent', target: { kind: 'connector' }, pendingResult: result, end: { kind: 'interrupted', at: 5 } },
      { handle: 'strange', pendingResult: undefined, end: { kind: 'lost', at: 0 } },
    ])
    sessions.clear()
    expect(sessions.all()).toEqual([])
  })
})

describe('SettingsStore and ProfileStore', () => {
  it('falls back to defaults for values that it cannot read', () => {
    const { database, settings } = openStorage(newFolder(), 0)
    database.exec(
      "INSERT INTO settings VALUES ('language', 'xx'), ('theme', 'neon'), ('textSize', 'huge'), ('voltageLimits', '{')",
    )
    expect(settings.read()).toEqual(defaultSettings)
  })

  it('keeps text size, sound and limits of the battery warnings', () => {
    const folder = newFolder()
    const voltageLimits = { 12: { low: 12.2, high: 15 }, 24: { low: 24, high: 30 } }
    const first = openStorage(folder, 0)
    first.settings.write('textSize', 'largest')
    first.settings.write('sound', true)
    first.settings.write('voltageLimits', voltageLimits)
    first.database.close()
    expect(openStorage(folder, 0).settings.read()).toEqual({
      ...defaultSettings,
      textSize: 'largest',
      sound: true,
      voltageLimits,
    })
  })

  it('keeps the chosen profile', () => {
    const store = openStorage(newFolder(), 0).settings
    expect(store.selectedProfileId).toBeUndefined()
    store.selectedProfileId = 'a'
    store.selectedProfileId = 'b'
    expect(store.selectedProfileId).toBe('b')
  })

  it('replaces a profile with the same id and drops a removed one', () => {
    const store = openStorage(newFolder(), 0).profiles
    store.save(profile, 1)
    store.save({ ...profile, name: 'B', allowPlaintext: true }, 2)
    expect(store.list()).toEqual([{ ...profile, name: 'B', allowPlaintext: true }])
    store.remove('p')
    expect(store.list()).toEqual([])
  })
})
