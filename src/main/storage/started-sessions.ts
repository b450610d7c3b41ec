import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type ServiceResult, serviceResultSchema } from '../../shared/service-result.ts'
import { type SessionEnd, type SessionTarget, sessionEndKindSchema, sessionTargetSchema } from '../../shared/session.ts'
import { guardedRead, type ReadFailed } from './guarded-read.ts'

/** A session that an earlier version started; the journal takes these records over. */
export interface StartedSession {
  readonly handle: string
  readonly sessionId: string | undefined
  readonly target: SessionTarget
  readonly profileId: string
  /** `host:port` of the server, or `embedded`. */
  readonly endpoint: string
  readonly startedAt: number
  readonly pendingResult: ServiceResult | undefined
  /** Undefined while no end is known. */
  readonly end: { readonly kind: SessionEnd['kind']; readonly at: number } | undefined
}

/** Started sessions of versions without a journal. Nothing is written here any more. */
export class StartedSessionStore {
  readonly #all: StatementSync
  readonly #clear: StatementSync
  readonly #readFailed: ReadFailed

  constructor(database: DatabaseSync, readFailed: ReadFailed = () => undefined) {
    this.#all = database.prepare('SELECT * FROM started_sessions ORDER BY started_at')
    this.#clear = database.prepare('DELETE FROM started_sessions')
    this.#readFailed = readFailed
  }

  /** All records, oldest first; none when they cannot be read. */
  all(): StartedSession[] {
    return guardedRead('started sessions', this.#readFailed, () => this.#all.all(), []).flatMap(fromRow)
  }

  /** Removes all records. Throws when the disk refuses. */
  clear(): void {
    this.#clear.run()
  }
}

function fromRow(row: Record<string, unknown>): StartedSession[] {
  const target = sessionTargetSchema.safeParse({ kind: row.target_kind, number: row.target_number })
  if (!target.success) return []
  const endKind = sessionEndKindSchema.safeParse(row.end_kind)
  return [
    {
      handle: String(row.handle),
      sessionId: typeof row.session_id === 'string' ? row.session_id : undefined,
      target: target.data,
      profileId: String(row.profile_id),
      endpoint: String(row.endpoint),
      startedAt: Number(row.started_at),
      pendingResult: resultFrom(row.pending_result),
      end: row.is_finished === 1 ? { kind: endKind.data ?? 'lost', at: Number(row.ended_at ?? 0) } : undefined,
    },
  ]
}

function resultFrom(text: unknown): ServiceResult | undefined {
  if (typeof text !== 'string') return undefined
  try {
    return serviceResultSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
