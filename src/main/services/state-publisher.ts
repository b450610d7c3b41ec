import type { Clock } from '../../openobd/clock.ts'
import { type AppState, appStateSchema, type LogLine } from '../../shared/app-state.ts'
import type { EventName, EventPayload } from '../../shared/ipc/contract.ts'

/** Hands one event to the window; does nothing while there is none. */
export type SendEvent = <N extends EventName>(name: N, payload: EventPayload<N>) => void

type Slice = keyof AppState
const frameMs = 16
const urgentSlices: ReadonlySet<Slice> = new Set(['prompts', 'session', 'endedPrompts', 'closing'])
const keptLogLines = 2000
const logLinesPerFrame = 500
const slicesSchema = appStateSchema.partial()

/**
 * Owns the AppState. Changes are published once per frame; changes of prompts and sessions go out in the same turn of the
 * event loop together with everything that is pending, so that order is kept. Log lines go through a capped ring.
 */
export class StatePublisher {
  readonly #clock: Clock
  readonly #send: SendEvent
  #state: AppState
  #revision = 0
  #changed = new Set<Slice>()
  #frame: (() => void) | undefined
  #isUrgentQueued = false
  #ring: LogLine[] = []
  #nextLogSequence = 1
  #unsentLines: LogLine[] = []
  #droppedLines = 0
  readonly #watchers: { readonly slice: Slice; readonly changed: () => void }[] = []

  constructor(initial: AppState, clock: Clock, send: SendEvent) {
    this.#state = initial
    this.#clock = clock
    this.#send = send
  }

  /** The state as it is now; treat as read-only. */
  get state(): AppState {
    return this.#state
  }

  /** Calls after each replacement of a slice, for as long as the publisher lives. */
  watch(slice: Slice, changed: () => void): void {
    this.#watchers.push({ slice, changed })
  }

  /** Replaces one slice. */
  set<S extends Slice>(slice: S, value: AppState[S]): void {
    this.#state = { ...this.#state, [slice]: value }
    this.#changed.add(slice)
    if (urgentSlices.has(slice)) this.#queueUrgent()
    else this.#queueFrame()
    for (const watcher of this.#watchers) if (watcher.slice === slice) watcher.changed()
  }

  /** Replaces one slice by what `change` makes of it. */
  update<S extends Slice>(slice: S, change: (value: AppState[S]) => AppState[S]): void {
    this.set(slice, change(this.#state[slice]))
  }

  /** Appends a log line; beyond 500 lines in one frame the oldest unsent ones are dropped and counted. */
  log(line: Omit<LogLine, 'sequence'>): void {
    const numbered = { ...line, sequence: this.#nextLogSequence }
    this.#nextLogSequence += 1
    this.#ring.push(numbered)
    if (this.#ring.length > keptLogLines * 1.25) this.#ring = this.#ring.slice(-keptLogLines)
    this.#unsentLines.push(numbered)
    if (this.#unsentLines.length > logLinesPerFrame * 2) this.#dropOldestUnsent()
    this.#queueFrame()
  }

  /** Everything at once, for a renderer that has just loaded; pending changes are part of it. */
  snapshot(): { revision: number; state: AppState; logLines: LogLine[] } {
    this.flush()
    return { revision: this.#revision, state: this.#state, logLines: this.#ring.slice(-keptLogLines) }
  }

  /** Sends what is pending now. */
  flush(): void {
    this.#frame?.()
    this.#frame = undefined
    this.#flushState()
    this.#flushLog()
  }

  #queueUrgent(): void {
    if (this.#isUrgentQueued) return
    this.#isUrgentQueued = true
    queueMicrotask(() => {
      this.#isUrgentQueued = false
      this.#flushState()
    })
  }

  #queueFrame(): void {
    this.#frame ??= this.#clock.after(frameMs, () => {
      this.#frame = undefined
      this.flush()
    })
  }

  #flushState(): void {
    if (this.#changed.size === 0) return
    const slices = Object.fromEntries([...this.#changed].map((slice) => [slice, this.#state[slice]]))
    this.#changed = new Set()
    this.#revision += 1
    // Parsing strips whatever the contract does not name, so that nothing else can leave main.
    this.#send('stateChanged', { revision: this.#revision, slices: slicesSchema.parse(slices) })
  }

  #dropOldestUnsent(): void {
    this.#droppedLines += this.#unsentLines.length - logLinesPerFrame
    this.#unsentLines = this.#unsentLines.slice(-logLinesPerFrame)
  }

  #flushLog(): void {
    if (this.#unsentLines.length === 0) return
    if (this.#unsentLines.length > logLinesPerFrame) this.#dropOldestUnsent()
    const lines = this.#unsentLines
    const dropped = this.#droppedLines
    this.#unsentLines = []
    this.#droppedLines = 0
    this.#send('logAppended', { lines, dropped })
  }
}
