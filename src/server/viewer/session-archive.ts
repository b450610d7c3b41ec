import type { SessionRecord } from '../../openobd/generated/types/workbench/v1/SessionRecord.ts'
import { serverChoices } from '../protocol-choices.ts'
import { notFound } from '../refusal.ts'
import { sessionToWire, type ViewedSession } from './viewed-session.ts'

/** Where the archive finds sessions. */
export interface ArchivedSessions {
  find(id: string): ViewedSession | undefined
  /** Calls `listener` when a session can no longer be found. */
  onForget(listener: (session: ViewedSession) => void): unknown
}

/** The records of all sessions: known sessions as they are now, forgotten ones as they ended. */
export class SessionArchive {
  readonly #sessions: ArchivedSessions
  readonly #forgotten = new Map<string, SessionRecord>()

  constructor(sessions: ArchivedSessions) {
    this.#sessions = sessions
    sessions.onForget((session) => {
      this.#forgotten.set(session.id, sessionToWire(session))
      for (const oldest of this.#forgotten.keys()) {
        if (this.#forgotten.size <= serverChoices.rememberedRecords) break
        this.#forgotten.delete(oldest)
      }
    })
  }

  /** The record of a session; `not-found` when there never was one, or too many came after it. */
  read(sessionId: string): SessionRecord {
    const session = this.#sessions.find(sessionId)
    const record = session === undefined ? this.#forgotten.get(sessionId) : sessionToWire(session)
    if (record === undefined) throw notFound('no session found with that id')
    return record
  }
}
