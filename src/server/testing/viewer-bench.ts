import { setImmediate as nextTurn } from 'node:timers/promises'
import type { WorkshopEvent } from '../../openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import type { ViewedContext, ViewedSession, ViewedTransition } from '../viewer/viewed-session.ts'
import type { ViewerFeed, ViewerSink, ViewerSnapshot } from '../viewer/viewer-feed.ts'
import { type ViewerStream, ViewerWatch } from '../viewer/viewer-watch.ts'

/** A session whose parts a test changes. */
export class PlainSession implements ViewedSession {
  readonly id: string
  state = 'available'
  readonly createdAt = 1000
  readonly ticketNumber = '7848095'
  readonly connectorNumber = '900101060'
  readonly startedBy = 'garage'
  readonly transitions: ViewedTransition[] = []
  contexts: ViewedContext[] = []
  serviceResult: ViewedSession['serviceResult']
  acceptedFinishes = 0

  constructor(id: string) {
    this.id = id
    this.setContext(`root of ${id}`, {})
    this.moveTo('available')
  }

  moveTo(state: string): void {
    this.transitions.push({ from: this.transitions.length === 0 ? '' : this.state, to: state, at: 1000, cause: 'test' })
    this.state = state
  }

  /** Adds a context or changes one. */
  setContext(id: string, change: Partial<ViewedContext>): void {
    const place = this.contexts.findIndex((context) => context.id === id)
    const parent = this.contexts.length === 0 || place === 0 ? undefined : { id: this.contexts[0]?.id ?? '' }
    const present = this.contexts[place] ?? {
      id,
      parent,
      state: 'available',
      details: undefined,
      end: undefined,
      startedAt: 1000,
      finishedAt: undefined,
    }
    this.contexts.splice(place < 0 ? this.contexts.length : place, 1, { ...present, ...change })
  }
}

/** A feed whose snapshot and events a test decides. */
export class PlainFeed implements ViewerFeed {
  readonly sinks = new Set<ViewerSink>()
  current: ViewerSnapshot = {}

  snapshot(): ViewerSnapshot {
    return this.current
  }

  follow(sink: ViewerSink): () => void {
    this.sinks.add(sink)
    return () => this.sinks.delete(sink)
  }

  each(tell: (sink: ViewerSink) => void): void {
    for (const sink of this.sinks) tell(sink)
  }
}

/** A viewer of a feed in memory; it reads at once unless it is paused. */
export class PlainViewer implements ViewerStream {
  readonly events: WorkshopEvent[] = []
  isCongested = false
  readonly #over = new AbortController()
  readonly #drained = new Set<() => void>()
  readonly done: Promise<void>

  constructor(feed: ViewerFeed, hasSessionUpdates = true) {
    this.done = new ViewerWatch(feed, this, { hasSessionUpdates }).run()
  }

  get over(): AbortSignal {
    return this.#over.signal
  }

  get kinds(): string[] {
    return this.events.map((event) => Object.keys(event).find((key) => key !== 'sequence') ?? '')
  }

  send(event: WorkshopEvent): void {
    this.events.push(event)
  }

  whenDrained(): Promise<void> {
    return this.isCongested ? new Promise((resolve) => this.#drained.add(resolve)) : Promise.resolve()
  }

  whenOver(): Promise<void> {
    return new Promise((resolve) => this.over.addEventListener('abort', () => resolve(), { once: true }))
  }

  pause(): void {
    this.isCongested = true
  }

  /** Reads on, and lets everything that waits arrive. */
  async resume(): Promise<void> {
    this.isCongested = false
    for (const go of this.#drained) go()
    this.#drained.clear()
    for (let turn = 0; turn < 3; turn += 1) await nextTurn()
  }

  async leave(): Promise<void> {
    this.#over.abort()
    await this.done
  }
}
