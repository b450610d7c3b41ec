import { randomUUID } from 'node:crypto'
import { type Failure, type FailureCode, failed, type NextAction } from '../../shared/outcome.ts'

const usualNextAction: Record<FailureCode, NextAction> = {
  'invalid-input': 'correct-input',
  'not-found': 'none',
  'unknown-ticket': 'correct-input',
  'unknown-connector': 'correct-input',
  'connector-offline': 'check-connection',
  'resource-in-use': 'interrupt-session',
  'no-free-resources': 'wait-and-retry',
  'wrong-credentials': 'check-credentials',
  'cluster-missing': 'check-credentials',
  unauthorised: 'check-credentials',
  'already-claimed': 'start-new-session',
  'not-allowed-now': 'none',
  'session-ended': 'start-new-session',
  'session-expired': 'interrupt-session',
  'connection-lost': 'check-connection',
  'timed-out': 'retry',
  'not-supported-by-server': 'none',
  'not-an-openobd-service': 'check-connection',
  'tls-failed': 'check-connection',
  'endpoint-refused': 'correct-input',
  'engine-failed': 'restart-engine',
  'function-failed': 'retry',
  'prompt-answered': 'none',
  'prompt-withdrawn': 'none',
  'answer-invalid': 'correct-input',
  'image-unavailable': 'none',
  'storage-failed': 'none',
  'too-many-requests': 'wait-and-retry',
  internal: 'retry',
}

/** A failure with its usual next action and a fresh correlation id. */
export function newFailure(
  code: FailureCode,
  more: { parameters?: Record<string, string | number>; nextAction?: NextAction; detail?: string } = {},
): Failure {
  return { code, nextAction: usualNextAction[code], correlationId: randomUUID(), ...more }
}

/** An outcome that failed with the usual next action. */
export const fail = (code: FailureCode, more?: Parameters<typeof newFailure>[1]) => failed(newFailure(code, more))
