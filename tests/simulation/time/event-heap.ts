/** An event that waits for its time. */
export interface HeapEvent {
  dueAt: number
  readonly order: number
}

/** A binary heap of events: earliest first, and with equal times in the order of creation. */
export class EventHeap<Event extends HeapEvent> {
  #heap: Event[] = []

  get size(): number {
    return this.#heap.length
  }

  push(event: Event): void {
    const heap = this.#heap
    let index = heap.length
    heap.push(event)
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent] as Event
      if (isBefore(above, event)) break
      heap[index] = above
      index = parent
    }
    heap[index] = event
  }

  peek(): Event | undefined {
    return this.#heap[0]
  }

  pop(): Event | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      if (left >= heap.length) break
      const right = left + 1
      const child = right < heap.length && isBefore(heap[right] as Event, heap[left] as Event) ? right : left
      if (isBefore(last, heap[child] as Event)) break
      heap[index] = heap[child] as Event
      index = child
    }
    heap[index] = last
    return first
  }

  /** Visits all events, in no order. */
  each(visit: (event: Event) => void): void {
    this.#heap.forEach(visit)
  }

  /** Changes or removes events, then restores the order. */
  rebuild(change: (event: Event) => boolean): void {
    // An array in order is a heap.
    this.#heap = this.#heap.filter(change).sort((one, other) => (isBefore(one, other) ? -1 : 1))
  }
}

const isBefore = (one: HeapEvent, other: HeapEvent): boolean =>
  one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.order < other.order)
