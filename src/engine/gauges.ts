import type { Gauges } from '../server/gauges.ts'

/** Counted resources of the engine. Sessions, tokens and timers are counted by their owners. */
export type EngineGauge = 'openStreams' | 'promptsOnDisplay' | 'configuredBuses' | 'openChannels'

export type EngineGauges = Gauges<EngineGauge>
