import { z } from 'zod'
import { longest } from './limits.ts'

/** How a service ended; the wire names are RESULT_… (openOBD.v1.Result). UNDEFINED is never offered and never sent. */
export const resultSchema = z.enum([
  'success',
  'invalid-preconditions',
  'needs-validation',
  'needs-completion',
  'authentication-error',
  'missing-coding-information',
  'not-compatible',
  'communication-error',
  'runtime-error',
  'external-service-error',
  'failure',
])
export type Result = z.infer<typeof resultSchema>

/** The mechanic's feedback on the service (openOBD.v1.UserFeedback). Absent and "nothing" differ on the wire. */
export const userFeedbackSchema = z.enum(['nothing', 'success', 'failure', 'assistance-requested'])
export type UserFeedback = z.infer<typeof userFeedbackSchema>

/** openOBD.v1.ServiceResult: one or more results, an optional feedback and an optional description. */
export const serviceResultSchema = z.object({
  results: z.array(resultSchema).min(1).max(11),
  userFeedback: userFeedbackSchema.optional(),
  description: z.string().max(longest.description).optional(),
})
export type ServiceResult = z.infer<typeof serviceResultSchema>
