import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, Timer } from './clock.ts'

interface ManualTimer {
  readonly dueAt: number
  readonly order: number
  readonly run: () => void
  isWaiting: boolean
}

/** 2026-01-01T08:00:00Z: start time of every manual clock. */
export const manualStartMs = 1_767_254_400_000

/** Most cancelled timers in the heap before it is cleaned up. */
const tolerated = 64

/**
 * A clock that moves only by {@link ManualClock.advance}: callbacks run in the order of their times, and with equal times in the order of
 * creation. Callbacks without a delay run without any advance, so that a car without delays answers at once.
 */
export class ManualClock implements Clock {
  #now: number
  #order = 0
  #advancing: Promise<void> = Promise.resolve()
  /** Binary heap, earliest timer first. Cancelled timers stay until they come to the top or become too many. */
  #heap: ManualTimer[] = []
  #cancelled = 0
  /** Timers that are due at once; they never enter the heap. */
  #dueAtOnce = 0

  constructor(startsAt = manualStartMs) {
    this.#now = startsAt
  }

  get pendingTimers(): number {
    return this.#heap.length - this.#cancelled + this.#dueAtOnce
  }

  now(): number {
    return this.#now
  }

  after(delayMs: number, run: () => void): Timer {
    if (delayMs <= 0) return this.#atOnce(run)
    const timer: ManualTimer = { dueAt: this.#now + delayMs, order: this.#order++, run, isWaiting: true }
    this.#push(timer)
    return { cancel: () => this.#cancel(timer) }
  }

  soon(run: () => void): void {
    queueMicrotask(run)
  }

  /**
   * Moves time forward by `ms` and runs the callbacks that become due; resolves when all of them have run. After each callback
   * the event loop gets a turn, so that messages and promises can set timers within the span.
   */
  advance(ms: number): Promise<void> {
    const run = this.#advancing.then(() => this.#advanceTo(this.#now + Math.max(0, ms)))
    this.#advancing = run.catch(() => undefined)
    return run
  }

  async #advanceTo(target: number): Promise<void> {
    await nextTurn()
    for (let next = this.#peek(); next !== undefined && next.dueAt <= target; next = this.#peek()) {
      this.#now = Math.max(this.#now, next.dueAt)
      this.#pop()
      next.isWaiting = false
      next.run()
      await nextTurn()
    }
    this.#now = target
  }

  #atOnce(run: () => void): Timer {
    let isWaiting = true
    const take = () => {
      if (!isWaiting) return false
      isWaiting = false
      this.#dueAtOnce -= 1
      return true
    }
    this.#dueAtOnce += 1
    queueMicrotask(() => {
      if (take()) run()
    })
    return { cancel: () => void take() }
  }

  #cancel(timer: ManualTimer): void {
    if (!timer.isWaiting) return
    timer.isWaiting = false
    this.#cancelled += 1
    if (this.#cancelled <= tolerated || this.#cancelled <= this.#heap.length / 2) return
    // An array in order is a heap.
    this.#heap = this.#heap.filter(({ isWaiting }) => isWaiting).sort((a, b) => (isBefore(a, b) ? -1 : 1))
    this.#cancelled = 0
  }

  #peek(): ManualTimer | undefined {
    let first = this.#heap[0]
    while (first !== undefined && !first.isWaiting) {
      this.#pop()
      this.#cancelled -= 1
      first = this.#heap[0]
    }
    return first
  }

  #push(timer: ManualTimer): void {
    this.#heap.push(timer)
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
    return isBefore(this.#at(a), this.#at(b))
  }

  #swap(a: number, b: number): void {
    const one = this.#at(a)
    this.#heap[a] = this.#at(b)
    this.#heap[b] = one
  }

  /** The timer at a place of the heap; callers name only places that it has. */
  #at(index: number): ManualTimer {
    return this.#heap[index] as ManualTimer
  }
}

function isBefore(one: ManualTimer, other: ManualTimer): boolean {
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.order < other.order)
}
