import { randomUUID } from 'node:crypto'
import type { SessionController } from '../../openobd/session/session-controller.ts'
import type { SessionInfo } from '../../openobd/wire/session-info.ts'
import { type Outcome, succeeded } from '../../shared/outcome.ts'
import type { SessionSummary, SessionTarget } from '../../shared/session.ts'
import type { OwnRecord } from '../jobs/projections/own-records.ts'
import type { Workshop } from './workshop.ts'

/** Dependencies of the session finder. */
export interface SessionFinderOptions {
  readonly controller: () => Pick<SessionController, 'getSession' | 'getSessionList'> | undefined
  readonly workshop: Pick<Workshop, 'labelOf' | 'placeOf' | 'sessionHolding'>
  readonly ownRecord: (sessionId: string) => OwnRecord | undefined
  /** Our records of the present server without a known end, newest first. */
  readonly unfinished: () => readonly OwnRecord[]
}

/** Sessions that may hold a connection, each under an opaque handle. */
export class SessionFinder {
  readonly #options: SessionFinderOptions
  readonly #handles = new Map<string, string>()

  constructor(options: SessionFinderOptions) {
    this.#options = options
  }

  /** The server's session id for a handle of this finder. */
  sessionIdOf(handle: string): string | undefined {
    for (const [sessionId, known] of this.#handles) if (known === handle) return sessionId
    return undefined
  }

  /** All sessions that the server lists, newest first. */
  async list(): Promise<Outcome<SessionSummary[]> | undefined> {
    const sessions = await this.#options.controller()?.getSessionList()
    if (!sessions) return undefined
    if (!sessions.ok) return sessions
    const newestFirst = [...sessions.value].sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))
    return succeeded(newestFirst.map((session) => this.summaryOf(session)))
  }

  /**
   * The sessions that may hold the connection of a target. With proof (our own start record, or the viewer) exactly one;
   * otherwise every open session, for a person to choose from.
   */
  async blocking(target: SessionTarget): Promise<SessionSummary[]> {
    const proven = await this.#proven(target)
    if (proven) return [proven]
    const all = await this.list()
    return all?.ok ? all.value.filter(isOpen) : []
  }

  async #proven(target: SessionTarget): Promise<SessionSummary | undefined> {
    const own = this.#options
      .unfinished()
      .find((record) => record.target.kind === target.kind && record.target.number === target.number)
    const candidates = [own?.sessionId, this.#options.workshop.sessionHolding(target)]
    for (const sessionId of candidates) {
      if (!sessionId) continue
      const session = await this.#options.controller()?.getSession(sessionId)
      if (!session?.ok) continue
      const summary = this.summaryOf(session.value)
      if (isOpen(summary)) return summary
    }
    return undefined
  }

  /** A session for the page: with a handle instead of its id, and the proof of its owner. */
  summaryOf(session: SessionInfo): SessionSummary {
    const own = this.#options.ownRecord(session.id)
    const label = this.#options.workshop.labelOf(session.id)
    return {
      handle: this.handleOf(session.id),
      sessionId: session.id,
      state: session.state,
      createdAt: session.createdAt,
      label: own?.target.number ?? label,
      place: this.#options.workshop.placeOf(session.id),
      proof: own ? 'own-record' : label ? 'viewer' : 'none',
    }
  }

  /** The opaque handle of a session of the present server; always the same one. */
  handleOf(sessionId: string): string {
    const known = this.#handles.get(sessionId) ?? randomUUID()
    this.#handles.set(sessionId, known)
    return known
  }
}

const isOpen = ({ state }: { state: SessionSummary['state'] }) => state === 'available' || state === 'active'
