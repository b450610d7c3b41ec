import { z } from 'zod'
import { effect, preconditions } from './access-schema.ts'
import { hexBytes, milliseconds } from './field-schema.ts'

/** A routine. */
export const routine = preconditions.extend({
  label: z.string().optional(),
  takesMs: milliseconds.default(0).describe('How long it runs after its start.'),
  started: hexBytes.optional().describe('Status bytes in the answer to start.'),
  running: hexBytes.default('01').describe('Result bytes while it runs.'),
  result: hexBytes.default('00').describe('Result bytes when it is through.'),
  effects: z.array(effect).default([]).describe('What changes when it is through.'),
  clearsTroubleCodes: z.boolean().default(false).describe('Whether it empties the fault memory.'),
})

/** A routine with a local identifier of KWP2000. */
export const localRoutine = routine.omit({ running: true })

/** A routine. */
export type RoutineDescription = z.infer<typeof routine>
/** A routine with a local identifier of KWP2000. */
export type LocalRoutineDescription = z.infer<typeof localRoutine>
