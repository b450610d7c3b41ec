import type { Result } from './service-result.ts'
import type { FunctionRun } from './session.ts'

/**
 * What a run reports about the work. `success`: it ended by itself and reports only successes · `open`: something remains to be
 * checked or completed · `failure`: it reports a failure · `no-result`: it ended by itself and reports nothing.
 */
export type RunVerdict = 'at-work' | 'success' | 'open' | 'failure' | 'no-result' | 'failed' | 'stopped'

/** The verdict on a list of results; one failure makes it a failure. */
export type ResultsVerdict = Extract<RunVerdict, 'success' | 'open' | 'failure' | 'no-result'>

const verdicts: Record<Result, Exclude<ResultsVerdict, 'no-result'>> = {
  success: 'success',
  'needs-validation': 'open',
  'needs-completion': 'open',
  'invalid-preconditions': 'failure',
  'authentication-error': 'failure',
  'missing-coding-information': 'failure',
  'not-compatible': 'failure',
  'communication-error': 'failure',
  'runtime-error': 'failure',
  'external-service-error': 'failure',
  failure: 'failure',
}

/** Whether a result says that the service failed. */
export const isFailure = (result: Result): boolean => verdicts[result] === 'failure'

/** The worst of the results. */
export function verdictOfResults(results: readonly Result[]): ResultsVerdict {
  const found = new Set(results.map((result) => verdicts[result]))
  if (found.has('failure')) return 'failure'
  if (found.has('open')) return 'open'
  return found.has('success') ? 'success' : 'no-result'
}

/** The verdict on a run. A completed run is a success only when its own result says so. */
export function runVerdict({ status, suggestedResult }: Pick<FunctionRun, 'status' | 'suggestedResult'>): RunVerdict {
  if (status === 'failed' || status === 'stopped') return status
  return status === 'succeeded' ? verdictOfResults(suggestedResult?.results ?? []) : 'at-work'
}
