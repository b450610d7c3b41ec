import type { Result, UserFeedback } from '../../../shared/service-result.ts'

/** Wire names of the results (openOBD.v1.Result), in display order. */
export const resultWireNames: Record<Result, string> = {
  success: 'RESULT_SUCCESS',
  'needs-validation': 'RESULT_NEEDS_VALIDATION',
  'needs-completion': 'RESULT_NEEDS_COMPLETION',
  'communication-error': 'RESULT_FAILURE_COMMUNICATION_ERROR',
  'invalid-preconditions': 'RESULT_INVALID_PRECONDITIONS',
  'authentication-error': 'RESULT_FAILURE_AUTHENTICATION_ERROR',
  'missing-coding-information': 'RESULT_FAILURE_MISSING_CODING_INFORMATION',
  'not-compatible': 'RESULT_FAILURE_NOT_COMPATIBLE',
  'runtime-error': 'RESULT_FAILURE_RUNTIME_ERROR',
  'external-service-error': 'RESULT_FAILURE_EXTERNAL_SERVICE_ERROR',
  failure: 'RESULT_FAILURE',
}

/** Wire names of the feedback (openOBD.v1.UserFeedback). */
export const feedbackWireNames: Record<UserFeedback, string> = {
  success: 'USER_FEEDBACK_SUCCESS',
  failure: 'USER_FEEDBACK_FAILURE',
  'assistance-requested': 'USER_FEEDBACK_ASSISTANCE_REQUESTED',
  nothing: 'USER_FEEDBACK_NOTHING',
}

const keysOf = <K extends string>(record: Record<K, unknown>): readonly K[] => Object.keys(record) as K[]

/** All results, in display order. */
export const offeredResults = keysOf(resultWireNames)
/** All kinds of feedback, in display order. */
export const offeredFeedback = keysOf(feedbackWireNames)
