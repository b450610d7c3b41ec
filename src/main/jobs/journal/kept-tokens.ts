import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** A session token on disk, encrypted by the operating system together with its session and endpoint. */
export interface KeptToken {
  readonly handle: string
  /** Unix ms. */
  readonly receivedAt: number
  readonly encrypted: Uint8Array
}

/** The table of kept tokens, beside the facts. */
export const keptTokensSchema = `
CREATE TABLE kept_tokens (handle TEXT PRIMARY KEY, received_at INTEGER NOT NULL, encrypted BLOB NOT NULL) STRICT;
`

/**
 * The newest session token of each of our sessions, encrypted. What is replaced or removed is in no page and no WAL afterwards. Every
 * method throws the error of SQLite when the disk refuses.
 */
export class KeptTokenTable {
  readonly #database: DatabaseSync
  readonly #set: StatementSync
  readonly #get: StatementSync
  readonly #remove: StatementSync
  readonly #removeOld: StatementSync

  /** The database must have `secure_delete`. */
  constructor(database: DatabaseSync) {
    this.#database = database
    this.#set = database.prepare(
      `INSERT INTO kept_tokens (handle, received_at, encrypted) VALUES (?, ?, ?)
       ON CONFLICT (handle) DO UPDATE SET received_at = excluded.received_at, encrypted = excluded.encrypted`,
    )
    this.#get = database.prepare('SELECT received_at, encrypted FROM kept_tokens WHERE handle = ?')
    this.#remove = database.prepare('DELETE FROM kept_tokens WHERE handle = ?')
    this.#removeOld = database.prepare('DELETE FROM kept_tokens WHERE received_at < ?')
  }

  /** Stores the newest token of a session in place of the one before. */
  set({ handle, receivedAt, encrypted }: KeptToken): void {
    const isReplaced = this.#get.get(handle) !== undefined
    this.#set.run(handle, receivedAt, encrypted)
    if (isReplaced) this.#emptyLog()
  }

  /** The token of a session; null when there is none. */
  get(handle: string): KeptToken | null {
    const row = this.#get.get(handle)
    if (!(row?.encrypted instanceof Uint8Array)) return null
    return { handle, receivedAt: Number(row.received_at), encrypted: row.encrypted }
  }

  /** Removes the token of a session. */
  remove(handle: string): void {
    if (this.#remove.run(handle).changes > 0) this.#emptyLog()
  }

  /** Removes tokens that were received before the given time (Unix ms). */
  removeOlderThan(at: number): void {
    if (this.#removeOld.run(at).changes > 0) this.#emptyLog()
  }

  /** Writes the WAL to the file, whose old pages are overwritten, and cuts it. Happens with a new token, every two minutes. */
  #emptyLog(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }
}
