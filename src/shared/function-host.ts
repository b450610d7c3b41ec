import { z } from 'zod'
import { functionInfoSchema, languageSchema } from './app-state.ts'
import { failureCodeSchema } from './outcome.ts'
import { promptControlSchema, promptTargetSchema, translationsSchema } from './prompt.ts'
import { serviceResultSchema } from './service-result.ts'
import { functionFindingSchema } from './session.ts'

/*
 * The private pipe between main and the process that hosts the built-in functions. Both sides parse what they receive;
 * a message that does not fit is dropped and logged by its type only, because messages carry session tokens.
 */

const runId = z.string().min(1).max(128)
const sessionToken = z.string().min(1).max(16_384)

/** The endpoint of the session's services, already checked by main against its endpoint policy. */
export const functionEndpointSchema = z.object({
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  /** TLS with the system's trust; plaintext otherwise. */
  secure: z.boolean(),
})
export type FunctionEndpoint = z.infer<typeof functionEndpointSchema>

/** Messages from main to the host. */
export const toFunctionHostSchema = z.discriminatedUnion('type', [
  /** Starts a function in an active session. Several runs may exist at a time, each with its own `runId`. */
  z.object({
    type: z.literal('run'),
    runId,
    functionId: z.string().min(1).max(128),
    endpoint: functionEndpointSchema,
    sessionToken,
    /** Language of the findings; prompts carry all their translations. */
    language: languageSchema,
  }),
  /** A newer session token of the run's session; used for every later call and stream. */
  z.object({ type: z.literal('sessionToken'), runId, token: sessionToken }),
  /** Asks the run to stop at its next step; answered by `ended` with outcome `stopped` unless it ended before. */
  z.object({ type: z.literal('stop'), runId }),
  /** Stops every run, then the process exits with 0. */
  z.object({ type: z.literal('close') }),
])
export type ToFunctionHost = z.infer<typeof toFunctionHostSchema>

/** How a run of a function ended. */
export const functionOutcomeSchema = z.enum(['succeeded', 'failed', 'stopped'])

/** Messages from the host to main. */
export const fromFunctionHostSchema = z.discriminatedUnion('type', [
  /** First message of the process: it now accepts `run`. */
  z.object({ type: z.literal('ready'), functions: z.array(functionInfoSchema) }),
  z.object({ type: z.literal('started'), runId }),
  /** How many control units the run will read. */
  z.object({ type: z.literal('extent'), runId, controlUnits: z.number().int().nonnegative() }),
  /** One value found; a later one with the same keys of subject and value replaces it. */
  z.object({ type: z.literal('finding'), runId, ...functionFindingSchema.shape }),
  /**
   * A control that the function shows, for servers without a viewer side: main mirrors it, and it cannot be answered there. A
   * newer one of the same run and target replaces it.
   */
  z.object({
    type: z.literal('prompt'),
    runId,
    promptId: z.string().min(1).max(160),
    target: promptTargetSchema,
    control: promptControlSchema,
    translations: translationsSchema,
    imageUrl: z.string().max(2_048).optional(),
  }),
  /** `answered`: the answer has arrived, the prompt stays until the next one. `withdrawn`: it is off the screen. */
  z.object({
    type: z.literal('promptEnded'),
    runId,
    promptId: z.string().min(1).max(160),
    reason: z.enum(['answered', 'withdrawn']),
  }),
  /**
   * Exactly one per `run`. `succeeded`: the function ran to completion, whatever result it suggests · `failed`: it could not;
   * `failureCode` says why (`not-found` for an unknown function).
   */
  z.object({
    type: z.literal('ended'),
    runId,
    outcome: functionOutcomeSchema,
    suggestedResult: serviceResultSchema.optional(),
    failureCode: failureCodeSchema.optional(),
    /** One sentence in English for the log; never holds a token or an endpoint. */
    detail: z.string().max(500).optional(),
  }),
])
export type FromFunctionHost = z.infer<typeof fromFunctionHostSchema>
