import type { Result } from './service-result.ts'
import type { FunctionRun } from './session.ts'

/**
 * What a run says about the work. `success`: it ended by itself and every result it reports is a success · `open`: something is left
 * to check or to complete · `failure`: it reports a failure · `no-result`: it ended by itself and reports nothing.
 */
export type RunVerdict = 'at-work' | 'success' | 'open' | 'failure' | 'no-result' | 'failed' | 'stopped'

/** How a set of results reads as a whole; one failure makes it a failure. */
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

/** What a run says about the work; a run that came to its own end is a success only by its own result. */
export function runVerdict({ status, suggestedResult }: Pick<FunctionRun, 'status' | 'suggestedResult'>): RunVerdict {
  if (status === 'failed' || status === 'stopped') return status
  return status === 'succeeded' ? verdictOfResults(suggestedResult?.results ?? []) : 'at-work'
}
