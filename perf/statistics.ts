/** Summary of samples, in the unit of the samples. */
export interface Summary {
  readonly median: number
  readonly p99: number
  readonly count: number
}

/** The value below which the given share (0 to 1) of the samples lies. Throws without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  if (value === undefined) throw new Error('There is nothing to summarise.')
  return value
}

/** Median, 99th percentile and number of the samples. */
export const summarise = (samples: readonly number[]): Summary => ({
  median: percentile(samples, 0.5),
  p99: percentile(samples, 0.99),
  count: samples.length,
})
