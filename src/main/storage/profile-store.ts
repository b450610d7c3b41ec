import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { z } from 'zod'
import { usualWay } from '../../shared/usual-way.ts'
import { partnerApiSettingsSchema, proxyChoiceSchema } from '../../shared/way.ts'
import { guardedRead, type ReadFailed } from './guarded-read.ts'

/** How the server of a profile is reached, without secrets; a part that cannot be read has its default. */
const storedWaySchema = z.object({
  proxy: proxyChoiceSchema.catch(usualWay.proxy),
  /** PEM. */
  authorities: z.string().catch(''),
  /** PEM: the certificate of this computer and its chain. */
  certificate: z.string().catch(''),
  partnerApi: partnerApiSettingsSchema.catch(usualWay.partnerApi),
})
export type StoredWay = z.infer<typeof storedWaySchema>

/** The way of a new profile. */
export const newWay: StoredWay = { ...usualWay, authorities: '', certificate: '' }

/** A remote profile as stored on disk, without its secret. */
export interface StoredProfile {
  readonly id: string
  readonly name: string
  readonly host: string
  readonly port: number
  readonly clusterId: string
  readonly clientId: string
  readonly allowPlaintext: boolean
  readonly way: StoredWay
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
      `SELECT id, name, host, port, cluster_id, client_id, allow_plaintext, way FROM profiles ORDER BY created_at, id`,
    )
    this.#save = database.prepare(
      `INSERT INTO profiles (id, name, host, port, cluster_id, client_id, allow_plaintext, way, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, host = excluded.host, port = excluded.port,
         cluster_id = excluded.cluster_id, client_id = excluded.client_id, allow_plaintext = excluded.allow_plaintext,
         way = excluded.way`,
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
      way: wayFrom(String(row.way)),
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
      JSON.stringify(profile.way),
      nowMs,
    )
  }

  /** Removes a profile. Throws when the write fails. */
  remove(id: string): void {
    this.#remove.run(id)
  }
}

function wayFrom(text: string): StoredWay {
  try {
    return storedWaySchema.catch(newWay).parse(JSON.parse(text))
  } catch {
    return newWay
  }
}
