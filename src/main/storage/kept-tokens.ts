import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { guardedRead, type ReadFailed } from './guarded-read.ts'

/** A session token on disk, encrypted by the operating system together with its session and endpoint. */
export interface KeptToken {
  readonly handle: string
  /** Unix ms. */
  readonly receivedAt: number
  readonly encrypted: Uint8Array
}

/**
 * The newest session token of each of our sessions, encrypted. Writes are best effort: without a token a session is not resumed.
 * What is replaced or removed is in no page and no WAL afterwards.
 */
export class KeptTokenStore {
  readonly #database: DatabaseSync
  readonly #readFailed: ReadFailed
  readonly #set: StatementSync
  readonly #get: StatementSync
  readonly #remove: StatementSync
  readonly #removeOld: StatementSync

  constructor(database: DatabaseSync, readFailed: ReadFailed = () => undefined) {
    database.exec('PRAGMA secure_delete = ON;')
    this.#database = database
    this.#readFailed = readFailed
    this.#set = database.prepare(
      `INSERT INTO kept_tokens (handle, received_at, encrypted) VALUES (?, ?, ?)
       ON CONFLICT (handle) DO UPDATE SET received_at = excluded.received_at, encrypted = excluded.encrypted`,
    )
    this.#get = database.prepare('SELECT received_at, encrypted FROM kept_tokens WHERE handle = ?')
    this.#remove = database.prepare('DELETE FROM kept_tokens WHERE handle = ?')
    this.#removeOld = database.prepare('DELETE FROM kept_tokens WHERE received_at < ?')
  }

  /** Stores the newest token of a session in place of the one before. Throws when the disk refuses. */
  set({ handle, receivedAt, encrypted }: KeptToken): void {
    const isReplaced = this.#get.get(handle) !== undefined
    this.#set.run(handle, receivedAt, encrypted)
    if (isReplaced) this.#emptyLog()
  }

  /** The token of a session; undefined when there is none or it cannot be read. */
  get(handle: string): KeptToken | undefined {
    const row = guardedRead('kept tokens', this.#readFailed, () => this.#get.get(handle), undefined)
    if (!row || !(row.encrypted instanceof Uint8Array)) return undefined
    return { handle, receivedAt: Number(row.received_at), encrypted: row.encrypted }
  }

  /** Removes the token of a session. Throws when the disk refuses. */
  remove(handle: string): void {
    if (this.#remove.run(handle).changes > 0) this.#emptyLog()
  }

  /** Removes tokens that were received before the given time (Unix ms). Throws when the disk refuses. */
  removeOlderThan(at: number): void {
    if (this.#removeOld.run(at).changes > 0) this.#emptyLog()
  }

  /** Writes the WAL to the file, whose old pages are overwritten, and cuts it. Happens with a new token, every two minutes. */
  #emptyLog(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }
}
