import type { Result, ServiceResult, UserFeedback } from '../../shared/service-result.ts'
import type { Result__Output as ResultWire } from '../generated/types/openOBD/v1/Result.ts'
import type {
  ServiceResult__Output as ServiceResultFromWire,
  ServiceResult as ServiceResultWire,
} from '../generated/types/openOBD/v1/ServiceResult.ts'
import type { UserFeedback__Output as UserFeedbackWire } from '../generated/types/openOBD/v1/UserFeedback.ts'

const resultToWire: Record<Result, ResultWire> = {
  success: 'RESULT_SUCCESS',
  'invalid-preconditions': 'RESULT_INVALID_PRECONDITIONS',
  'needs-validation': 'RESULT_NEEDS_VALIDATION',
  'needs-completion': 'RESULT_NEEDS_COMPLETION',
  'authentication-error': 'RESULT_FAILURE_AUTHENTICATION_ERROR',
  'missing-coding-information': 'RESULT_FAILURE_MISSING_CODING_INFORMATION',
  'not-compatible': 'RESULT_FAILURE_NOT_COMPATIBLE',
  'communication-error': 'RESULT_FAILURE_COMMUNICATION_ERROR',
  'runtime-error': 'RESULT_FAILURE_RUNTIME_ERROR',
  'external-service-error': 'RESULT_FAILURE_EXTERNAL_SERVICE_ERROR',
  failure: 'RESULT_FAILURE',
}

const resultFromWire: Record<ResultWire, Result | undefined> = {
  RESULT_UNDEFINED: undefined,
  RESULT_SUCCESS: 'success',
  RESULT_INVALID_PRECONDITIONS: 'invalid-preconditions',
  RESULT_NEEDS_VALIDATION: 'needs-validation',
  RESULT_NEEDS_COMPLETION: 'needs-completion',
  RESULT_FAILURE_AUTHENTICATION_ERROR: 'authentication-error',
  RESULT_FAILURE_MISSING_CODING_INFORMATION: 'missing-coding-information',
  RESULT_FAILURE_NOT_COMPATIBLE: 'not-compatible',
  RESULT_FAILURE_COMMUNICATION_ERROR: 'communication-error',
  RESULT_FAILURE_RUNTIME_ERROR: 'runtime-error',
  RESULT_FAILURE_EXTERNAL_SERVICE_ERROR: 'external-service-error',
  RESULT_FAILURE: 'failure',
}

const feedbackToWire: Record<UserFeedback, UserFeedbackWire> = {
  nothing: 'USER_FEEDBACK_NOTHING',
  success: 'USER_FEEDBACK_SUCCESS',
  failure: 'USER_FEEDBACK_FAILURE',
  'assistance-requested': 'USER_FEEDBACK_ASSISTANCE_REQUESTED',
}

const feedbackFromWire: Record<UserFeedbackWire, UserFeedback> = {
  USER_FEEDBACK_NOTHING: 'nothing',
  USER_FEEDBACK_SUCCESS: 'success',
  USER_FEEDBACK_FAILURE: 'failure',
  USER_FEEDBACK_ASSISTANCE_REQUESTED: 'assistance-requested',
}

/** openOBD.v1.ServiceResult as it is sent; absent feedback and description stay absent. */
export function serviceResultToWire(result: ServiceResult): ServiceResultWire {
  return {
    result: result.results.map((one) => resultToWire[one]),
    ...(result.userFeedback === undefined ? {} : { user_feedback: feedbackToWire[result.userFeedback] }),
    ...(result.description === undefined ? {} : { description: result.description }),
  }
}

/** A received ServiceResult. Results and feedback that this version does not know are left out. */
export function serviceResultFromWire(wire: ServiceResultFromWire): ServiceResult {
  const feedback = wire.user_feedback === undefined ? undefined : feedbackFromWire[wire.user_feedback]
  return {
    results: wire.result.flatMap((one) => resultFromWire[one] ?? []),
    ...(feedback === undefined ? {} : { userFeedback: feedback }),
    ...(wire.description === undefined ? {} : { description: wire.description }),
  }
}
