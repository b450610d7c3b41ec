import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { StorageView } from '../../shared/app-state.ts'
import { type DatabaseFile, openDatabaseFile, prepared } from './database-file.ts'
import type { ReadFailed } from './guarded-read.ts'
import { ProfileStore } from './profile-store.ts'
import { SecretStore } from './secret-store.ts'
import { SettingsStore } from './settings-store.ts'
import { StartedSessionStore } from './started-sessions.ts'

/** The schema that this version writes. */
export const schemaVersion = 4

const secrets = `
ALTER TABLE profiles ADD COLUMN way TEXT NOT NULL DEFAULT '{}';
CREATE TABLE secrets (
  profile_id TEXT NOT NULL, name TEXT NOT NULL, is_plain INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (profile_id, name)
) STRICT;
`
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
${secrets}`

/** The stored data of this computer, with every statement prepared. */
export interface Storage {
  readonly database: DatabaseSync
  readonly settings: SettingsStore
  readonly profiles: ProfileStore
  readonly sessions: StartedSessionStore
  readonly secrets: SecretStore
  /** Result of opening the file. */
  readonly opened: StorageView
}

const fileName = 'workbench.sqlite'
/** How long to wait for a file that another process has locked, in ms. The window waits as long. */
const lockTimeoutMs = 250

/**
 * Opens the database in the profile folder. A file that this version can never read is set aside. A file that cannot be opened now
 * (full disk, locked, no permission) is left alone, and this run keeps everything in memory. Never throws.
 */
export function openStorage(folder: string, nowMs: number, readFailed: ReadFailed = () => undefined): Storage {
  const file: DatabaseFile<Prepared> = {
    path: join(folder, fileName),
    version: schemaVersion,
    schema,
    // Version 2 had a table of session tokens, which is in the file of the journal now.
    upgrades: { 1: '', 2: 'DROP TABLE IF EXISTS kept_tokens;', 3: secrets },
    lockTimeoutMs,
    isChecked: () => true,
    prepare: (database) => stores(database, readFailed),
  }
  try {
    const { value, isNew, setAside } = openDatabaseFile(file, nowMs)
    const opened = setAside === undefined ? { condition: isNew ? 'new' : 'good' } : { condition: 'set-aside', setAside }
    return { ...value, opened: opened as StorageView }
  } catch {
    const condition = existsSync(file.path) ? 'left-alone' : 'memory-only'
    return { ...prepared(new DatabaseSync(':memory:'), file), opened: { condition } }
  }
}

type Prepared = Omit<Storage, 'opened'>

const stores = (database: DatabaseSync, readFailed: ReadFailed): Prepared => ({
  database,
  settings: new SettingsStore(database, readFailed),
  profiles: new ProfileStore(database, readFailed),
  sessions: new StartedSessionStore(database, readFailed),
  secrets: new SecretStore(database, readFailed),
})
