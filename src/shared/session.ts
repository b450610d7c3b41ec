import { z } from 'zod'
import { longest } from './limits.ts'
import { failureSchema } from './outcome.ts'
import { serviceResultSchema } from './service-result.ts'
import { typedName } from './typed-text.ts'

/** States of a session as openOBD names them; `unknown`: the server sent another value. */
export const sessionStateSchema = z.enum(['available', 'active', 'interrupted', 'finished', 'failed', 'unknown'])
export type SessionState = z.infer<typeof sessionStateSchema>

/** A ticket or connector number as somebody typed it. */
const typedNumber = z.string().transform(typedName).pipe(z.string().min(1).max(longest.targetNumber))

/** What a session is started on. */
export const sessionTargetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ticket'), number: typedNumber }),
  z.object({ kind: z.literal('connector'), number: typedNumber }),
])
export type SessionTarget = z.infer<typeof sessionTargetSchema>

/** The phase of our own session. */
export const sessionPhaseSchema = z.enum(['starting', 'claiming', 'active', 'finishing', 'ended'])
export type SessionPhase = z.infer<typeof sessionPhaseSchema>

/** Health of the session token. `late`: the next token is overdue (amber); `expiring`: the last minute; `expired`: no call is possible. */
export const tokenHealthSchema = z.enum(['fresh', 'late', 'expiring', 'expired'])

/** Age and health of the session token, without the token. */
export const sessionTokenViewSchema = z.object({
  health: tokenHealthSchema,
  /** Unix ms of main's clock; the age shown is counted from here. */
  receivedAt: z.number(),
  /** Unix ms after which the token is refused: 5 minutes after receipt (protocol.md §1). */
  expiresAt: z.number(),
  /** New tokens taken from the stream since the claim. */
  rotations: z.number().int(),
})

/** Whether the platform can be reached: heartbeat of the connector information stream (quality.md B.4). */
export const livenessSchema = z.enum(['waiting', 'live', 'reconnecting', 'lost'])

/** The link between platform and connector as the screen shows it. */
export const linkViewSchema = z.object({
  liveness: livenessSchema,
  /** The connector has internet. */
  connected: z.boolean(),
  /** Unix ms; undefined while not connected or not yet known. */
  connectedSince: z.number().optional(),
  /** The last measured round trip in ms; undefined until the first one. */
  latencyMs: z.number().optional(),
  /** Unix ms of that round trip. */
  latencyAt: z.number().optional(),
  /** Undefined while not connected. */
  healthy: z.boolean().optional(),
  /** The last samples, oldest first, at most 120. */
  samples: z.array(z.object({ at: z.number(), latencyMs: z.number() })).max(120),
  /** Unix ms of the last message. */
  lastSeenAt: z.number().optional(),
  /** The viewer reports the state of the car; false while its stream is down and on servers without a viewer. */
  followsCar: z.boolean(),
  /** The connector is in the OBD socket. */
  plugged: z.boolean().optional(),
  /** Volts at pin 16 as last known. */
  voltage: z.number().optional(),
  /** As last known. */
  ignitionOn: z.boolean().optional(),
  /** Unix ms at which voltage and ignition were last known to be true. */
  carKnownAt: z.number().optional(),
})
export type LinkView = z.infer<typeof linkViewSchema>

/** A detected ECU. */
export const ecuViewSchema = z.object({
  transport: z.enum(['isotp', 'kline', 'doip', 'tp20']),
  /** Its address for the mechanic: `7E0 → 7E8`, `K-line 11`, … */
  address: z.string(),
  bus: z.string(),
})

/** What is known of the car of the session. */
export const vehicleViewSchema = z.object({
  /** `detecting`: the connector is still searching for ECUs and is polled every 5 s. */
  status: z.enum(['loading', 'detecting', 'ready', 'unavailable']),
  name: z.string().optional(),
  vin: z.string().optional(),
  ecus: z.array(ecuViewSchema),
  products: z.array(z.object({ number: z.number().optional(), name: z.string() })),
  failure: failureSchema.optional(),
})
export type VehicleView = z.infer<typeof vehicleViewSchema>

/** The kind of a value, the same in every language. Screens group and compare by key, never by text. */
export const findingKeySchema = z.enum([
  'vin',
  'contradicting-vins',
  'system-name',
  'identification',
  'part-number',
  'software-number',
  'software-version',
  'hardware-number',
  'serial-number',
  'state',
])
export type FindingKey = z.infer<typeof findingKeySchema>

/** One value that a function found. Texts are in the language of the mechanic; keys are the same in every language. */
export const functionFindingSchema = z.object({
  /** The name of the subject, as text. */
  subject: z.string(),
  /** Identifies the subject: `car`, or the address of a control unit, e.g. `can-6-14-500 7E0`. */
  subjectKey: z.string().min(1).max(200),
  subjectKind: z.enum(['car', 'control-unit']),
  /** The name of the value, as text. */
  name: z.string(),
  key: findingKeySchema,
  value: z.string(),
  /** `value`: read · `invalid`: read, but not valid for its key · the others: not read; the value says why. */
  outcome: z.enum(['value', 'invalid', 'refused', 'unreadable', 'no-answer']),
})
export type FunctionFinding = z.infer<typeof functionFindingSchema>

/** Where a control unit is: its bus as the function named it, and its number there. */
export const controlUnitAddressSchema = z.object({ bus: z.string(), id: z.number() })

