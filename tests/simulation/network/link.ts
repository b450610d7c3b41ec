import type { SeededRandom } from '../time/random.ts'
import type { Connection } from './connection.ts'

/** The way to one address: how fast it is, and what is wrong with it. */
export class Link {
  /** One way, in ms: the least time and the largest addition to it. */
  latency: readonly [leastMs: number, moreMs: number]
  /** New connections are refused. */
  isRefusing = false
  readonly connections = new Set<Connection>()
  readonly #random: SeededRandom
  /** How many black holes there have been. */
  blackHoles = 0
  #slow: readonly [number, number] | undefined
  #slowdowns = 0
  #isBlackHole = false
  #healed = Promise.withResolvers<void>()
  /** World times at which a black hole began and ended. */
  readonly outages: { readonly fromMs: number; toMs: number }[] = []
  readonly #nowMs: () => number

  constructor(random: SeededRandom, nowMs: () => number, latency: readonly [number, number]) {
    this.#random = random
    this.#nowMs = nowMs
    this.latency = latency
  }

  /** Everything that is sent is swallowed until it heals. */
  get isBlackHole(): boolean {
    return this.#isBlackHole
  }

  /** Resolves at the next healing. */
  get healed(): Promise<void> {
    return this.#healed.promise
  }

  /** The time that the next message takes, in ms. */
  nextLatencyMs(): number {
    const [least, more] = this.#slow ?? this.latency
    return least + more * this.#random.next()
  }

  /** Makes the link slow for a time; a later slowdown replaces this one. */
  slowDown(latency: readonly [number, number], forMs: number): void {
    this.#slow = latency
    this.#slowdowns += 1
    // What was sent at its end arrives later, and everything behind it.
    this.noteOutage(forMs + latency[0] + latency[1])
  }

  /** Ends one slowdown; the link is as fast as before when it was the last. */
  speedUp(): void {
    this.#slowdowns -= 1
    if (this.#slowdowns === 0) this.#slow = undefined
  }

  swallow(): void {
    if (this.#isBlackHole) return
    this.#isBlackHole = true
    this.blackHoles += 1
    this.noteOutage(Number.POSITIVE_INFINITY)
    for (const connection of this.connections) connection.expectTimeout()
  }

  heal(): void {
    if (!this.#isBlackHole) return
    this.#isBlackHole = false
    const last = this.outages.findLast(({ toMs }) => toMs === Number.POSITIVE_INFINITY)
    if (last) last.toMs = this.#nowMs()
    for (const connection of [...this.connections]) connection.release()
    const { resolve } = this.#healed
    this.#healed = Promise.withResolvers()
    resolve()
  }

  /** Resets every connection. */
  reset(): void {
    this.noteOutage(0)
    for (const connection of [...this.connections]) connection.reset()
  }

  /** Records that the link was bad from now on. */
  noteOutage(durationMs: number): void {
    this.outages.push({ fromMs: this.#nowMs(), toMs: this.#nowMs() + durationMs })
  }

  /** World time from which on nothing was wrong any more; infinity while something is. */
  get goodSinceMs(): number {
    return this.outages.reduce((latest, { toMs }) => Math.max(latest, toMs), 0)
  }

  /** Whether the link was bad for a time, not only for a moment, within a span of the world. */
  hadOutage(fromMs: number, toMs: number): boolean {
    return this.outages.some((outage) => outage.fromMs <= toMs && outage.toMs >= fromMs && outage.toMs > outage.fromMs)
  }

  /** Whether the link was bad at any time within a span of the world. */
  wasBad(fromMs: number, toMs: number): boolean {
    return this.outages.some((outage) => outage.fromMs <= toMs && outage.toMs >= fromMs)
  }
}
