import type { DatabaseSync } from 'node:sqlite'
import { type ServiceResult, serviceResultSchema } from '../../shared/service-result.ts'
import { type SessionEnd, type SessionTarget, sessionTargetSchema } from '../../shared/session.ts'

/** Our own record of a session that this application started or tried to start. It never holds a token. */
export type StartedSession = {
  readonly handle: string
  /** Undefined until the server has answered the start. */
  readonly sessionId: string | undefined
  readonly target: SessionTarget
  readonly profileId: string
  /** `host:port` of the controller; sessions of another endpoint prove nothing. */
  readonly endpoint: string
  readonly startedAt: number
  /** The service result that was chosen but is not confirmed by the server. */
  readonly pendingResult: ServiceResult | undefined
  readonly isFinished: boolean
  readonly endKind: SessionEnd['kind'] | undefined
}

type Row = Record<string, unknown>
const longestListed = 100

/** Started sessions on disk. Every write is durable when the method returns; a disk that refuses throws. */
export class StartedSessionStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Writes the intention to start, before the server is asked. */
  begin(session: Pick<StartedSession, 'handle' | 'target' | 'profileId' | 'endpoint' | 'startedAt'>): void {
    this.#database
      .prepare(
        `INSERT INTO started_sessions (handle, target_kind, target_number, profile_id, endpoint, started_at)
         VALUES (?, ?, ?, ?, ?, ?)`,
      )
      .run(
        session.handle,
        session.target.kind,
        session.target.number,
        session.profileId,
        session.endpoint,
        session.startedAt,
      )
  }

  /** Notes the id that the server gave. */
  setSessionId(handle: string, sessionId: string): void {
    this.#run('UPDATE started_sessions SET session_id = ? WHERE handle = ?', sessionId, handle)
  }

  /** Keeps the chosen result before it is sent. */
  setPendingResult(handle: string, result: ServiceResult): void {
    this.#run('UPDATE started_sessions SET pending_result = ? WHERE handle = ?', JSON.stringify(result), handle)
  }

  /** Forgets a chosen result that the server refused. */
  clearPendingResult(handle: string): void {
    this.#run('UPDATE started_sessions SET pending_result = NULL WHERE handle = ?', handle)
  }

  /** Notes how a session ended. The first end stays. */
  end(handle: string, kind: SessionEnd['kind'], endedAt: number): void {
    this.#run(
      'UPDATE started_sessions SET is_finished = 1, end_kind = ?, ended_at = ? WHERE handle = ? AND is_finished = 0',
      kind,
      endedAt,
      handle,
    )
  }

  /** Removes the record of a start that the server refused. */
  forget(handle: string): void {
    this.#run('DELETE FROM started_sessions WHERE handle = ?', handle)
  }

  /** Sessions of this endpoint whose end is not known, newest first. */
  unfinished(endpoint: string): StartedSession[] {
    return this.#database
      .prepare('SELECT * FROM started_sessions WHERE endpoint = ? AND is_finished = 0 ORDER BY started_at DESC LIMIT ?')
      .all(endpoint, longestListed)
      .flatMap(fromRow)
  }

  /** Our record of a session of this endpoint, whatever its state. */
  bySessionId(endpoint: string, sessionId: string): StartedSession | undefined {
    return this.#database
      .prepare('SELECT * FROM started_sessions WHERE endpoint = ? AND session_id = ?')
      .all(endpoint, sessionId)
      .flatMap(fromRow)[0]
  }

  #run(sql: string, ...values: (string | number)[]): void {
    this.#database.prepare(sql).run(...values)
  }
}

function fromRow(row: Row): StartedSession[] {
  const target = sessionTargetSchema.safeParse({ kind: row.target_kind, number: row.target_number })
  if (!target.success) return []
  return [
    {
      handle: String(row.handle),
      sessionId: typeof row.session_id === 'string' ? row.session_id : undefined,
      target: target.data,
      profileId: String(row.profile_id),
      endpoint: String(row.endpoint),
      startedAt: Number(row.started_at),
      pendingResult: resultFrom(row.pending_result),
      isFinished: row.is_finished === 1,
      endKind: (row.end_kind ?? undefined) as StartedSession['endKind'],
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
