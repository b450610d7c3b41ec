import type { SessionRecord } from '../../openobd/generated/types/workbench/v1/SessionRecord.ts'
import type { SessionUpdate } from '../../openobd/generated/types/workbench/v1/SessionUpdate.ts'
import {
  contextToWire,
  sessionToWire,
  transitionToWire,
  type ViewedContext,
  type ViewedSession,
} from './viewed-session.ts'

/** The parts of a context that can change. */
type SentContext = Pick<ViewedContext, 'state' | 'details' | 'end'>

/** What was sent to one viewer about one session. It keeps the contexts of the record, however many changes there are. */
export class SentSession {
  readonly #session: ViewedSession
  readonly #contexts = new Map<string, SentContext>()
  #state = ''
  #transitions = 0
  #acceptedFinishes = 0
  #hasServiceResult = false

  /** Starts with the whole record being sent now. */
  constructor(session: ViewedSession) {
    this.#session = session
    this.takeUpdate()
  }

  /** What changed since the last message to the viewer; undefined when nothing did. It is marked as sent. */
  takeUpdate(): SessionUpdate | undefined {
    const changes = { ...this.#takeFields(), ...this.#takeContexts() }
    return Object.keys(changes).length === 0 ? undefined : { session_id: this.#session.id, ...changes }
  }

  /** The whole record; undefined when nothing in it has changed. It is marked as sent. */
  takeWhole(): SessionRecord | undefined {
    return this.takeUpdate() === undefined ? undefined : sessionToWire(this.#session)
  }

  #takeFields(): SessionUpdate {
    const { state, transitions, serviceResult, acceptedFinishes } = this.#session
    const update: SessionUpdate = {
      ...(state === this.#state ? {} : { state }),
      ...(transitions.length === this.#transitions
        ? {}
        : { new_transitions: transitions.slice(this.#transitions).map(transitionToWire) }),
      ...(serviceResult === undefined || this.#hasServiceResult ? {} : { service_result: serviceResult }),
      ...(acceptedFinishes === this.#acceptedFinishes ? {} : { accepted_finishes: acceptedFinishes }),
    }
    this.#state = state
    this.#transitions = transitions.length
    this.#acceptedFinishes = acceptedFinishes
    this.#hasServiceResult = serviceResult !== undefined
    return update
  }

  #takeContexts(): SessionUpdate {
    const { contexts } = this.#session
    const changed = contexts.filter((context) => !this.#knows(context))
    for (const { id, state, details, end } of changed) this.#contexts.set(id, { state, details, end })
    const forgotten = this.#forget(contexts)
    return {
      ...(changed.length === 0 ? {} : { changed_contexts: changed.map(contextToWire) }),
      ...(forgotten.length === 0 ? {} : { forgotten_contexts: forgotten }),
    }
  }

  #knows({ id, state, details, end }: ViewedContext): boolean {
    const sent = this.#contexts.get(id)
    return sent !== undefined && sent.state === state && sent.details === details && sent.end === end
  }

  #forget(contexts: readonly ViewedContext[]): string[] {
    if (this.#contexts.size === contexts.length) return []
    const present = new Set(contexts.map(({ id }) => id))
    const forgotten = [...this.#contexts.keys()].filter((id) => !present.has(id))
    for (const id of forgotten) this.#contexts.delete(id)
    return forgotten
  }
}
