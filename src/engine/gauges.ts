/** Counted resources. Sessions, tokens and timers are counted by their owners. */
export type GaugeName = 'openStreams' | 'promptsOnDisplay' | 'configuredBuses' | 'openChannels'

/** Numbers of open resources; every increase needs a decrease, and leak tests compare them. */
export class Gauges {
  readonly #values: Record<GaugeName, number> = {
    openStreams: 0,
    promptsOnDisplay: 0,
    configuredBuses: 0,
    openChannels: 0,
  }

  increase(name: GaugeName, by = 1): void {
    this.#values[name] += by
  }

  decrease(name: GaugeName, by = 1): void {
    this.#values[name] -= by
  }

  read(name: GaugeName): number {
    return this.#values[name]
  }
}
