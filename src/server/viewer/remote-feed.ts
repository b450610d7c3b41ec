import type { Connector__Output } from '../../openobd/generated/types/workbench/v1/Connector.ts'
import type { Prompt__Output } from '../../openobd/generated/types/workbench/v1/Prompt.ts'
import type { Ticket__Output } from '../../openobd/generated/types/workbench/v1/Ticket.ts'
import type { WorkshopEvent__Output } from '../../openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import type { WorkshopSnapshot__Output } from '../../openobd/generated/types/workbench/v1/WorkshopSnapshot.ts'
import { serverChoices } from '../protocol-choices.ts'
import { RemoteSession } from './remote-session.ts'
import type { ViewerChange, ViewerFeed, ViewerSink, ViewerSnapshot } from './viewer-feed.ts'

/**
 * What the viewer stream of another server tells, as a feed for our own viewers. The stream is opened by its user, with
 * `session_updates`, and its events are passed to {@link RemoteFeed.take} in order.
 */
export class RemoteFeed implements ViewerFeed {
  readonly #sinks = new Set<ViewerSink>()
  readonly #tickets = new Map<string, Ticket__Output>()
  readonly #connectors = new Map<string, Connector__Output>()
  readonly #sessions = new Map<string, RemoteSession>()
  readonly #prompts = new Map<string, Prompt__Output>()
  #workshopName = ''

  snapshot(): ViewerSnapshot {
    return {
      workshopName: this.#workshopName,
      tickets: [...this.#tickets.values()],
      connectors: [...this.#connectors.values()],
      sessions: [...this.#sessions.values()],
      prompts: [...this.#prompts.values()],
    }
  }

  follow(sink: ViewerSink): () => void {
    this.#sinks.add(sink)
    return () => this.#sinks.delete(sink)
  }

  /** The next event of the stream; one that this version does not know is left out. */
  take(event: WorkshopEvent__Output): void {
    switch (event.event) {
      case 'snapshot':
        if (event.snapshot) this.#restart(event.snapshot)
        return
      case 'session_changed':
      case 'session_updated':
        this.#takeSession(event)
        return
      case 'ticket_changed':
        if (event.ticket_changed) this.#tickets.set(event.ticket_changed.number, event.ticket_changed)
        this.#tell({ ticket_changed: event.ticket_changed })
        return
      case 'connector_changed':
        if (event.connector_changed) this.#connectors.set(event.connector_changed.number, event.connector_changed)
        this.#tell({ connector_changed: event.connector_changed })
        return
      case 'prompt_shown':
        if (event.prompt_shown) this.#prompts.set(event.prompt_shown.id, event.prompt_shown)
        this.#tell({ prompt_shown: event.prompt_shown })
        return
      case 'prompt_ended':
        if (event.prompt_ended) this.#prompts.delete(event.prompt_ended.prompt_id)
        this.#tell({ prompt_ended: event.prompt_ended })
        return
      case 'script_log':
        this.#tell({ script_log: event.script_log })
        return
    }
  }

  /** The stream has ended: its prompts cannot be answered and are withdrawn; everything else stays as it was last. */
  lost(): void {
    const ids = [...this.#prompts.keys()]
    this.#prompts.clear()
    for (const id of ids) this.#tell({ prompt_ended: { prompt_id: id, reason: 'PROMPT_END_WITHDRAWN' } })
  }

  /** A snapshot lists what is retrievable, so sessions that it does not name are forgotten. */
  #restart(snapshot: WorkshopSnapshot__Output): void {
    this.#workshopName = snapshot.workshop_name
    refill(this.#tickets, snapshot.tickets, ({ number }) => number)
    refill(this.#connectors, snapshot.connectors, ({ number }) => number)
    refill(this.#prompts, snapshot.prompts, ({ id }) => id)
    const sessions = snapshot.sessions.map((record) => new RemoteSession(record))
    refill(this.#sessions, sessions, ({ id }) => id)
    for (const sink of this.#sinks) sink.restarted()
  }

  #takeSession({ session_changed: whole, session_updated: change }: WorkshopEvent__Output): void {
    const id = whole?.session_id ?? change?.session_id ?? ''
    let session = this.#sessions.get(id)
    if (session === undefined && whole) {
      session = new RemoteSession(whole)
      this.#sessions.set(id, session)
      this.#forgetOldSessions()
    } else if (whole) session?.replace(whole)
    else if (change) session?.update(change)
    if (session !== undefined) for (const sink of this.#sinks) sink.sessionChanged(session)
  }

  /** Nobody tells when a final session is no longer retrievable there, so only so many are kept. */
  #forgetOldSessions(): void {
    for (const session of this.#sessions.values()) {
      if (this.#sessions.size <= serverChoices.rememberedRecords) return
      if (session.state === 'available' || session.state === 'active') continue
      this.#sessions.delete(session.id)
      for (const sink of this.#sinks) sink.sessionForgotten(session)
    }
  }

  #tell(change: ViewerChange): void {
    for (const sink of this.#sinks) sink.happened(change)
  }
}

function refill<T>(map: Map<string, T>, entries: readonly T[], keyOf: (entry: T) => string): void {
  map.clear()
  for (const entry of entries) map.set(keyOf(entry), entry)
}
