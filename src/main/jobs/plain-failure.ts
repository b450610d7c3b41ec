import type { Failure } from '../../shared/outcome.ts'

/** A failure with the fields that a fact keeps, without those of the client library. */
export const plainFailure = ({ code, parameters, nextAction, correlationId, detail }: Failure): Failure => ({
  code,
  nextAction,
  correlationId,
  ...(parameters ? { parameters } : {}),
  ...(detail ? { detail } : {}),
})
