import { z } from 'zod'
import { failureSchema } from './outcome.ts'
import { promptChoiceSchema, promptControlSchema, promptEndReasonSchema, promptTargetSchema } from './prompt.ts'
import { serviceResultSchema } from './service-result.ts'
import { functionFindingSchema, lastWriteSchema, sessionEndKindSchema, sessionTargetSchema } from './session.ts'

/*
 * The facts of a job: what happened, in past tense, in the order in which main saw it. Everything that screens, history and
 * recovery show of the past is computed from them. Tokens, secrets and streamed values (latency, token age) are no facts.
 */

const id = z.string().min(1).max(128)
/** Handle of one session of the job. */
const session = id
const text = z.string().max(500)

/** Who caused a fact. `application`: this program by itself. */
export const factActorSchema = z.enum(['mechanic', 'function', 'server', 'application'])

/** What a mechanic used for an answer. */
export const inputDeviceSchema = z.enum(['keyboard', 'touch', 'mouse', 'pen', 'unknown'])
export type InputDevice = z.infer<typeof inputDeviceSchema>

/** Problems of car and link that are recorded with their start and end (car-link.ts). */
export const warningSchema = z.enum([
  'no-internet',
  'unplugged',
  'ignition-off',
  'voltage-low',
  'voltage-high',
  'slow',
  'server-late',
])
export type Warning = z.infer<typeof warningSchema>

/** Result of sending an answer. `not-delivered`: the server did not answer in time; the prompt is open again. */
export const answerOutcomeSchema = z.enum(['accepted', 'already-answered', 'withdrawn', 'refused', 'not-delivered'])
export type AnswerOutcome = z.infer<typeof answerOutcomeSchema>

const envelope = {
  /** The job; a UUID. */
  job: id,
  /** 1, 2, 3 … in each job. The order of facts is by this number, because the clock of a computer can be set back. */
  sequence: z.number().int().positive(),
  /** Unix ms of this computer; for display. */
  at: z.number(),
  actor: factActorSchema,
}

const fact = <K extends string, S extends z.ZodRawShape>(kind: K, shape: S) =>
  z.object({ kind: z.literal(kind), ...envelope, ...shape })

const server = z.object({
  /** Identifies the server of a job: `embedded`, or `host:port`. */
  key: z.string().max(300),
  profileId: id,
})

/** All facts. A job of a later version may hold other kinds; they are kept and skipped (see `readFact`). */
export const factSchema = z.discriminatedUnion('kind', [
  fact('job-opened', {
    server,
    target: sessionTargetSchema,
    licensePlate: text.optional(),
    lift: text.optional(),
    vehicleName: text.optional(),
    /** Taken over from the records of an earlier version. */
    imported: z.literal(true).optional(),
  }),
  /** What is known of the car or its place has changed. */
  fact('job-described', {
    licensePlate: text.optional(),
    lift: text.optional(),
    vehicleName: text.optional(),
    vin: text.optional(),
    connectorNumber: text.optional(),
  }),
  fact('job-closed', {}),

  fact('session-requested', { session, target: sessionTargetSchema }),
  fact('session-not-started', { session, failure: failureSchema }),
  fact('session-started', { session, sessionId: z.string().max(300) }),
  fact('session-claimed', { session }),
  fact('session-resumed', { session }),
  fact('interrupt-requested', { session }),
  fact('session-ended', {
    session,
    end: sessionEndKindSchema,
    serviceResult: serviceResultSchema.optional(),
    failure: failureSchema.optional(),
  }),

  fact('finish-chosen', { session, serviceResult: serviceResultSchema }),
  fact('finish-sent', { session, serviceResult: serviceResultSchema }),
  fact('finish-confirmed', { session, serviceResult: serviceResultSchema }),
  fact('finish-refused', { session, failure: failureSchema }),
  /** The mechanic has seen that the chosen result was not sent. */
  fact('finish-dismissed', { session }),

  fact('prompt-shown', {
    session,
    promptId: id,
    functionName: text,
    target: promptTargetSchema,
    control: promptControlSchema,
  }),
  fact('prompt-ended', { promptId: id, reason: promptEndReasonSchema }),
  fact('prompt-answered', { promptId: id, answerId: id, choice: promptChoiceSchema, device: inputDeviceSchema }),
  fact('answer-settled', { promptId: id, answerId: id, outcome: answerOutcomeSchema }),
  /** Of the visitors' log only: an answer to a prompt of a session that is not ours. */
  fact('visitor-answered', {
    promptId: id,
    answerId: id,
    choice: promptChoiceSchema,
    device: inputDeviceSchema,
    functionName: text,
    label: text,
    place: text,
  }),

  fact('function-requested', { session, runId: id, functionId: id, name: text, version: text }),
  fact('function-started', { runId: id }),
  fact('function-extent-known', { runId: id, controlUnits: z.number().int().nonnegative() }),
  fact('function-found', {
    runId: id,
    findings: z.array(functionFindingSchema).max(500),
    leftOut: z.number().int(),
  }),
  fact('function-logged', {
    session,
    lines: z
      .array(z.object({ at: z.number(), level: z.enum(['debug', 'info', 'warning', 'error']), content: z.string() }))
      .max(1000),
    /** Lines that were left out because too many came at once. */
    leftOut: z.number().int().nonnegative(),
  }),
  fact('function-stop-requested', { runId: id }),
  fact('function-ended', {
    runId: id,
    status: z.enum(['succeeded', 'failed', 'stopped']),
    suggestedResult: serviceResultSchema.optional(),
    failure: failureSchema.optional(),
    /** The last request of the run that changes something in the car. */
    lastWrite: lastWriteSchema.optional(),
  }),

  fact('link-lost', { session }),
  fact('link-restored', { session }),
  fact('warning-began', { session, warning: warningSchema, voltage: z.number().optional() }),
  fact('warning-ended', { session, warning: warningSchema }),

  /** The journal had to drop facts while the disk did not accept any. */
  fact('facts-left-out', { count: z.number().int().positive() }),
  /** The application ended without closing the job: a crash, a power cut or a kill. Written at the next start. */
  fact('application-lost', {}),
])
export type Fact = z.infer<typeof factSchema>
export type FactKind = Fact['kind']
export type FactOf<K extends FactKind> = Extract<Fact, { kind: K }>

type Envelope = 'job' | 'sequence' | 'at'
type WithoutEnvelope<F> = F extends Fact ? Omit<F, Envelope> : never
/** A fact before main gives it its job, number and time. */
export type NewFact = WithoutEnvelope<Fact>

/** The job id of the visitors' log. */
export const visitorsJob = 'visitors'

/** A fact that this version cannot read: a later kind, or a field that does not fit. It is kept as it is, and skipped. */
export interface UnreadableFact {
  readonly kind: 'unreadable'
  readonly job: string
  readonly sequence: number
  readonly raw: unknown
}

/** Reads a stored fact; never throws. */
export function readFact(job: string, sequence: number, raw: unknown): Fact | UnreadableFact {
  const parsed = factSchema.safeParse(raw)
  const fits = parsed.success && parsed.data.job === job && parsed.data.sequence === sequence
  return fits ? parsed.data : { kind: 'unreadable', job, sequence, raw }
}

/** The facts that this version can read. */
export const readable = (facts: readonly (Fact | UnreadableFact)[]): Fact[] =>
  facts.filter((one): one is Fact => one.kind !== 'unreadable')
