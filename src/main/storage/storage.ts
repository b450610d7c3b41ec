import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { StorageView } from '../../shared/app-state.ts'
import type { ReadFailed } from './guarded-read.ts'
import { ProfileStore } from './profile-store.ts'
import { SettingsStore } from './settings-store.ts'
import { StartedSessionStore } from './started-sessions.ts'

/** The schema that this version writes. */
export const schemaVersion = 1

const schema = `
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE profiles (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, host TEXT NOT NULL, port INTEGER NOT NULL, cluster_id TEXT NOT NULL,
  client_id TEXT NOT NULL, allow_plaintext INTEGER NOT NULL, created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE started_sessions (
  handle TEXT PRIMARY KEY, session_id TEXT, target_kind TEXT NOT NULL, target_number TEXT NOT NULL,
  profile_id TEXT NOT NULL, endpoint TEXT NOT NULL, started_at INTEGER NOT NULL,
  pending_result TEXT, is_finished INTEGER NOT NULL DEFAULT 0, end_kind TEXT, ended_at INTEGER
) STRICT;
CREATE INDEX started_sessions_by_id ON started_sessions (session_id);
`

/** The stored data of this computer, with every statement prepared. */
export interface Storage {
  readonly database: DatabaseSync
  readonly settings: SettingsStore
  readonly profiles: ProfileStore
  readonly sessions: StartedSessionStore
  /** Result of opening the file. */
  readonly opened: StorageView
}

const fileName = 'workbench.sqlite'
/** How long to wait for a file that another process has locked, in ms. The window waits as long. */
const lockTimeoutMs = 250

/**
 * Opens the database in the profile folder (WAL, every commit synced to the disk). A file that this version can never read (not
 * our database, damaged or newer) is set aside: renamed with the given time. A file that cannot be opened now (full disk,
 * locked, no permission) is left alone, and this run keeps everything in memory. Never throws.
 */
export function openStorage(folder: string, nowMs: number, readFailed: ReadFailed = () => undefined): Storage {
  const file = join(folder, fileName)
  let isThere = false
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    isThere = existsSync(file)
    return { ...openFile(file, readFailed), opened: { condition: isThere ? 'good' : 'new' } }
  } catch (error) {
    if (isUnusable(error)) {
      try {
        const setAside = moveAside(file, nowMs)
        return { ...openFile(file, readFailed), opened: { condition: 'set-aside', setAside } }
      } catch {
        isThere = existsSync(file)
      }
    }
  }
  const condition = isThere ? 'left-alone' : 'memory-only'
  return { ...prepared(new DatabaseSync(':memory:'), readFailed), opened: { condition } }
}

type Prepared = Omit<Storage, 'opened'>

function openFile(file: string, readFailed: ReadFailed): Prepared {
  const database = new DatabaseSync(file, { timeout: lockTimeoutMs })
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;')
    const check = database.prepare('PRAGMA quick_check').get()
    if (check?.quick_check !== 'ok') throw new UnusableFile('damaged')
    return prepared(database, readFailed)
  } catch (error) {
    database.close()
    throw error
  }
}

/** Updates the schema and prepares every statement, so that none fails later because of the schema. */
function prepared(database: DatabaseSync, readFailed: ReadFailed): Prepared {
  migrate(database)
  return {
    database,
    settings: new SettingsStore(database, readFailed),
    profiles: new ProfileStore(database, readFailed),
    sessions: new StartedSessionStore(database, readFailed),
  }
}

function migrate(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (version > schemaVersion) throw new UnusableFile('newer')
  if (version === schemaVersion) return
  const foreign = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()
  if (Number(foreign?.count) > 0) throw new UnusableFile('not ours')
  database.exec(`BEGIN IMMEDIATE; ${schema} PRAGMA user_version = ${schemaVersion}; COMMIT;`)
}

class UnusableFile extends Error {}

// Primary result codes of SQLite (sqlite.org/rescode.html): a statement that does not fit the schema, a damaged file, not a
// database.
const unusableCodes = new Set([1, 11, 26])

/** Whether this version can never read a file. Other errors may be temporary: a full disk, a lock, a missing permission. */
export function isUnusable(error: unknown): boolean {
  if (error instanceof UnusableFile) return true
  const code = (error as { errcode?: unknown }).errcode
  return typeof code === 'number' && unusableCodes.has(code & 0xff)
}

/** Renames the file and its WAL files; returns the new name without its folder. */
function moveAside(file: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, `${file}.${stamp}.set-aside${suffix}`)
  }
  return basename(`${file}.${stamp}.set-aside`)
}
