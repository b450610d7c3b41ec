import { EventHeap, type HeapEvent } from './event-heap.ts'

const realSetImmediate = setImmediate
/** Turns after which the real event loop gets a turn, for unhandled rejections and signals. */
const turnsAtOnce = 64

/** A computer of the world: its processes sleep together and share a wall clock. */
export interface Computer {
  readonly name: string
  /** Difference of its wall clock from the time of the world, in ms. */
  wallOffsetMs: number
  /** Time of the world until which it sleeps. */
  asleepUntil: number
  /** Time that its monotonic clock missed during sleep. */
  missedMs: number
  /** Whether its monotonic clock stops during sleep. */
  readonly stopsInSleep: boolean
}

/** A process of the world. Nothing of a dead process runs, sends or stores any more. */
export interface SimProcess {
  readonly name: string
  readonly computer: Computer
  isDead: boolean
}

interface SimEvent extends HeapEvent {
  readonly owner: SimProcess | undefined
  readonly isTimer: boolean
  run: (() => void) | undefined
}

/** A callback that waits. */
export interface Waiting {
  cancel(): void
}

/** Times are whole multiples of 1/1024 ms, so that sums and differences are exact and every delay has an end. */
const exact = (ms: number): number => Math.ceil(ms * 1_024) / 1_024

/** 2026-01-01T08:00:00Z: the time of the world at its start. */
export const epochMs = 1_767_254_400_000

/**
 * The time of a world. Each event belongs to a process; everything that it calls, up to the last promise, runs before the next
 * event and belongs to the same process.
 */
export class Scheduler {
  readonly #heap = new EventHeap<SimEvent>()
  #order = 0
  #nowMs = 0
  #turns = 0
  #current: SimProcess | undefined
  #failed: (error: unknown) => void
  /** Events run so far. */
  events = 0

  /** `failed` gets every exception of an event. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  /** Milliseconds since the start of the world. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** The process whose event runs. */
  get current(): SimProcess | undefined {
    return this.#current
  }

  monotonicMs(computer = this.#current?.computer): number {
    return 1_000 + this.#nowMs - (computer?.missedMs ?? 0)
  }

  /** Whole milliseconds, as the clocks of computers give them. */
  wallMs(computer = this.#current?.computer): number {
    return Math.floor(epochMs + this.#nowMs + (computer?.wallOffsetMs ?? 0))
  }

  /** A timer of a process, or of the world: it stops with its computer's clock. */
  timer(delayMs: number, run: () => void, owner: SimProcess | undefined): Waiting {
    return this.#add(delayMs, run, owner, true)
  }

  /** Something that arrives at a process from outside: it waits while the computer sleeps. */
  deliver(delayMs: number, owner: SimProcess | undefined, run: () => void): Waiting {
    const asleepForMs = (owner?.computer.asleepUntil ?? 0) - this.#nowMs
    return this.#add(Math.max(delayMs, asleepForMs), run, owner, false)
  }

  /** Sends a computer to sleep. Its timers go on after it, by the rule of its monotonic clock. */
  sleep(computer: Computer, forMs: number): void {
    const durationMs = exact(forMs)
    const wakesAt = this.#nowMs + durationMs
    computer.asleepUntil = wakesAt
    if (computer.stopsInSleep) computer.missedMs += durationMs
    this.#heap.rebuild((event) => {
      if (event.owner?.computer !== computer) return event.run !== undefined
      if (event.isTimer && computer.stopsInSleep) event.dueAt += durationMs
      else if (event.dueAt < wakesAt) event.dueAt = wakesAt
      return event.run !== undefined
    })
  }

  /** Number of timers that a process has set; messages on their way to it do not count. */
  timersOf(owner: SimProcess | undefined): number {
    let waiting = 0
    this.#heap.each((event) => {
      if (event.isTimer && event.owner === owner && event.run !== undefined) waiting += 1
    })
    return waiting
  }

  /** Runs all events up to a time of the world. */
  runUntil(untilMs: number): Promise<void> {
    return new Promise((resolve) => {
      const turn = (): void => {
        const event = this.#next(untilMs)
        if (event === undefined) {
          this.#nowMs = Math.max(this.#nowMs, untilMs)
          this.#current = undefined
          resolve()
          return
        }
        this.#runOne(event)
        this.#turns += 1
        // All microtasks run before the next tick, because it is queued in one of them.
        if (this.#turns % turnsAtOnce === 0) realSetImmediate(turn)
        else queueMicrotask(() => process.nextTick(turn))
      }
      realSetImmediate(turn)
    })
  }

  #runOne(event: SimEvent): void {
    const { run } = event
    event.run = undefined
    this.#current = event.owner
    this.events += 1
    try {
      run?.()
    } catch (error) {
      this.#failed(error)
    }
  }

  #next(untilMs: number): SimEvent | undefined {
    for (;;) {
      const event = this.#heap.peek()
      if (event === undefined || event.dueAt > untilMs) return undefined
      this.#heap.pop()
      if (event.run === undefined || event.owner?.isDead) continue
      this.#nowMs = Math.max(this.#nowMs, event.dueAt)
      return event
    }
  }

  #add(delayMs: number, run: () => void, owner: SimProcess | undefined, isTimer: boolean): Waiting {
    if (owner?.isDead) return deadEvent
    const dueAt = exact(this.#nowMs + Math.max(0, delayMs))
    const event: SimEvent = { dueAt, order: this.#order++, owner, isTimer, run }
    this.#heap.push(event)
    return {
      cancel: () => {
        event.run = undefined
      },
    }
  }
}

const deadEvent: Waiting = { cancel: () => undefined }
