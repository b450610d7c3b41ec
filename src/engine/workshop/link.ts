import { choices } from '../protocol-choices.ts'

/** Current state of the internet link of a connector. */
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

/** The link of one connector with its last ten round trips. */
export class Link {
  #connectedSince: number | undefined
  #reportedMs = 0
  #latencies: number[] = []

  /** Creates a link with earlier round trips `latenciesMs`, oldest first. */
  constructor(connectedSince: number | undefined, latenciesMs: readonly number[]) {
    this.#connectedSince = connectedSince
    for (const latency of latenciesMs) this.measure(latency)
  }

  /** Adds a measured round trip. */
  measure(latencyMs: number): void {
    this.#latencies = [...this.#latencies, latencyMs].slice(-choices.latencyWeights.length)
    if (this.#latencies.length === 1 || Math.abs(latencyMs - this.#reportedMs) > reportedStepMs)
      this.#reportedMs = Math.round(latencyMs)
  }

  /** Sets whether the connector has internet. */
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
