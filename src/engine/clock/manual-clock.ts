import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, ScheduledTask } from './clock.ts'

interface WaitingTask {
  readonly dueAt: number
  readonly order: number
  readonly run: () => void
  waiting: boolean
}

/** Clock that only moves when it is told to; tasks run in the order of their moments, equal moments in the order of scheduling. */
export class ManualClock implements Clock {
  #now: number
  #order = 0
  #advancing: Promise<void> = Promise.resolve()
  /** Binary heap, earliest task first. */
  readonly #heap: WaitingTask[] = []
  #cancelled = 0

  constructor(startsAt: number) {
    this.#now = startsAt
  }

  get pendingTasks(): number {
    return this.#heap.length - this.#cancelled
  }

  now(): number {
    return this.#now
  }

  schedule(delayMs: number, run: () => void): ScheduledTask {
    const task: WaitingTask = { dueAt: this.#now + Math.max(0, delayMs), order: this.#order++, run, waiting: true }
    this.#push(task)
    return {
      cancel: () => {
        if (!task.waiting) return
        task.waiting = false
        this.#cancelled += 1
      },
    }
  }

  /**
   * Moves time forward by `ms` and runs what falls due on the way. Between two moments the event loop gets a turn, so that
   * what a task has set in motion (a message, a promise) can schedule its own tasks inside the span.
   */
  advance(ms: number): Promise<void> {
    const run = this.#advancing.then(() => this.#advanceTo(this.#now + Math.max(0, ms)))
    this.#advancing = run.catch(() => undefined)
    return run
  }

  async #advanceTo(target: number): Promise<void> {
    for (let next = this.#peek(); next !== undefined && next.dueAt <= target; next = this.#peek()) {
      this.#now = Math.max(this.#now, next.dueAt)
      this.#runDue()
      await nextTurn()
    }
    this.#now = target
  }

  #runDue(): void {
    for (let next = this.#peek(); next !== undefined && next.dueAt <= this.#now; next = this.#peek()) {
      this.#pop()
      next.waiting = false
      next.run()
    }
  }

  #peek(): WaitingTask | undefined {
    let first = this.#heap[0]
    while (first !== undefined && !first.waiting) {
      this.#pop()
      this.#cancelled -= 1
      first = this.#heap[0]
    }
    return first
  }

  #push(task: WaitingTask): void {
    this.#heap.push(task)
    let index = this.#heap.length - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#isBefore(index, parent)) break
      this.#swap(index, parent)
      index = parent
    }
  }

  #pop(): void {
    this.#swap(0, this.#heap.length - 1)
    this.#heap.pop()
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      let first = index
      if (left < this.#heap.length && this.#isBefore(left, first)) first = left
      if (left + 1 < this.#heap.length && this.#isBefore(left + 1, first)) first = left + 1
      if (first === index) return
      this.#swap(index, first)
      index = first
    }
  }

  #isBefore(a: number, b: number): boolean {
    const one = this.#heap[a]
    const other = this.#heap[b]
    if (one === undefined || other === undefined) return false
    return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.order < other.order)
  }

  #swap(a: number, b: number): void {
    const one = this.#heap[a]
    const other = this.#heap[b]
    if (one === undefined || other === undefined) return
    this.#heap[a] = other
    this.#heap[b] = one
  }
}
