import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** A database file of ours. */
export interface DatabaseFile<T> {
  readonly path: string
  readonly version: number
  /** The schema of a new file. */
  readonly schema: string
  /** Statements that bring a file of the given version to the next one. */
  readonly upgrades?: Readonly<Record<number, string>>
  /** How long to wait for a file that another process has locked, in ms. */
  readonly lockTimeoutMs: number
  /** Whether the whole file is checked when it is opened. */
  readonly isChecked: (path: string) => boolean
  /** Prepares every statement, so that none fails later because of the schema. */
  readonly prepare: (database: DatabaseSync) => T
}

/** A file that is open. `setAside`: the new name of a file that could not be read, without its folder. */
export interface OpenedFile<T> {
  readonly value: T
  readonly isNew: boolean
  readonly setAside?: string
}

/**
 * Opens a file (WAL, every commit synced to the disk). A file that this version can never read (not our database, damaged or newer)
 * is set aside: renamed with the given time. Throws when the file cannot be opened now (full disk, locked, no permission); it
 * is then unchanged.
 */
export function openDatabaseFile<T>(file: DatabaseFile<T>, nowMs: number): OpenedFile<T> {
  mkdirSync(dirname(file.path), { recursive: true, mode: 0o700 })
  const isNew = !existsSync(file.path)
  try {
    return { value: open(file), isNew }
  } catch (error) {
    if (!isUnusable(error)) throw error
    const setAside = moveAside(file.path, nowMs)
    return { value: open(file), isNew: true, setAside }
  }
}

/** Brings the schema up to date and prepares every statement. */
export function prepared<T>(database: DatabaseSync, { version, schema, upgrades = {}, prepare }: DatabaseFile<T>): T {
  const stored = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (stored > version) throw new UnusableFile('newer')
  if (stored > 0 && stored < version) {
    const steps = Array.from({ length: version - stored }, (_, step) => upgrades[stored + step])
    if (steps.includes(undefined)) throw new Error(`No upgrade from version ${stored} to ${version}.`)
    database.exec(`BEGIN IMMEDIATE; ${steps.join(' ')} PRAGMA user_version = ${version}; COMMIT;`)
  } else if (stored < version) {
    const foreign = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()
    if (Number(foreign?.count) > 0) throw new UnusableFile('not ours')
    database.exec(`BEGIN IMMEDIATE; ${schema} PRAGMA user_version = ${version}; COMMIT;`)
  }
  return prepare(database)
}

function open<T>(file: DatabaseFile<T>): T {
  const database = new DatabaseSync(file.path, { timeout: file.lockTimeoutMs })
  try {
    // For this user only; the files of the WAL take the rights of this one.
    chmodSync(file.path, 0o600)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;')
    if (file.isChecked(file.path)) {
      const check = database.prepare('PRAGMA quick_check').get()
      if (check?.quick_check !== 'ok') throw new UnusableFile('damaged')
    }
    return prepared(database, file)
  } catch (error) {
    database.close()
    throw error
  }
}

class UnusableFile extends Error {}

// Primary result codes of SQLite (sqlite.org/rescode.html): a statement that does not fit the schema, a damaged file, not a
// database.
const unusableCodes = new Set([1, 11, 26])

/** The primary result code of an error of SQLite; undefined for other errors. */
export function sqliteCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null | undefined)?.errcode
  return typeof code === 'number' ? code & 0xff : undefined
}

/** Whether this version can never read a file. Other errors may be temporary: a full disk, a lock, a missing permission. */
export function isUnusable(error: unknown): boolean {
  return error instanceof UnusableFile || unusableCodes.has(sqliteCode(error) ?? 0)
}

/** Renames the file and its WAL files; returns the new name without its folder. */
export function moveAside(file: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, `${file}.${stamp}.set-aside${suffix}`)
  }
  return basename(`${file}.${stamp}.set-aside`)
}
