import { z } from 'zod'
import { longest } from './limits.ts'

/** Who a prompt is for (openOBD.v1.InterfaceType; undefined on the wire means the customer). */
export const promptTargetSchema = z.enum(['customer', 'operator'])

/** Translations of one text of the control: language (ISO 639-1, lower case) → text. */
export const translationsSchema = z.record(z.string(), z.record(z.string(), z.string()))

/** The content of a prompt. Its texts are the originals; the renderer looks up `translations` by exact text and language. */
export const promptControlSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('label'), label: z.string(), minimalDisplayTimeMs: z.number().nonnegative() }),
  z.object({ kind: z.literal('yesno'), label: z.string() }),
  z.object({ kind: z.literal('continue'), label: z.string() }),
  z.object({ kind: z.literal('freetext'), label: z.string() }),
  z.object({ kind: z.literal('options'), label: z.string(), options: z.array(z.string()) }),
  z.object({ kind: z.literal('number'), label: z.string(), minimum: z.number().int(), maximum: z.number().int() }),
  /** A control type that this version does not know: its content cannot be read or answered. */
  z.object({ kind: z.literal('unknown') }),
])
export type PromptControl = z.infer<typeof promptControlSchema>

/** The person's choice. `option` is zero-based. */
export const promptChoiceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('yesno'), yes: z.boolean() }),
  z.object({ kind: z.literal('continue') }),
  z.object({ kind: z.literal('freetext'), text: z.string().min(1).max(longest.freeText) }),
  z.object({ kind: z.literal('options'), option: z.number().int().nonnegative() }),
  z.object({ kind: z.literal('number'), number: z.number().int().min(0).max(0xffffffff) }),
])
export type PromptChoice = z.infer<typeof promptChoiceSchema>

/** Why a prompt left the screen without an action of the person. */
export const promptEndReasonSchema = z.enum(['replaced', 'withdrawn', 'session-ended', 'taken-over'])
export type PromptEndReason = z.infer<typeof promptEndReasonSchema>

/** The disk has not accepted the answer yet; it is recorded as soon as the disk does. */
const unrecorded = z.literal(true).optional()

/** Progress of the answer to a prompt. */
export const promptAnswerStateSchema = z.discriminatedUnion('state', [
  /** Waits for the person; a label waits for nobody. */
  z.object({ state: z.literal('open') }),
  /** The answer is on its way and will be confirmed or refused. */
  z.object({ state: z.literal('sending'), choice: promptChoiceSchema, unrecorded }),
  /** Answered; stays on the screen until the function continues. */
  z.object({ state: z.literal('answered'), choice: promptChoiceSchema.optional(), unrecorded }),
])

/** The session of a prompt and its car; unknown fields are absent. */
export const promptSessionSchema = z.object({
  /** Identifies the session. The key of our own session is its handle (see SessionView.handle). */
  key: z.string(),
  ticketNumber: z.string().optional(),
  connectorNumber: z.string().optional(),
  connectorName: z.string().optional(),
  licensePlate: z.string().optional(),
  vehicleName: z.string().optional(),
})
export type PromptSession = z.infer<typeof promptSessionSchema>

/** One prompt on display. */
export const promptSchema = z.object({
  id: z.string(),
  session: promptSessionSchema,
  functionName: z.string(),
  target: promptTargetSchema,
  control: promptControlSchema,
  translations: translationsSchema,
  /** Whether a picture belongs to it; the renderer fetches it with `getPromptImage`. */
  hasImage: z.boolean(),
  /** Unix ms. */
  shownAt: z.number(),
  answer: promptAnswerStateSchema,
})
export type Prompt = z.infer<typeof promptSchema>

/** A prompt that has just ended, so that the screen can say why. */
export const endedPromptSchema = z.object({
  id: z.string(),
  reason: promptEndReasonSchema,
  label: z.string(),
  endedAt: z.number(),
})
export type EndedPrompt = z.infer<typeof endedPromptSchema>
