import { z } from 'zod'
import { connectionSteps } from './connection-cause.ts'
import { failureSchema } from './outcome.ts'

/** One step of a tested connection. */
export const testedStepSchema = z.object({
  step: z.enum(connectionSteps),
  state: z.enum(['passed', 'failed', 'not-reached', 'not-needed']),
  failure: failureSchema.optional(),
})
export type TestedStep = z.infer<typeof testedStepSchema>
