import type { CarLink } from '../../../shared/car-link.ts'
import { longest } from '../../../shared/limits.ts'
import { isFailure, runVerdict } from '../../../shared/run-verdict.ts'
import type { Result, ServiceResult } from '../../../shared/service-result.ts'
import type { FunctionRun } from '../../../shared/session.ts'
import type { FinishChoice } from '../../store/screen.ts'

export type { FinishChoice }

/** Why a choice contradicts itself or the session. It is a warning only. */
export type FinishWarning =
  | 'success-but-function-failed'
  | 'success-but-function-reports-otherwise'
  | 'success-but-function-stopped'
  | 'success-but-link-lost'
  | 'failure-without-reason'
  | 'success-and-failure'
  | 'failure-but-function-succeeded'
  | 'communication-but-link-good'
  | 'feedback-contradicts-result'
  | 'function-still-running'

/** The initial choice: what the function suggests, else what the way it ended means, else nothing. */
export function firstChoice(run: FunctionRun | undefined): FinishChoice {
  const suggested = run?.suggestedResult
  if (suggested === undefined) return { results: proposalOf(run), feedback: 'none', description: '' }
  return {
    results: suggested.results,
    feedback: suggested.userFeedback ?? 'none',
    description: suggested.description ?? '',
  }
}

function proposalOf(run: FunctionRun | undefined): readonly Result[] {
  if (run?.status === 'stopped') return ['needs-completion']
  if (run?.status !== 'failed') return []
  return [run.failure?.code === 'car-not-reached' ? 'communication-error' : 'runtime-error']
}

/** Whether the description is longer than a service result may carry. */
export const isDescriptionTooLong = (choice: FinishChoice): boolean =>
  choice.description.trim().length > longest.description

/** The choice as it is sent; null while no result is chosen or the description is too long. */
export function serviceResultOf(choice: FinishChoice): ServiceResult | null {
  if (choice.results.length === 0 || isDescriptionTooLong(choice)) return null
  const description = choice.description.trim()
  return {
    results: [...choice.results],
    ...(choice.feedback === 'none' ? {} : { userFeedback: choice.feedback }),
    ...(description === '' ? {} : { description }),
  }
}

/** All contradictions within the choice, or between the choice and the session. */
export function finishWarnings(
  choice: FinishChoice,
  run: FunctionRun | undefined,
  carLink: Pick<CarLink, 'state' | 'running'>,
): readonly FinishWarning[] {
  const saysSuccess = choice.results.includes('success')
  const saysFailure = choice.results.some(isFailure)
  const isLost = carLink.running === 'impossible'
  const isGood = carLink.state === 'good'
  const verdict = run === undefined ? undefined : runVerdict(run)
  const isOtherwise = verdict === 'open' || verdict === 'failure' || verdict === 'no-result'
  const failures = choice.results.filter(isFailure)
  const hasReason = choice.description.trim() !== '' || failures.some((result) => result !== 'failure')
  const found: ReadonlyArray<readonly [boolean, FinishWarning]> = [
    [verdict === 'at-work', 'function-still-running'],
    [saysSuccess && saysFailure, 'success-and-failure'],
    [saysSuccess && verdict === 'failed', 'success-but-function-failed'],
    [saysSuccess && verdict === 'stopped', 'success-but-function-stopped'],
    [saysSuccess && isOtherwise, 'success-but-function-reports-otherwise'],
    [saysFailure && !hasReason, 'failure-without-reason'],
    [saysSuccess && isLost, 'success-but-link-lost'],
    [saysFailure && !saysSuccess && verdict === 'success', 'failure-but-function-succeeded'],
    [choice.results.includes('communication-error') && isGood, 'communication-but-link-good'],
    [saysSuccess && !saysFailure && choice.feedback === 'failure', 'feedback-contradicts-result'],
    [saysFailure && !saysSuccess && choice.feedback === 'success', 'feedback-contradicts-result'],
  ]
  return found.filter(([isSo]) => isSo).map(([, warning]) => warning)
}
