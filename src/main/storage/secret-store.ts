import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { guardedRead, type ReadFailed } from './guarded-read.ts'

/** A stored secret of a profile. `isPlain`: a person agreed to store it without protection. */
export interface StoredSecret {
  readonly profileId: string
  readonly name: string
  readonly isPlain: boolean
  readonly bytes: Uint8Array
}

/** Secrets of profiles as the keyring encrypted them. What is replaced or removed is in no page and no WAL afterwards. */
export class SecretStore {
  readonly #database: DatabaseSync
  readonly #readFailed: ReadFailed
  readonly #list: StatementSync
  readonly #set: StatementSync
  readonly #remove: StatementSync
  readonly #removeAll: StatementSync

  constructor(database: DatabaseSync, readFailed: ReadFailed = () => undefined) {
    database.exec('PRAGMA secure_delete = ON;')
    this.#database = database
    this.#readFailed = readFailed
    this.#list = database.prepare('SELECT profile_id, name, is_plain, bytes FROM secrets ORDER BY profile_id, name')
    this.#set = database.prepare(
      `INSERT INTO secrets (profile_id, name, is_plain, bytes) VALUES (?, ?, ?, ?)
       ON CONFLICT (profile_id, name) DO UPDATE SET is_plain = excluded.is_plain, bytes = excluded.bytes`,
    )
    this.#remove = database.prepare('DELETE FROM secrets WHERE profile_id = ? AND name = ?')
    this.#removeAll = database.prepare('DELETE FROM secrets WHERE profile_id = ?')
  }

  /** All stored secrets; none when the read fails. */
  list(): StoredSecret[] {
    return guardedRead('secrets', this.#readFailed, () => this.#list.all(), []).flatMap((row) =>
      row.bytes instanceof Uint8Array
        ? [
            {
              profileId: String(row.profile_id),
              name: String(row.name),
              isPlain: row.is_plain === 1,
              bytes: row.bytes,
            },
          ]
        : [],
    )
  }

  /** Stores a secret in place of the one before. Throws when the disk refuses. */
  set({ profileId, name, isPlain, bytes }: StoredSecret): void {
    this.#set.run(profileId, name, isPlain ? 1 : 0, bytes)
    this.#emptyLog()
  }

  /** Removes one secret, or all of a profile. Throws when the disk refuses. */
  remove(profileId: string, name?: string): void {
    const { changes } = name === undefined ? this.#removeAll.run(profileId) : this.#remove.run(profileId, name)
    if (changes > 0) this.#emptyLog()
  }

  #emptyLog(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }
}