/** The last request that changes something in the car: the control unit, the service, and when (Unix ms). */
export const lastWriteSchema = z.object({
  address: controlUnitAddressSchema,
  service: z.number().int(),
  at: z.number(),
})

/** The run of a function in the session; times in Unix ms. */
export const functionRunSchema = z.object({
  /** Identifies the run. */
  runId: z.string(),
  functionId: z.string(),
  name: z.string(),
  status: z.enum(['starting', 'running', 'stopping', 'succeeded', 'failed', 'stopped']),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  /** The service result that the function suggests for the finish dialog. */
  suggestedResult: serviceResultSchema.optional(),
  /** How many control units the function will read; undefined until it is known. */
  controlUnits: z.number().int().nonnegative().optional(),
  findings: z.array(functionFindingSchema),
  /** How many findings exceeded the limit and were dropped. */
  leftOut: z.number().int().nonnegative(),
  failure: failureSchema.optional(),
  /** Of a run that did not end well: the last request that changes something in the car. */
  lastWrite: lastWriteSchema.optional(),
})
export type FunctionRun = z.infer<typeof functionRunSchema>

/** The runs of our session before the last one, oldest first. `forgotten`: how many older ones were dropped. */
export const earlierRunsSchema = z.object({
  runs: z.array(functionRunSchema),
  forgotten: z.number().int().nonnegative(),
})
export type EarlierRuns = z.infer<typeof earlierRunsSchema>

/** How a session ended. `interrupted-here`: by this application · `interrupted`: by somebody else · `expired`: the token ran out · `lost`: the server no longer knows it. */
export const sessionEndKindSchema = z.enum(['finished', 'interrupted-here', 'interrupted', 'failed', 'expired', 'lost'])

/** The end of a session. Exactly one per session, with a reason that a person can read. */
export const sessionEndSchema = z.object({
  kind: sessionEndKindSchema,
  at: z.number(),
  serviceResult: serviceResultSchema.optional(),
  failure: failureSchema.optional(),
})
export type SessionEnd = z.infer<typeof sessionEndSchema>

/** Connection to a server. `failed`: it stays so until a person acts. */
export const serverStatusSchema = z.enum(['starting', 'connecting', 'ready', 'reconnecting', 'failed'])

/** Our own session as the screen shows it. */
export const sessionViewSchema = z.object({
  /** Opaque id of the session between renderer and main. */
  handle: z.string(),
  /** The server's id, shown for support; undefined until the server answered. */
  sessionId: z.string().optional(),
  target: sessionTargetSchema,
  /** The server of the session, which may be another than the chosen one. */
  server: z.object({ name: z.string(), isSimulated: z.boolean(), status: serverStatusSchema }),
  phase: sessionPhaseSchema,
  /** The state that the server last reported. */
  state: sessionStateSchema,
  startedAt: z.number(),
  claimedAt: z.number().optional(),
  token: sessionTokenViewSchema.optional(),
  vehicle: vehicleViewSchema,
  functionRun: functionRunSchema.optional(),
  /** Set while the outcome of an operation is unclear, e.g. after a lost reply to a finish; the server is being asked. */
  checking: z.boolean(),
  /** A finish that was chosen but is not confirmed yet. */
  pendingResult: serviceResultSchema.optional(),
  end: sessionEndSchema.optional(),
})
export type SessionView = z.infer<typeof sessionViewSchema>

/** Where a session is and what runs in it; fields that the viewer does not know are absent. */
export const sessionPlaceSchema = z.object({
  licensePlate: z.string().optional(),
  connectorName: z.string().optional(),
  vehicleName: z.string().optional(),
  functionName: z.string().optional(),
})
export type SessionPlace = z.infer<typeof sessionPlaceSchema>

/** A session in the list of sessions that may hold a connection. */
export const sessionSummarySchema = z.object({
  handle: z.string(),
  sessionId: z.string(),
  state: sessionStateSchema,
  createdAt: z.number().optional(),
  /** Ticket or connector, when our own start record or the viewer knows it. */
  label: z.string().optional(),
  /**
   * `own-record`: started by this application · `viewer`: the viewer says which ticket it belongs to · `none`: known from the
   * session list only.
   */
  proof: z.enum(['own-record', 'viewer', 'none']),
  /** What the viewer knows about the session, for a person who is about to end it. */
  place: sessionPlaceSchema.optional(),
})
export type SessionSummary = z.infer<typeof sessionSummarySchema>

/**
 * A session that an earlier run started and did not end. `open`: the server still holds it · `ended`: it is over, but the chosen
 * result was not sent · `not-checked`: its server was not reached yet.
 */
export const unfinishedSessionSchema = z.object({
  handle: z.string(),
  target: sessionTargetSchema,
  startedAt: z.number(),
  /** `host:port`; undefined for the own engine. */
  server: z.string().optional(),
  state: z.enum(['open', 'ended', 'not-checked']),
  /** The result that was chosen and never confirmed. */
  pendingResult: serviceResultSchema.optional(),
  /** Details of an open session. */
  summary: sessionSummarySchema.optional(),
  licensePlate: z.string().optional(),
  lift: z.string().optional(),
  vehicleName: z.string().optional(),
  /** The function that was running when the application ended, and its last question. */
  functionName: z.string().optional(),
  question: z.string().optional(),
  /** Whether the session can be held again: `too-late`: its token has expired · `not-kept`: this computer keeps no tokens. */
  resume: z.enum(['possible', 'too-late', 'not-kept', 'ended']),
})
export type UnfinishedSession = z.infer<typeof unfinishedSessionSchema>
