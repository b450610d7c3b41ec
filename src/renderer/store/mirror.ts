import { createStore, type StoreApi } from 'zustand/vanilla'
import type { AppState, LogLine } from '../../shared/app-state.ts'
import type { EventPayload, WorkbenchApi } from '../../shared/ipc/contract.ts'
import { type EndedNotes, noEndedNotes, notedEndedPrompts } from './ended-prompts.ts'

/** How many log lines the page keeps; older ones are in the log of main. */
export const keptLogLines = 20_000

/** The renderer's copy of what main owns. */
export interface Mirror {
  readonly status: 'loading' | 'ready' | 'failed'
  readonly revision: number
  readonly state: AppState | null
  readonly log: { readonly lines: readonly LogLine[]; readonly dropped: number }
  readonly notes: EndedNotes
}

export type MirrorStore = StoreApi<Mirror>

/** An empty copy, before the first snapshot. */
export const createMirrorStore = (): MirrorStore =>
  createStore<Mirror>(() => ({
    status: 'loading',
    revision: -1,
    state: null,
    log: { lines: [], dropped: 0 },
    notes: noEndedNotes,
  }))

type StateChanged = EventPayload<'stateChanged'>
type LogAppended = EventPayload<'logAppended'>

/** Whether an event follows the copy, is already contained in it, or shows that something was missed. */
export function eventPlace(revision: number, event: StateChanged): 'next' | 'old' | 'gap' {
  if (event.revision <= revision) return 'old'
  return event.revision === revision + 1 ? 'next' : 'gap'
}

/** The copy after an event that follows it. */
export function withSlices(mirror: Mirror, event: StateChanged): Mirror {
  if (mirror.state === null) return mirror
  const state = { ...mirror.state, ...event.slices }
  return { ...mirror, revision: event.revision, state, notes: notedEndedPrompts(mirror.notes, state) }
}

/** The log with new lines: nothing twice, gaps in the sequence counted as dropped, at most `keptLogLines`. */
export function withLogLines(log: Mirror['log'], event: LogAppended): Mirror['log'] {
  const newest = log.lines.at(-1)?.sequence ?? -1
  const fresh = event.lines.filter((line) => line.sequence > newest)
  if (fresh.length === 0) return event.dropped > 0 ? { ...log, dropped: log.dropped + event.dropped } : log
  const lines = [...log.lines, ...fresh]
  return {
    lines: lines.length > keptLogLines ? lines.slice(lines.length - keptLogLines) : lines,
    dropped: log.dropped + event.dropped,
  }
}

/**
 * Keeps the store equal to main: subscribes first, takes one snapshot, then applies events in order. A gap in the
 * revisions takes the state anew. Returns the function that ends it.
 */
export function followMain(api: WorkbenchApi, store: MirrorStore): () => void {
  const follower = new Follower(api, store)
  follower.start()
  return () => follower.stop()
}

class Follower {
  readonly #api: WorkbenchApi
  readonly #store: MirrorStore
  readonly #unsubscribe: Array<() => void> = []
  #waiting: StateChanged[] = []
  #waitingLog: LogAppended[] = []
  #fetching = false
  #stopped = false

  constructor(api: WorkbenchApi, store: MirrorStore) {
    this.#api = api
    this.#store = store
  }

  start(): void {
    this.#unsubscribe.push(
      this.#api.onStateChanged((event) => this.#stateChanged(event)),
      this.#api.onLogAppended((event) => this.#logAppended(event)),
    )
    void this.#takeAnew()
  }

  stop(): void {
    this.#stopped = true
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #stateChanged(event: StateChanged): void {
    if (this.#fetching) {
      this.#waiting.push(event)
      return
    }
    const mirror = this.#store.getState()
    const place = eventPlace(mirror.revision, event)
    if (place === 'next') this.#store.setState(withSlices(mirror, event))
    if (place === 'gap') {
      this.#waiting.push(event)
      void this.#takeAnew()
    }
  }

  #logAppended(event: LogAppended): void {
    if (this.#fetching) this.#waitingLog.push(event)
    else this.#store.setState((mirror) => ({ log: withLogLines(mirror.log, event) }))
  }

  async #takeAnew(): Promise<void> {
    if (this.#fetching || this.#stopped) return
    this.#fetching = true
    try {
      const snapshot = await this.#api.getState()
      if (this.#stopped) return
      this.#store.setState((mirror) => ({
        status: 'ready',
        revision: snapshot.revision,
        state: snapshot.state,
        log: withLogLines(mirror.log, { lines: snapshot.logLines, dropped: 0 }),
        notes: notedEndedPrompts(mirror.notes, snapshot.state),
      }))
    } catch {
      this.#store.setState((mirror) => (mirror.state === null ? { status: 'failed' } : {}))
    } finally {
      this.#fetching = false
    }
    this.#drain()
  }

  #drain(): void {
    if (this.#store.getState().state === null) return
    const events = this.#waiting
    const logs = this.#waitingLog
    this.#waiting = []
    this.#waitingLog = []
    for (const event of events) this.#stateChanged(event)
    for (const event of logs) this.#logAppended(event)
  }
}
