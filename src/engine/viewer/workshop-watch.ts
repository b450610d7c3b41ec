import type { WorkshopEvent } from '../../openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import { endReasonToWire, promptToWire } from '../../server/prompts/prompt-to-wire.ts'
import type { Engine } from '../engine.ts'
import { choices } from '../protocol-choices.ts'
import type { DiagnosticSession } from '../session/diagnostic-session.ts'
import { SentSession } from './sent-session.ts'
import { connectorToWire, logLineToWire, sessionToWire, ticketToWire } from './to-wire.ts'

type Change = Omit<WorkshopEvent, 'sequence'>

/** Size of a change for the queue limit: one, plus one for each entry of its lists. */
const sizeOf = ({ session_changed: record, session_updated: update }: Change): number =>
  1 +
  (record?.contexts?.length ?? 0) +
  (record?.transitions?.length ?? 0) +
  (update?.changed_contexts?.length ?? 0) +
  (update?.forgotten_contexts?.length ?? 0) +
  (update?.new_transitions?.length ?? 0)

/** The stream to one viewer. */
export interface ViewerStream {
  readonly isCongested: boolean
  readonly over: AbortSignal
  send(event: WorkshopEvent): void
  whenDrained(): Promise<void>
  whenOver(): Promise<void>
}

/** What a viewer asks for. */
export interface WatchOptions {
  /** After the whole record of a session only its changes are sent. */
  readonly hasSessionUpdates: boolean
}

/**
 * One viewer: a snapshot, then every change in order. What changes in a session within one turn of the event loop, or while
 * the viewer does not read, is one event, unless something else happens in between. A viewer that does not read costs at most
 * a bounded queue: what it missed is replaced by a fresh snapshot as soon as it reads again.
 */
export class WorkshopWatch {
  readonly #engine: Engine
  readonly #stream: ViewerStream
  readonly #options: WatchOptions
  #sequence = 0
  #queue: Change[] = []
  /** What the queue holds, in entries of records. */
  #waiting = 0
  #needsSnapshot = true
  #isFlushing = false
  readonly #sent = new Map<DiagnosticSession, SentSession>()
  /** Sessions that have changed and are not in the queue, the one that changed first in front. */
  readonly #changed = new Set<DiagnosticSession>()
  #endOfTurn: NodeJS.Immediate | undefined

  constructor(engine: Engine, stream: ViewerStream, options: WatchOptions) {
    this.#engine = engine
    this.#stream = stream
    this.#options = options
  }

  /** Sends until the stream is over. */
  async run(): Promise<void> {
    const stop = this.#listen()
    this.#flush()
    await this.#stream.whenOver()
    stop()
    clearImmediate(this.#endOfTurn)
    this.#forget()
  }

  #listen(): () => void {
    const { sessions, prompts, scriptLog, workshop } = this.#engine
    const leave = [
      sessions.onChange((session) => this.#note(session)),
      sessions.onForget((session) => {
        this.#queueChangedSessions()
        this.#sent.delete(session)
      }),
      prompts.onEvent((event) => {
        if (event.kind === 'shown') this.#add({ prompt_shown: promptToWire(event.prompt) })
        else this.#add({ prompt_ended: { prompt_id: event.prompt.id, reason: endReasonToWire(event.reason) } })
      }),
      scriptLog.onLine((line) => this.#add({ script_log: logLineToWire(line) })),
      ...workshop.bays.map((bay) => {
        let holder = bay.session
        return bay.onChange(() => {
          this.#add({ connector_changed: connectorToWire(bay) })
          if (holder === bay.session) return
          holder = bay.session
          for (const ticket of workshop.tickets)
            if (ticket.bay === bay) this.#add({ ticket_changed: ticketToWire(ticket) })
        })
      }),
    ]
    return () => {
      for (const stop of leave) stop()
    }
  }

  /** Notes that a session has changed; the difference is computed at the end of the turn, or before the next event of another kind. */
  #note(session: DiagnosticSession): void {
    if (this.#needsSnapshot) return
    this.#changed.add(session)
    this.#endOfTurn ??= setImmediate(() => {
      this.#endOfTurn = undefined
      this.#flush()
    })
  }

  #add(change: Change): void {
    if (this.#needsSnapshot) return
    this.#queueChangedSessions()
    this.#enqueue(change)
    this.#flush()
    if (this.#waiting > choices.viewerQueue) this.#missEverything()
  }

  #enqueue(change: Change): void {
    this.#queue.push(change)
    this.#waiting += sizeOf(change)
  }

  #queueChangedSessions(): void {
    for (const session of this.#changed) {
      const change = this.#tell(session)
      if (change !== undefined) this.#enqueue(change)
    }
    this.#changed.clear()
  }

  #tell(session: DiagnosticSession): Change | undefined {
    const sent = this.#sent.get(session)
    if (sent === undefined) {
      this.#sent.set(session, new SentSession(session))
      return { session_changed: sessionToWire(session) }
    }
    if (this.#options.hasSessionUpdates) {
      const update = sent.takeUpdate()
      return update && { session_updated: update }
    }
    const record = sent.takeWhole()
    return record && { session_changed: record }
  }

  #missEverything(): void {
    this.#needsSnapshot = true
    this.#forget()
  }

  #forget(): void {
    this.#queue = []
    this.#waiting = 0
    this.#changed.clear()
    this.#sent.clear()
  }

  #flush(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    void this.#send()
  }

  async #send(): Promise<void> {
    while (!this.#stream.over.aborted) {
      const change = this.#next()
      if (change === undefined) break
      this.#stream.send({ sequence: this.#sequence++, ...change })
      if (this.#stream.isCongested) await this.#stream.whenDrained()
    }
    this.#isFlushing = false
  }

  #next(): Change | undefined {
    if (this.#needsSnapshot) return this.#snapshot()
    const change = this.#queue.shift()
    if (change === undefined) return this.#nextChangedSession()
    this.#waiting -= sizeOf(change)
    return change
  }

  #nextChangedSession(): Change | undefined {
    for (const session of this.#changed) {
      this.#changed.delete(session)
      const change = this.#tell(session)
      if (change !== undefined) return change
    }
    return undefined
  }

  #snapshot(): Change {
    const { workshop, sessions, prompts } = this.#engine
    this.#needsSnapshot = false
    for (const session of sessions.retrievable) this.#sent.set(session, new SentSession(session))
    return {
      snapshot: {
        workshop_name: workshop.name,
        tickets: workshop.tickets.map(ticketToWire),
        connectors: workshop.bays.map(connectorToWire),
        sessions: sessions.retrievable.map(sessionToWire),
        prompts: prompts.prompts.map(promptToWire),
      },
    }
  }
}
