import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

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

/** What happened to the database file when it was opened. */
export type DatabaseCondition = 'good' | 'new' | 'moved-aside' | 'memory-only'

/** An open database and what had to be done for it. */
export type OpenedDatabase = { readonly database: DatabaseSync; readonly condition: DatabaseCondition }

const fileName = 'workbench.sqlite'

/**
 * Opens the store in the profile folder (WAL, every commit synced to the disk). A file that is damaged or was written by a
 * newer version is moved aside under a name with the given time; without any usable disk the store lives in memory.
 */
export function openDatabase(folder: string, nowMs: number): OpenedDatabase {
  const file = join(folder, fileName)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const isNew = !existsSync(file)
    const database = openChecked(file)
    if (database) return { database, condition: isNew ? 'new' : 'good' }
    moveAside(file, nowMs)
    const replacement = openChecked(file)
    if (replacement) return { database: replacement, condition: 'moved-aside' }
  } catch {
    // A folder that cannot be written never keeps the application from starting.
  }
  const database = new DatabaseSync(':memory:')
  migrate(database)
  return { database, condition: 'memory-only' }
}

/** The database, or undefined when its content cannot be used by this version. */
function openChecked(file: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;')
    const check = database.prepare('PRAGMA quick_check').get() as { quick_check?: unknown } | undefined
    if (check?.quick_check !== 'ok' || versionOf(database) > schemaVersion) throw new Error('unusable')
    migrate(database)
    return database
  } catch {
    database?.close()
    return undefined
  }
}

function versionOf(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA user_version').get() as { user_version?: unknown } | undefined
  return Number(row?.user_version ?? 0)
}

function migrate(database: DatabaseSync): void {
  if (versionOf(database) >= schemaVersion) return
  database.exec(`BEGIN IMMEDIATE; ${schema} PRAGMA user_version = ${schemaVersion}; COMMIT;`)
}

function moveAside(file: string, nowMs: number): void {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, `${file}.${stamp}.set-aside${suffix}`)
  }
}
