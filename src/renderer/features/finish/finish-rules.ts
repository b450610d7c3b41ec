import type { Result, ServiceResult, UserFeedback } from '../../../shared/service-result.ts'
import type { FunctionRun, LinkView } from '../../../shared/session.ts'

/** What the person has chosen so far. */
export interface FinishChoice {
  readonly results: readonly Result[]
  readonly feedback: UserFeedback | 'none'
  readonly description: string
}

/** Why a choice looks wrong beside what was seen. It warns and never forbids. */
export type FinishWarning =
  | 'success-but-function-failed'
  | 'success-but-function-suggests-failure'
  | 'success-but-link-lost'
  | 'success-and-failure'
  | 'failure-but-function-succeeded'
  | 'communication-but-link-good'
  | 'feedback-contradicts-result'
  | 'function-still-running'

const openResults: ReadonlySet<Result> = new Set(['success', 'needs-validation', 'needs-completion'])

/** Whether a result says that the service failed. */
export const isFailure = (result: Result): boolean => !openResults.has(result)

/** The choice that stands there first: what the function suggests, else success after a success, else nothing. */
export function firstChoice(run: FunctionRun | undefined): FinishChoice {
  const suggested = run?.suggestedResult
  if (suggested !== undefined) {
    return {
      results: suggested.results,
      feedback: suggested.userFeedback ?? 'none',
      description: suggested.description ?? '',
    }
  }
  return { results: run?.status === 'succeeded' ? ['success'] : [], feedback: 'none', description: '' }
}

/** The choice as it is sent; null while no result is chosen. */
export function serviceResultOf(choice: FinishChoice): ServiceResult | null {
  if (choice.results.length === 0) return null
  const description = choice.description.trim()
  return {
    results: [...choice.results],
    ...(choice.feedback === 'none' ? {} : { userFeedback: choice.feedback }),
    ...(description === '' ? {} : { description }),
  }
}

/** Everything in the choice that contradicts itself or what was seen. */
export function finishWarnings(
  choice: FinishChoice,
  run: FunctionRun | undefined,
  link: LinkView | null,
): readonly FinishWarning[] {
  const saysSuccess = choice.results.includes('success')
  const saysFailure = choice.results.some(isFailure)
  const isLost = link !== null && (link.liveness === 'lost' || (link.liveness === 'live' && !link.connected))
  const isGood = link !== null && link.liveness === 'live' && link.connected && link.healthy === true
  const isAtWork = run?.status === 'starting' || run?.status === 'running' || run?.status === 'stopping'
  const suggestsFailure = run?.suggestedResult?.results.some(isFailure) ?? false
  const found: ReadonlyArray<readonly [boolean, FinishWarning]> = [
    [isAtWork, 'function-still-running'],
    [saysSuccess && saysFailure, 'success-and-failure'],
    [saysSuccess && run?.status === 'failed', 'success-but-function-failed'],
    [saysSuccess && run?.status !== 'failed' && suggestsFailure, 'success-but-function-suggests-failure'],
    [saysSuccess && isLost, 'success-but-link-lost'],
    [saysFailure && !saysSuccess && run?.status === 'succeeded' && !suggestsFailure, 'failure-but-function-succeeded'],
    [choice.results.includes('communication-error') && isGood, 'communication-but-link-good'],
    [saysSuccess && !saysFailure && choice.feedback === 'failure', 'feedback-contradicts-result'],
    [saysFailure && !saysSuccess && choice.feedback === 'success', 'feedback-contradicts-result'],
  ]
  return found.filter(([isSo]) => isSo).map(([, warning]) => warning)
}
