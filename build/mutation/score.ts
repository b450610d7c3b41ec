import { createHash } from 'node:crypto'

/** What happened to a mutant. `timeout`: its tests did not end, which counts as noticed. */
export type Status = 'killed' | 'survived' | 'timeout' | 'no-test'

/** A short digest of a text. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24)

/** The mutants whose digest with the seed is smallest: a change elsewhere leaves the sample as it is. */
export const sampled = <M extends { readonly name: string }>(mutants: readonly M[], seed: string, count: number): M[] =>
  mutants
    .map((mutant) => ({ mutant, rank: digest(`${seed} ${mutant.name}`) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ mutant }) => mutant)

/** Whether a mutant was noticed. */
export const isNoticed = (status: Status | undefined): boolean => status === 'killed' || status === 'timeout'

/** At most this part of the test files may fail without any mutant; with more of them missing a score says nothing. */
const mostMissing = 0.02

/**
 * Why no score can be given; undefined when one can. `reporting` are the test files that passed without any mutant, of all
 * `candidates`.
 */
export function scoreProblem(candidates: readonly string[], reporting: readonly string[]): string | undefined {
  const passed = new Set(reporting)
  const missing = candidates.filter((file) => !passed.has(file))
  if (missing.length <= mostMissing * candidates.length) return undefined
  return `${missing.length} of ${candidates.length} test files failed or did not load without any mutant:\n${missing.join('\n')}`
}

/** The score in words, e.g. `270 of 300, 90.0 %`. */
export function scoreText(statuses: readonly (Status | undefined)[]): string {
  const noticed = statuses.filter(isNoticed).length
  const percent = ((100 * noticed) / Math.max(1, statuses.length)).toFixed(1)
  return `${noticed} of ${statuses.length}, ${percent} %`
}
