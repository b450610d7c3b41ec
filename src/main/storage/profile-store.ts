import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { guardedRead, type ReadFailed } from './guarded-read.ts'

/** A remote profile as stored on disk, without its secret. */
export interface StoredProfile {
  readonly id: string
  readonly name: string
  readonly host: string
  readonly port: number
  readonly clusterId: string
  readonly clientId: string
  readonly allowPlaintext: boolean
}

/** Remote profiles that a person typed in. */
export class ProfileStore {
  readonly #readFailed: ReadFailed
  readonly #list: StatementSync
  readonly #save: StatementSync
  readonly #remove: StatementSync

  constructor(database: DatabaseSync, readFailed: ReadFailed = () => undefined) {
    this.#readFailed = readFailed
    this.#list = database.prepare(
      `SELECT id, name, host, port, cluster_id, client_id, allow_plaintext FROM profiles ORDER BY created_at, id`,
    )
    this.#save = database.prepare(
      `INSERT INTO profiles (id, name, host, port, cluster_id, client_id, allow_plaintext, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, host = excluded.host, port = excluded.port,
         cluster_id = excluded.cluster_id, client_id = excluded.client_id, allow_plaintext = excluded.allow_plaintext`,
    )
    this.#remove = database.prepare('DELETE FROM profiles WHERE id = ?')
  }

  /** All profiles, oldest first; none when the read fails. */
  list(): StoredProfile[] {
    return guardedRead('profiles', this.#readFailed, () => this.#list.all(), []).map((row) => ({
      id: String(row.id),
      name: String(row.name),
      host: String(row.host),
      port: Number(row.port),
      clusterId: String(row.cluster_id),
      clientId: String(row.client_id),
      allowPlaintext: row.allow_plaintext === 1,
    }))
  }

  /** Adds a profile or replaces the one with its id. Throws when the write fails. */
  save(profile: StoredProfile, nowMs: number): void {
    this.#save.run(
      profile.id,
      profile.name,
      profile.host,
      profile.port,
      profile.clusterId,
      profile.clientId,
      profile.allowPlaintext ? 1 : 0,
      nowMs,
    )
  }

  /** Removes a profile. Throws when the write fails. */
  remove(id: string): void {
    this.#remove.run(id)
  }
}
