import type { z } from 'zod'
import type { Clock } from '../../openobd/clock.ts'
import { type AppState, appStateSchema, type LogLine } from '../../shared/app-state.ts'
import type { EventName, EventPayload } from '../../shared/ipc/contract.ts'
import { type KeyedList, keyedLists, type ListChange, listChange } from '../../shared/keyed-lists.ts'
import { LogFeed } from './log-feed.ts'
import { acknowledgeTimeoutMs, maximumUnseen } from './page-pace.ts'

/** Sends one event to the window; does nothing while there is no window. */
export type SendEvent = <N extends EventName>(name: N, payload: EventPayload<N>) => void

type Slice = keyof AppState
const frameMs = 16
const urgentSlices: ReadonlySet<Slice> = new Set(['prompts', 'session', 'endedPrompts', 'closing'])

/** A slice whose value does not fit the contract; `problem` names the kind of error and the field, never a value. */
export interface UnusableSlice {
  readonly slice: string
  readonly problem: string
}

/**
 * Owns the AppState. Changes are published once per frame; the first change of prompts and sessions in a frame is sent in the
 * same turn of the event loop, together with all pending changes, which keeps the order. Of long lists only the differences are
 * sent. A page that has not drawn two events gets no third one: changes are collected until it has. The number of log lines is
 * limited.
 */
export class StatePublisher {
  readonly #clock: Clock
  readonly #send: SendEvent
  readonly #report: (unusable: UnusableSlice) => void
  readonly #clean: <T>(value: T) => T
  readonly #log: LogFeed
  #state: AppState
  /** What the window has: the last valid value of every slice. */
  #published: AppState
  readonly #unusable = new Set<string>()
  #revision = 0
  #changed = new Set<Slice>()
  #frame: (() => void) | undefined
  #isUrgentQueued = false
  #urgentSentAt = Number.NEGATIVE_INFINITY
  readonly #later = new Map<Slice, () => Partial<AppState>>()
  /** The values that were sent last: the same object is not sent again. */
  readonly #sentValues = new Map<Slice, unknown>()
  /** Published items of long lists, by their source object. */
  readonly #items = new WeakMap<object, object>()
  #seenRevision = 0
  #sentAt = Number.NEGATIVE_INFINITY
  #cancelAcknowledgeTimer: () => void = () => undefined
  readonly #watchers: { readonly slice: Slice; readonly changed: () => void }[] = []

