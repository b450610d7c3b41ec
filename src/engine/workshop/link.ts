import { choices } from '../protocol-choices.ts'

/** What the connector's internet link looks like right now. */
export interface LinkReading {
  readonly isConnected: boolean
  /** Unix ms; undefined while not connected. */
  readonly connectedSince: number | undefined
  /** Round trip in ms as it is reported: it changes only when it moves by more than 50 ms (protocol.md §11). */
  readonly latencyMs: number
  readonly isHealthy: boolean
}

/** Movement of the round trip below which the reported value stays (documented). */
const reportedStepMs = 50
/** A round trip above this counts as slow (documented). */
const slowAboveMs = 500
/** The link is healthy while the weighted share of slow round trips is below this (documented). */
const unhealthyShare = 0.25

/** The link of one connector: its last ten round trips and what they say. */
export class Link {
  #connectedSince: number | undefined
  #reportedMs = 0
  #latencies: number[] = []

  /** A link that has been measured before, by `latenciesMs`, oldest first. */
  constructor(connectedSince: number | undefined, latenciesMs: readonly number[]) {
    this.#connectedSince = connectedSince
    for (const latency of latenciesMs) this.measure(latency)
  }

  /** Takes the next measured round trip. */
  measure(latencyMs: number): void {
    this.#latencies = [...this.#latencies, latencyMs].slice(-choices.latencyWeights.length)
    if (this.#latencies.length === 1 || Math.abs(latencyMs - this.#reportedMs) > reportedStepMs)
      this.#reportedMs = Math.round(latencyMs)
  }

  /** The connector has lost or found its internet. */
  setConnected(isConnected: boolean, at: number): void {
    if (isConnected) this.#connectedSince ??= at
    else this.#connectedSince = undefined
  }

  read(): LinkReading {
    const isConnected = this.#connectedSince !== undefined
    return {
      isConnected,
      connectedSince: this.#connectedSince,
      latencyMs: this.#reportedMs,
      isHealthy: isConnected && slowShare(this.#latencies) < unhealthyShare,
    }
  }
}

/** Weighted share of slow round trips, oldest first; recent ones weigh more. */
export function slowShare(latencies: readonly number[]): number {
  let slow = 0
  let all = 0
  for (const [index, latency] of latencies.entries()) {
    const weight = choices.latencyWeights[index + choices.latencyWeights.length - latencies.length] ?? 0
    all += weight
    if (latency > slowAboveMs) slow += weight
  }
  return all === 0 ? 0 : slow / all
}
