import type { SessionRecord } from '../../openobd/generated/types/workbench/v1/SessionRecord.ts'
import { notFound } from '../../server/refusal.ts'
import { choices } from '../protocol-choices.ts'
import type { SessionBook } from '../session/session-book.ts'
import { sessionToWire } from './to-wire.ts'

/** The records of all sessions: known sessions as they are now, forgotten ones as they ended. */
export class SessionArchive {
  readonly #sessions: SessionBook
  readonly #forgotten = new Map<string, SessionRecord>()

  constructor(sessions: SessionBook) {
    this.#sessions = sessions
    sessions.onForget((session) => {
      this.#forgotten.set(session.id, sessionToWire(session))
      for (const oldest of this.#forgotten.keys()) {
        if (this.#forgotten.size <= choices.rememberedRecords) break
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
