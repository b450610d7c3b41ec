import { isFailure, verdictOfResults } from '../../../shared/run-verdict.ts'
import type { Result } from '../../../shared/service-result.ts'
import { offeredResults } from './wire-names.ts'

/** What a mechanic says first about a job. */
export const outcomes = ['done', 'unfinished', 'failed'] as const
export type Outcome = (typeof outcomes)[number]

/** The results that say more about an outcome; `done` needs no reason. */
export const reasonsOf: Record<Outcome, readonly Result[]> = {
  done: [],
  unfinished: offeredResults.filter((result) => verdictOfResults([result]) === 'open'),
  failed: offeredResults.filter(isFailure),
}

const outcomeOfVerdict = { success: 'done', open: 'unfinished', failure: 'failed', 'no-result': null } as const

/** The outcome that results mean; null without results. The worst of them decides. */
export const outcomeOf = (results: readonly Result[]): Outcome | null => outcomeOfVerdict[verdictOfResults(results)]

/** The results after another outcome was chosen: those that the function suggests for it, else those that it always has. */
export function resultsFor(outcome: Outcome, suggested: readonly Result[]): readonly Result[] {
  if (outcomeOf(suggested) === outcome) return suggested
  return outcome === 'done' ? ['success'] : []
}

/** The results after the reasons of an outcome were changed. A success beside reasons stays, as the function suggested it. */
export function withReasons(
  results: readonly Result[],
  outcome: Outcome,
  reasons: readonly string[],
): readonly Result[] {
  const others = results.filter((result) => !reasonsOf[outcome].includes(result))
  const chosen = reasonsOf[outcome].filter((result) => reasons.includes(result))
  return chosen.length === 0
    ? []
    : offeredResults.filter((result) => others.includes(result) || chosen.includes(result))
}
