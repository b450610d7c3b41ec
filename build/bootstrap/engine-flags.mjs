/**
 * How Node runs the engine alone: a young generation that stays small. V8 lets it grow to more than 100 MiB under load, which
 * makes nothing faster (docs/measurements.md, "Memory").
 */
export const engineFlags = ['--max-semi-space-size=8']
