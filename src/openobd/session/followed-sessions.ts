import type { SessionRecord } from '../wire/session-record.ts'
import { type SessionUpdate, updatedRecord } from '../wire/session-update.ts'
import type { ReceivedWorkshopEvent, WorkshopEvent } from '../wire/workshop-event.ts'

/** The records of the sessions of one stream, so that listeners always get whole records. */
export class FollowedSessions {
  #records = new Map<string, SessionRecord>()

  /** The event with the whole record instead of an update; undefined for an update of a session without a record. */
  follow(event: ReceivedWorkshopEvent): WorkshopEvent | undefined {
    if (event.kind === 'session-updated') return this.#update(event.update)
    if (event.kind === 'session-changed') this.#records.set(event.session.sessionId, event.session)
    if (event.kind === 'snapshot') {
      this.#records = new Map(event.snapshot.sessions.map((session) => [session.sessionId, session]))
    }
    return event
  }

  #update(update: SessionUpdate): WorkshopEvent | undefined {
    const known = this.#records.get(update.sessionId)
    if (known === undefined) return undefined
    const session = updatedRecord(known, update)
    this.#records.set(session.sessionId, session)
    return { kind: 'session-changed', session }
  }
}
