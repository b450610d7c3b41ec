import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type ServiceResult, serviceResultSchema } from '../../shared/service-result.ts'
import { type SessionEnd, type SessionTarget, sessionTargetSchema } from '../../shared/session.ts'
import { guardedRead, type ReadFailed } from './guarded-read.ts'

/** Our own record of a session that this application started or tried to start. It never holds a token. */
export interface StartedSession {
  readonly handle: string
  /** Undefined until the server has answered the start. */
  readonly sessionId: string | undefined
  readonly target: SessionTarget
  readonly profileId: string
  /** `host:port` of the controller; a record proves nothing for another endpoint. */
  readonly endpoint: string
  readonly startedAt: number
  /** The service result that was chosen but is not confirmed by the server. */
  readonly pendingResult: ServiceResult | undefined
  readonly isFinished: boolean
  readonly endKind: SessionEnd['kind'] | undefined
}

type Row = Record<string, unknown>
const longestListed = 100

const columns =
  'handle, session_id, target_kind, target_number, profile_id, endpoint, started_at, pending_result, is_finished, end_kind'

function statements(database: DatabaseSync) {
  return {
    begin: database.prepare(
      `INSERT INTO started_sessions (handle, target_kind, target_number, profile_id, endpoint, started_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    setSessionId: database.prepare('UPDATE started_sessions SET session_id = ? WHERE handle = ?'),
    setPendingResult: database.prepare('UPDATE started_sessions SET pending_result = ? WHERE handle = ?'),
    end: database.prepare(
      'UPDATE started_sessions SET is_finished = 1, end_kind = ?, ended_at = ? WHERE handle = ? AND is_finished = 0',
    ),
    forget: database.prepare('DELETE FROM started_sessions WHERE handle = ?'),
    unfinished: database.prepare(
      `SELECT ${columns} FROM started_sessions WHERE endpoint = ? AND is_finished = 0 ORDER BY started_at DESC LIMIT ?`,
    ),
    open: database.prepare(
      `SELECT ${columns} FROM started_sessions
       WHERE is_finished = 0 OR (pending_result IS NOT NULL AND end_kind IS NOT 'finished')
       ORDER BY started_at DESC LIMIT ?`,
    ),
    byHandle: database.prepare(`SELECT ${columns} FROM started_sessions WHERE handle = ?`),
    bySessionId: database.prepare(`SELECT ${columns} FROM started_sessions WHERE endpoint = ? AND session_id = ?`),
  } satisfies Record<string, StatementSync>
}

/**
 * Started sessions on disk. A write is durable when the method returns, and throws when it fails; a read that fails returns
 * nothing.
 */
export class StartedSessionStore {
  readonly #statements: ReturnType<typeof statements>
  readonly #readFailed: ReadFailed

  constructor(database: DatabaseSync, readFailed: ReadFailed = () => undefined) {
    this.#statements = statements(database)
    this.#readFailed = readFailed
  }

  /** Records a start before the call to the server. */
  begin(session: Pick<StartedSession, 'handle' | 'target' | 'profileId' | 'endpoint' | 'startedAt'>): void {
    const { handle, target, profileId, endpoint, startedAt } = session
    this.#statements.begin.run(handle, target.kind, target.number, profileId, endpoint, startedAt)
  }

  /** Stores the session id from the server. */
  setSessionId(handle: string, sessionId: string): void {
    this.#statements.setSessionId.run(sessionId, handle)
  }

  /** Stores the chosen result before it is sent. */
  setPendingResult(handle: string, result: ServiceResult): void {
    this.#statements.setPendingResult.run(JSON.stringify(result), handle)
  }

  /** Removes a chosen result: the server refused it, or a person has seen that it was not sent. */
  clearPendingResult(handle: string): void {
    this.#statements.setPendingResult.run(null, handle)
  }

  /** Stores how a session ended. A later end changes nothing. */
  end(handle: string, kind: SessionEnd['kind'], endedAt: number): void {
    this.#statements.end.run(kind, endedAt, handle)
  }

  /** Removes the record of a start that failed. */
  forget(handle: string): void {
    this.#statements.forget.run(handle)
  }

  /** Sessions of this endpoint without a known end, newest first. */
  unfinished(endpoint: string): StartedSession[] {
    return this.#read(() => this.#statements.unfinished.all(endpoint, longestListed))
  }

  /** Sessions of every endpoint without a known end, or with a chosen result that was not sent, newest first. */
  open(): StartedSession[] {
    return this.#read(() => this.#statements.open.all(longestListed))
  }

  /** Our record of a session under the handle it was started with. */
  byHandle(handle: string): StartedSession | undefined {
    return this.#read(() => this.#statements.byHandle.all(handle))[0]
  }

  /** Our record of a session of this endpoint, whatever its state. */
  bySessionId(endpoint: string, sessionId: string): StartedSession | undefined {
    return this.#read(() => this.#statements.bySessionId.all(endpoint, sessionId))[0]
  }

  #read(rows: () => Row[]): StartedSession[] {
    return guardedRead('started sessions', this.#readFailed, rows, []).flatMap(fromRow)
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