  /** `report` is called when a slice becomes invalid, once until it is valid again; `clean` removes what must not leave main. */
  constructor(
    initial: AppState,
    clock: Clock,
    send: SendEvent,
    report: (unusable: UnusableSlice) => void = () => undefined,
    clean: <T>(value: T) => T = (value) => value,
  ) {
    this.#state = initial
    this.#published = initial
    this.#report = report
    this.#clean = clean
    this.#clock = clock
    this.#send = send
    this.#log = new LogFeed({
      clock,
      clean,
      send: (payload) => send('logAppended', payload),
      onUnusable: (error) => this.#tellUnusable('log', error),
    })
  }

  /** The present state; read-only. */
  get state(): AppState {
    this.#resolve()
    return this.#state
  }

  /** Calls the listener after each change of a slice; there is no way to unsubscribe. */
  watch(slice: Slice, changed: () => void): void {
    this.#watchers.push({ slice, changed })
  }

  /** Replaces one slice. */
  set<S extends Slice>(slice: S, value: AppState[S]): void {
    this.#later.delete(slice)
    this.#state = { ...this.#state, [slice]: value }
    this.#note(slice)
  }

  /** Replaces slices by values that are computed only when they are read or sent. */
  setLater<S extends Slice>(slices: readonly S[], make: () => Pick<AppState, S>): void {
    for (const slice of slices) {
      this.#later.set(slice, make)
      this.#note(slice)
    }
  }

  #note(slice: Slice): void {
    this.#changed.add(slice)
    if (urgentSlices.has(slice)) this.#queueUrgent()
    else this.#queueFrame()
    for (const watcher of this.#watchers) if (watcher.slice === slice) watcher.changed()
  }

  #resolve(): void {
    if (this.#later.size === 0) return
    const makers = new Set(this.#later.values())
    this.#later.clear()
    for (const make of makers) this.#state = { ...this.#state, ...make() }
  }

  /** The page has drawn everything up to this revision and this log line. */
  acknowledged({ revision, sequence }: { readonly revision: number; readonly sequence: number }): void {
    this.#seenRevision = Math.max(this.#seenRevision, revision)
    this.#log.acknowledged(sequence)
    if (this.#changed.size > 0) this.#queueFrame()
  }

  /** Replaces one slice by the return value of `change`. */
  update<S extends Slice>(slice: S, change: (value: AppState[S]) => AppState[S]): void {
    this.set(slice, change(this.#state[slice]))
  }

  /** Appends a log line; those that the page cannot keep up with are dropped and counted. */
  log(line: Omit<LogLine, 'sequence'>): void {
    this.#log.add(line)
  }

  /** The whole state for a renderer that has just loaded, with pending changes. It always fits the contract. */
  snapshot(): { revision: number; state: AppState; logLines: LogLine[] } {
    this.flush()
    // A page with a snapshot is up to date: it draws the snapshot before anything else.
    this.#seenRevision = this.#revision
    return { revision: this.#revision, state: this.#published, logLines: this.#log.snapshot() }
  }

  /** Sends all pending changes now, also to a page that is behind: the state must not be older than the reply that follows. */
  flush(): void {
    this.#frame?.()
    this.#frame = undefined
    this.#flushState()
  }

  /** Sends pending changes, unless the page is behind. */
  #flushInTime(): void {
    const now = this.#clock.monotonicMs()
    const isOverdue = now - this.#sentAt >= acknowledgeTimeoutMs
    if (this.#revision - this.#seenRevision < maximumUnseen || isOverdue) this.#flushState()
    this.#cancelAcknowledgeTimer()
    if (this.#changed.size > 0)
      this.#cancelAcknowledgeTimer = this.#clock.after(acknowledgeTimeoutMs, () => this.#flushInTime())
  }

  #queueUrgent(): void {
    if (this.#isUrgentQueued) return
    if (this.#clock.monotonicMs() - this.#urgentSentAt < frameMs) {
      this.#queueFrame()
      return
    }
    this.#isUrgentQueued = true
    queueMicrotask(() => {
      this.#isUrgentQueued = false
      this.#urgentSentAt = this.#clock.monotonicMs()
      if (this.#revision - this.#seenRevision < maximumUnseen) this.#flushState()
      else this.#queueFrame()
    })
  }

  #queueFrame(): void {
    this.#frame ??= this.#clock.after(frameMs, () => {
      this.#frame = undefined
      this.#flushInTime()
    })
  }

  #flushState(): void {
    if (this.#changed.size === 0) return
    this.#resolve()
    const slices: [Slice, unknown][] = []
    const lists: [KeyedList, ListChange<object>][] = []
    for (const slice of this.#changed) {
      if (!isKeyedList(slice)) {
        if (this.#sentValues.get(slice) !== this.#state[slice]) slices.push(...this.#fitting(slice))
      } else {
        const before: readonly object[] = this.#published[slice]
        const after = this.#fittingItems(slice, before)
        const change = listChange(before, after, keyIn(slice))
        if (change === undefined) slices.push([slice, after])
        else if (change.put.length > 0 || change.gone.length > 0) lists.push([slice, change])
        this.#published = { ...this.#published, [slice]: after }
      }
    }
    this.#changed = new Set()
    if (slices.length === 0 && lists.length === 0) return
    this.#published = { ...this.#published, ...Object.fromEntries(slices) }
    this.#revision += 1
    this.#sentAt = this.#clock.monotonicMs()
    const changes = lists.length > 0 ? { lists: Object.fromEntries(lists) } : {}
    this.#send('stateChanged', { revision: this.#revision, slices: Object.fromEntries(slices), ...changes })
  }

  /** The items of a long list, parsed by the contract. An invalid item keeps its last valid value, or is left out. */
  #fittingItems(slice: KeyedList, before: readonly object[]): object[] {
    const keyOf = keyIn(slice)
    let last: Map<string, object> | undefined
    let isUsable = true
    const items = (this.#state[slice] as readonly object[]).flatMap((item) => {
      const known = this.#items.get(item)
      if (known !== undefined) return [known]
      const parsed = (appStateSchema.shape[slice].element as z.ZodType<object>).safeParse(this.#clean(item))
      if (parsed.success) {
        this.#items.set(item, parsed.data)
        return [parsed.data]
      }
      isUsable = false
      this.#tellUnusable(slice, parsed.error)
      last ??= new Map(before.map((one) => [keyOf(one), one]))
      return last.get(keyOf(item)) ?? []
    })
    if (isUsable) this.#unusable.delete(slice)
    return items
  }

  /** The slice, parsed by the contract; nothing when it does not fit, so that the window keeps the last valid value. */
  #fitting(slice: Slice): [Slice, unknown][] {
    // Parsing removes every field that the contract does not name, so that nothing else can leave main.
    const parsed = appStateSchema.shape[slice].safeParse(this.#clean(this.#state[slice]))
    if (parsed.success) {
      this.#unusable.delete(slice)
      this.#sentValues.set(slice, this.#state[slice])
      return [[slice, parsed.data]]
    }
    this.#tellUnusable(slice, parsed.error)
    return []
  }

  /** Deeper keys of the path may be texts of a server, so only the first one is reported. */
  #tellUnusable(slice: string, { issues: [issue] }: z.ZodError): void {
    if (this.#unusable.has(slice)) return
    this.#unusable.add(slice)
    const field = issue?.path.find((key) => typeof key === 'string')
    this.#report({ slice, problem: `${issue?.code ?? 'unknown'} ${String(field ?? '')}`.trim() })
  }
}

const isKeyedList = (slice: Slice): slice is KeyedList => Object.hasOwn(keyedLists, slice)

const keyIn = (slice: KeyedList) => (item: object) => String((item as Record<string, unknown>)[keyedLists[slice]])
