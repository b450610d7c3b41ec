import { createStore, type StoreApi } from 'zustand/vanilla'
import type { AppState, LogLine } from '../../shared/app-state.ts'
import type { EventPayload, WorkbenchApi } from '../../shared/ipc/contract.ts'
import { keyedLists, withListChange } from '../../shared/keyed-lists.ts'
import { type EndedNotes, noEndedNotes, notedEndedPrompts } from './ended-prompts.ts'

/** How many log lines the page keeps, and how many characters of them. */
export const keptLogLines = 5000
const keptLogCharacters = 4 * 1024 * 1024

/** The lines of the log that the page keeps. */
export interface PageLog {
  readonly lines: readonly LogLine[]
  /** Number of lines that main dropped because too many came at once. */
  readonly dropped: number
  /** Number of older lines that the page no longer keeps. */
  readonly forgotten: number
}

/** The renderer's copy of the state of main. */
export interface Mirror {
  readonly status: 'loading' | 'ready' | 'failed'
  readonly revision: number
  readonly state: AppState | null
  readonly log: PageLog
  readonly notes: EndedNotes
}

export type MirrorStore = StoreApi<Mirror>

/** An empty copy, before the first snapshot. */
export const createMirrorStore = (): MirrorStore =>
  createStore<Mirror>(() => ({
    status: 'loading',
    revision: -1,
    state: null,
    log: { lines: [], dropped: 0, forgotten: 0 },
    notes: noEndedNotes,
  }))

type StateChanged = EventPayload<'stateChanged'>
type LogAppended = EventPayload<'logAppended'>

/** Whether an event is the next one, is already contained in the copy, or shows that an event was missed. */
export function eventPlace(revision: number, event: StateChanged): 'next' | 'old' | 'gap' {
  if (event.revision <= revision) return 'old'
  return event.revision === revision + 1 ? 'next' : 'gap'
}

/** The copy after an event that follows it. */
export function withSlices(mirror: Mirror, event: StateChanged): Mirror {
  if (mirror.state === null) return mirror
  const { tickets, connectors, prompts, jobs } = event.lists ?? {}
  const before = { ...mirror.state, ...event.slices }
  const state = {
    ...before,
    ...(tickets && { tickets: withListChange(before.tickets, (ticket) => ticket[keyedLists.tickets], tickets) }),
    ...(connectors && {
      connectors: withListChange(before.connectors, (connector) => connector[keyedLists.connectors], connectors),
    }),
    ...(jobs && { jobs: withListChange(before.jobs, (job) => job[keyedLists.jobs], jobs) }),
    ...(prompts && { prompts: withListChange(before.prompts, (prompt) => prompt[keyedLists.prompts], prompts) }),
  }
  return { ...mirror, revision: event.revision, state, notes: notedEndedPrompts(mirror.notes, state) }
}

/** The log with new lines: no line twice, at most `keptLogLines` lines and 4 Mi characters; dropped lines are counted. */
export function withLogLines(log: PageLog, event: LogAppended): PageLog {
  const newest = log.lines.at(-1)?.sequence ?? -1
  const fresh = event.lines.filter((line) => line.sequence > newest)
  const dropped = log.dropped + event.dropped
  if (fresh.length === 0) return event.dropped > 0 ? { ...log, dropped } : log
  const lines = [...log.lines, ...fresh]
  let first = lines.length
  let characters = 0
  while (first > 0 && lines.length - first < keptLogLines) {
    characters += lines[first - 1]?.content.length ?? 0
    if (characters > keptLogCharacters) break
    first -= 1
  }
  return { lines: first === 0 ? lines : lines.slice(first), dropped, forgotten: log.forgotten + first }
}

/**
 * Keeps the store equal to main: subscribes, reads one snapshot, then applies events in order. After a gap in the revisions it
 * reads the whole state again. The first state is kept back until `before` resolves. Returns the function that ends it.
 */
export function followMain(
  api: WorkbenchApi,
  store: MirrorStore,
  before: Promise<void> = Promise.resolve(),
): () => void {
  const follower = new Follower(api, store, before)
  follower.start()
  return () => follower.stop()
}

class Follower {
  readonly #api: WorkbenchApi
  readonly #before: Promise<void>
  readonly #store: MirrorStore
  readonly #unsubscribe: Array<() => void> = []
  #waiting: StateChanged[] = []
  #waitingLog: LogAppended[] = []
  #fetching = false
  #isAcknowledging = false
  #stopped = false

  constructor(api: WorkbenchApi, store: MirrorStore, before: Promise<void>) {
    this.#before = before
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
    if (place === 'next') {
      this.#store.setState(withSlices(mirror, event))
      this.#acknowledgeSoon()
    }
    if (place === 'gap') {
      this.#waiting.push(event)
      void this.#takeAnew()
    }
  }

  #logAppended(event: LogAppended): void {
    if (this.#fetching) this.#waitingLog.push(event)
    else {
      this.#store.setState((mirror) => ({ log: withLogLines(mirror.log, event) }))
      this.#acknowledgeSoon()
    }
  }

  /** Reports to main what was drawn, after the next frame. A hidden window has no frames and reports after 100 ms. */
  #acknowledgeSoon(): void {
    if (this.#isAcknowledging) return
    this.#isAcknowledging = true
    let isTold = false
    const tell = () => {
      if (isTold) return
      isTold = true
      this.#isAcknowledging = false
      if (this.#stopped) return
      const { revision, log } = this.#store.getState()
      this.#api.acknowledge({ revision, sequence: log.lines.at(-1)?.sequence ?? 0 }).catch(() => undefined)
    }
    requestAnimationFrame(() => setTimeout(tell, 0))
    setTimeout(tell, 100)
  }

  async #takeAnew(): Promise<void> {
    if (this.#fetching || this.#stopped) return
    this.#fetching = true
    try {
      const [snapshot] = await Promise.all([this.#api.getState(), this.#before])
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
