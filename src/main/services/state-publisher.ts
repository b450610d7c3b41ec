import type { z } from 'zod'
import type { Clock } from '../../openobd/clock.ts'
import { type AppState, appStateSchema, type LogLine, logLineSchema } from '../../shared/app-state.ts'
import type { EventName, EventPayload } from '../../shared/ipc/contract.ts'

/** Hands one event to the window; does nothing while there is none. */
export type SendEvent = <N extends EventName>(name: N, payload: EventPayload<N>) => void

type Slice = keyof AppState
const frameMs = 16
const urgentSlices: ReadonlySet<Slice> = new Set(['prompts', 'session', 'endedPrompts', 'closing'])
const keptLogLines = 2000
const logLinesPerFrame = 500
/** A slice whose value does not fit the contract: `problem` names the kind of misfit and the field, never a value. */
export interface UnusableSlice {
  readonly slice: string
  readonly problem: string
}

/**
 * Owns the AppState. Changes are published once per frame; changes of prompts and sessions go out in the same turn of the
 * event loop together with everything that is pending, so that order is kept. Log lines go through a capped ring.
 */
export class StatePublisher {
  readonly #clock: Clock
  readonly #send: SendEvent
  readonly #report: (unusable: UnusableSlice) => void
  readonly #clean: <T>(value: T) => T
  #state: AppState
  /** What the window was given: of every slice the last value that fits the contract. */
  #published: AppState
  readonly #unusable = new Set<string>()
  #revision = 0
  #changed = new Set<Slice>()
  #frame: (() => void) | undefined
  #isUrgentQueued = false
  #ring: LogLine[] = []
  #nextLogSequence = 1
  #unsentLines: LogLine[] = []
  #droppedLines = 0
  readonly #watchers: { readonly slice: Slice; readonly changed: () => void }[] = []

  /** `report` is told once when a slice does not fit the contract, and again after it did; `clean` takes out what must not leave main. */
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
    const parsed = logLineSchema.safeParse(this.#clean({ ...line, sequence: this.#nextLogSequence }))
    if (!parsed.success) {
      this.#tellUnusable('log', parsed.error)
      return
    }
    const numbered = parsed.data
    this.#nextLogSequence += 1
    this.#ring.push(numbered)
    if (this.#ring.length > keptLogLines * 1.25) this.#ring = this.#ring.slice(-keptLogLines)
    this.#unsentLines.push(numbered)
    if (this.#unsentLines.length > logLinesPerFrame * 2) this.#dropOldestUnsent()
    this.#queueFrame()
  }

  /** Everything at once, for a renderer that has just loaded; pending changes are part of it. Always fits the contract. */
  snapshot(): { revision: number; state: AppState; logLines: LogLine[] } {
    this.flush()
    return { revision: this.#revision, state: this.#published, logLines: this.#ring.slice(-keptLogLines) }
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
    const slices = Object.fromEntries([...this.#changed].flatMap((slice) => this.#fitting(slice)))
    this.#changed = new Set()
    if (Object.keys(slices).length === 0) return
    this.#published = { ...this.#published, ...slices }
    this.#revision += 1
    this.#send('stateChanged', { revision: this.#revision, slices })
  }

  /** The slice as the contract names it; nothing when it does not fit, so that the window keeps the last good value. */
  #fitting(slice: Slice): [Slice, unknown][] {
    // Parsing strips whatever the contract does not name, so that nothing else can leave main.
    const parsed = appStateSchema.shape[slice].safeParse(this.#clean(this.#state[slice]))
    if (parsed.success) {
      this.#unusable.delete(slice)
      return [[slice, parsed.data]]
    }
    this.#tellUnusable(slice, parsed.error)
    return []
  }

  /** Keys deeper in the path may be texts of a server, so only the first one is told. */
  #tellUnusable(slice: string, { issues: [issue] }: z.ZodError): void {
    if (this.#unusable.has(slice)) return
    this.#unusable.add(slice)
    const field = issue?.path.find((key) => typeof key === 'string')
    this.#report({ slice, problem: `${issue?.code ?? 'unknown'} ${String(field ?? '')}`.trim() })
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
