/** What is alive beside sessions, tokens and timers, which are counted where they live. */
export type GaugeName = 'openStreams' | 'promptsOnDisplay' | 'configuredBuses' | 'openChannels'

/** Numbers of living things; every increase needs its decrease, leak tests look at them. */
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
