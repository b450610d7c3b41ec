import type { WorkshopEvent } from '../../openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import { serverChoices } from '../protocol-choices.ts'
import { SentSession } from './sent-session.ts'
import { sessionToWire, type ViewedSession } from './viewed-session.ts'
import type { ViewerChange, ViewerFeed, ViewerSink } from './viewer-feed.ts'

/** Size of a change for the queue limit: one, plus one for each entry of its lists. */
const sizeOf = ({ session_changed: record, session_updated: update }: ViewerChange): number =>
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
 * One viewer of a feed: a snapshot, then every change in order. What changes in a session within one turn of the event loop, or while
 * the viewer does not read, is one event, unless something else happens in between. A viewer that does not read costs at most
 * a bounded queue: what it missed is replaced by a fresh snapshot as soon as it reads again.
 */
export class ViewerWatch implements ViewerSink {
  readonly #feed: ViewerFeed
  readonly #stream: ViewerStream
  readonly #options: WatchOptions
  #sequence = 0
  #queue: ViewerChange[] = []
  /** What the queue holds, in entries of records. */
  #waiting = 0
  #needsSnapshot = true
  #isFlushing = false
  readonly #sent = new Map<ViewedSession, SentSession>()
  /** Sessions that have changed and are not in the queue, the one that changed first in front. */
  readonly #changed = new Set<ViewedSession>()
  #endOfTurn: NodeJS.Immediate | undefined

  constructor(feed: ViewerFeed, stream: ViewerStream, options: WatchOptions) {
    this.#feed = feed
    this.#stream = stream
    this.#options = options
  }

  /** Sends until the stream is over. */
  async run(): Promise<void> {
    const stop = this.#feed.follow(this)
    this.#flush()
    await this.#stream.whenOver()
    stop()
    clearImmediate(this.#endOfTurn)
    this.#forget()
  }

  /** The difference is computed at the end of the turn, or before the next event of another kind. */
  sessionChanged(session: ViewedSession): void {
    if (this.#needsSnapshot) return
    this.#changed.add(session)
    this.#endOfTurn ??= setImmediate(() => {
      this.#endOfTurn = undefined
      this.#flush()
    })
  }

  sessionForgotten(session: ViewedSession): void {
    this.#queueChangedSessions()
    this.#sent.delete(session)
  }

  restarted(): void {
    this.#missEverything()
    this.#flush()
  }

  happened(change: ViewerChange): void {
    if (this.#needsSnapshot) return
    this.#queueChangedSessions()
    this.#enqueue(change)
    this.#flush()
    if (this.#waiting > serverChoices.viewerQueue) this.#missEverything()
  }

  #enqueue(change: ViewerChange): void {
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

  #tell(session: ViewedSession): ViewerChange | undefined {
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

  #next(): ViewerChange | undefined {
    if (this.#needsSnapshot) return this.#snapshot()
    const change = this.#queue.shift()
    if (change === undefined) return this.#nextChangedSession()
    this.#waiting -= sizeOf(change)
    return change
  }

  #nextChangedSession(): ViewerChange | undefined {
    for (const session of this.#changed) {
      this.#changed.delete(session)
      const change = this.#tell(session)
      if (change !== undefined) return change
    }
    return undefined
  }

  #snapshot(): ViewerChange {
    this.#needsSnapshot = false
    const { workshopName = '', tickets = [], connectors = [], sessions = [], prompts = [] } = this.#feed.snapshot()
    for (const session of sessions) this.#sent.set(session, new SentSession(session))
    return {
      snapshot: {
        workshop_name: workshopName,
        tickets: [...tickets],
        connectors: [...connectors],
        sessions: sessions.map(sessionToWire),
        prompts: [...prompts],
      },
    }
  }
}
