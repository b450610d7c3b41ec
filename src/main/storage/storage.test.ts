import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { openDatabase, schemaVersion } from './database.ts'
import { ProfileStore } from './profile-store.ts'
import { SettingsStore } from './settings-store.ts'
import { StartedSessionStore } from './started-sessions.ts'

const newFolder = () => mkdtempSync(join(tmpdir(), 'workbench-storage-'))
const start = {
  handle: 'h1',
  target: { kind: 'ticket', number: '7848095' },
  profileId: 'embedded',
  endpoint: '127.0.0.1:50051',
  startedAt: 1000,
} as const

describe('openDatabase', () => {
  it('creates a store that syncs every commit', () => {
    const { database, condition } = openDatabase(newFolder(), 0)
    expect(condition).toBe('new')
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: schemaVersion })
  })

  it('finds what an earlier run stored', () => {
    const folder = newFolder()
    const first = openDatabase(folder, 0).database
    new StartedSessionStore(first).begin(start)
    first.close()
    const { database, condition } = openDatabase(folder, 0)
    expect(condition).toBe('good')
    expect(new StartedSessionStore(database).unfinished(start.endpoint)).toHaveLength(1)
  })

  it.each([
    [
      'text that is no database',
      (file: string) => writeFileSync(file, 'not a database at all, but long enough'.repeat(50)),
    ],
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
        const { database } = openDatabase(join(file, '..'), 0)
        const store = new StartedSessionStore(database)
        for (let n = 0; n < 300; n += 1) store.begin({ ...start, handle: `h${n}` })
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
        database.close()
        const bytes = readFileSync(file)
        writeFileSync(file, bytes.fill(0xa5, 4096, bytes.length - 4096))
      },
    ],
    [
      'tables that another program made',
      (file: string) => {
        const foreign = new DatabaseSync(file)
        foreign.exec('CREATE TABLE settings (other TEXT)')
        foreign.close()
      },
    ],
  ])('moves %s aside and starts anew', (_name, damage) => {
    const folder = newFolder()
    damage(join(folder, 'workbench.sqlite'))
    const { database, condition } = openDatabase(folder, Date.UTC(2026, 0, 2, 3, 4, 5))
    expect(condition).toBe('moved-aside')
    new StartedSessionStore(database).begin({ ...start, handle: 'fresh' })
    expect(readdirSync(folder)).toContain('workbench.sqlite.2026-01-02T03-04-05-000Z.set-aside')
  })

  it('works in memory when the folder cannot exist', () => {
    const file = join(newFolder(), 'file')
    writeFileSync(file, '')
    const { database, condition } = openDatabase(join(file, 'below'), 0)
    expect(condition).toBe('memory-only')
    new SettingsStore(database).write('language', 'de')
    expect(new SettingsStore(database).read().language).toBe('de')
  })
})

describe('StartedSessionStore', () => {
  const open = () => new StartedSessionStore(openDatabase(newFolder(), 0).database)

  it('keeps a pending result until it is confirmed', () => {
    const store = open()
    store.begin(start)
    store.setSessionId('h1', 's1')
    const result = { results: ['success'], userFeedback: 'success', description: 'ok' } as const
    store.setPendingResult('h1', { ...result, results: ['success'] })
    expect(store.bySessionId(start.endpoint, 's1')?.pendingResult).toEqual(result)
    store.clearPendingResult('h1')
    expect(store.bySessionId(start.endpoint, 's1')?.pendingResult).toBeUndefined()
  })

  it('does not offer sessions of another endpoint as proof', () => {
    const store = open()
    store.begin(start)
    store.setSessionId('h1', 's1')
    expect(store.unfinished('127.0.0.1:1')).toEqual([])
    expect(store.bySessionId('127.0.0.1:1', 's1')).toBeUndefined()
  })

  it('keeps the first end of a session', () => {
    const store = open()
    store.begin(start)
    store.setSessionId('h1', 's1')
    store.end('h1', 'finished', 5)
    store.end('h1', 'lost', 6)
    expect(store.bySessionId(start.endpoint, 's1')).toMatchObject({ isFinished: true, endKind: 'finished' })
    expect(store.unfinished(start.endpoint)).toEqual([])
  })

  it('forgets a start that the server refused', () => {
    const store = open()
    store.begin(start)
    store.forget('h1')
    expect(store.unfinished(start.endpoint)).toEqual([])
  })
})

describe('SettingsStore and ProfileStore', () => {
  it('falls back to defaults for values that it cannot read', () => {
    const { database } = openDatabase(newFolder(), 0)
    database.exec("INSERT INTO settings VALUES ('language', 'xx'), ('theme', 'neon')")
    expect(new SettingsStore(database).read()).toEqual({ language: 'en', theme: 'system' })
  })

  it('remembers the chosen profile', () => {
    const store = new SettingsStore(openDatabase(newFolder(), 0).database)
    expect(store.selectedProfileId).toBeUndefined()
    store.selectedProfileId = 'a'
    store.selectedProfileId = 'b'
    expect(store.selectedProfileId).toBe('b')
  })

  it('replaces a profile with the same id and forgets a removed one', () => {
    const store = new ProfileStore(openDatabase(newFolder(), 0).database)
    const profile = { id: 'p', name: 'A', host: 'h', port: 1, clusterId: '001', clientId: 'c', allowPlaintext: false }
    store.save(profile, 1)
    store.save({ ...profile, name: 'B', allowPlaintext: true }, 2)
    expect(store.list()).toEqual([{ ...profile, name: 'B', allowPlaintext: true }])
    store.remove('p')
    expect(store.list()).toEqual([])
  })
})
