import { z } from 'zod'
import { voltageRanges } from './car-link.ts'
import { jobTileSchema, journalViewSchema } from './job.ts'
import { languages } from './languages.ts'
import { longest } from './limits.ts'
import { failureSchema } from './outcome.ts'
import { endedPromptSchema, promptSchema } from './prompt.ts'
import {
  earlierRunsSchema,
  linkViewSchema,
  serverStatusSchema,
  sessionSummarySchema,
  sessionViewSchema,
  unfinishedSessionSchema,
} from './session.ts'
import { typedName } from './typed-text.ts'
import { updateViewSchema } from './update.ts'
import { wayInputSchema, wayViewSchema } from './way.ts'

/** An openOBD server that the application can connect to. The secret stays in main. */
export const profileSchema = z.object({
  id: z.string(),
  kind: z.enum(['embedded', 'remote']),
  name: z.string(),
  host: z.string(),
  port: z.number().int(),
  clusterId: z.string(),
  clientId: z.string(),
  hasSecret: z.boolean(),
  /** Plaintext to a host that is not loopback: an explicit development setting. */
  allowPlaintext: z.boolean(),
  /** Set by OPENOBD_… variables; cannot be edited. */
  fromEnvironment: z.boolean(),
  /** Why a stored secret is not known: the keyring is locked, or its key is lost. */
  secretTrouble: z.enum(['locked', 'lost']).optional(),
  /** How the server is reached; absent for the own engine. */
  way: wayViewSchema.optional(),
})
export type Profile = z.infer<typeof profileSchema>

const typed = (schema: z.ZodString) => z.string().transform(typedName).pipe(schema)

/** The fields of a server that a person types. */
export const profileInputSchema = z.object({
  id: z.string().max(64).optional(),
  name: z.string().trim().max(longest.profileName),
  host: typed(z.string().min(1).max(longest.host)),
  port: z.number().int().min(1).max(65535),
  clusterId: typed(z.string().max(longest.clusterId)),
  clientId: typed(z.string().min(1).max(longest.clientId)),
  /** Absent keeps the current one. */
  clientSecret: z.string().min(1).max(longest.clientSecret).optional(),
  allowPlaintext: z.boolean(),
  /** Absent keeps the current one. */
  way: wayInputSchema.optional(),
  /** Whether secrets are stored for later runs; absent: no change. */
  remember: z.boolean().optional(),
})
export type ProfileInput = z.infer<typeof profileInputSchema>

/** State of the connection to the chosen server. */
export const endpointViewSchema = z.object({
  profileId: z.string(),
  status: serverStatusSchema,
  /** Whether the server has the viewer side (workbench.v1); without it prompts appear on the platform's own screen. */
  viewer: z.enum(['unknown', 'available', 'absent']),
  secure: z.boolean(),
  failure: failureSchema.optional(),
})
export type EndpointView = z.infer<typeof endpointViewSchema>

/** What holds a connection, as far as the viewer knows it; times in Unix ms. */
export const connectionUseSchema = z.object({ since: z.number().optional(), functionName: z.string().optional() })
export type ConnectionUse = z.infer<typeof connectionUseSchema>

/** A ticket as the list shows it. */
export const ticketViewSchema = z.object({
  number: z.string(),
  connectorNumber: z.string(),
  subject: z.string(),
  vehicleName: z.string(),
  licensePlate: z.string(),
  /** By the Partner API: the company, and whether work has begun. */
  customer: z.string().optional(),
  isInProgress: z.boolean().optional(),
  /** A session holds the connection. */
  inUse: z.boolean(),
  use: connectionUseSchema.optional(),
})
export type TicketView = z.infer<typeof ticketViewSchema>

/** A connector as the list shows it; voltage in volts, latency in ms. */
export const connectorViewSchema = z.object({
  number: z.string(),
  name: z.string(),
  online: z.boolean(),
  plugged: z.boolean(),
  vehicleName: z.string(),
  vin: z.string(),
  voltage: z.number().optional(),
  ignitionOn: z.boolean(),
  latencyMs: z.number().optional(),
  healthy: z.boolean().optional(),
  inUse: z.boolean(),
  use: connectionUseSchema.optional(),
})
export type ConnectorView = z.infer<typeof connectorViewSchema>

/** What the viewer knows of the workshop; `absent` on a server without a viewer side, `stale` while its stream is down. */
export const workshopViewSchema = z.object({
  status: z.enum(['loading', 'ready', 'absent', 'stale']),
  /** Unix ms at which the stream ended; only while stale. */
  staleSince: z.number().optional(),
  name: z.string(),
  /** Where tickets come from on a server without a viewer. */
  source: z.literal('partner-api').optional(),
  /** Why the Partner API could not be read. */
  failure: failureSchema.optional(),
})
export type WorkshopView = z.infer<typeof workshopViewSchema>

/** A diagnostic function that can be run. */
export const functionInfoSchema = z.object({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  description: z.string(),
})
export type FunctionInfo = z.infer<typeof functionInfoSchema>

export const languageSchema = z.enum(languages)
/** Light, dark, or as the operating system. */
export const themeSchema = z.enum(['system', 'light', 'dark'])

/** After how many days closed jobs are deleted. */
export const keptDaysSchema = z.number().int().min(1).max(3650)

/** Size of all texts; at ‘largest’ a question has at least 48 px. */
export const textSizeSchema = z.enum(['normal', 'large', 'largest'])

const limitsBetween = (low: readonly [number, number], high: readonly [number, number]) =>
  z.object({ low: z.number().min(low[0]).max(low[1]), high: z.number().min(high[0]).max(high[1]) })
/** Volts below and above which a battery of 12 and of 24 V is warned of. */
export const voltageLimitsSchema = z.object({
  12: limitsBetween(voltageRanges[12].low, voltageRanges[12].high),
  24: limitsBetween(voltageRanges[24].low, voltageRanges[24].high),
})

/** Settings of this computer. `keptDays` null: jobs are kept until a person deletes them. */
export const settingsSchema = z.object({
  language: languageSchema,
  theme: themeSchema,
  keptDays: keptDaysSchema.nullable(),
  textSize: textSizeSchema,
  /** A sound when a question arrives. */
  sound: z.boolean(),
  voltageLimits: voltageLimitsSchema,
})
export type Settings = z.infer<typeof settingsSchema>

/** One line of the log that the window shows; `at` in Unix ms. */
export const logLineSchema = z.object({
  /** Increases by one per line, so that the renderer finds gaps. */
  sequence: z.number().int(),
  at: z.number(),
  level: z.enum(['debug', 'info', 'warning', 'error']),
  source: z.enum(['function', 'application']),
  sessionLabel: z.string(),
  content: z.string(),
  /** Number of characters that were cut from the content. */
  cut: z.number().int().optional(),
})
export type LogLine = z.infer<typeof logLineSchema>

/** What a person decides when the application is closed with an open session; `stay` also means: finish first. */
export const closingAnswerSchema = z.enum(['stay', 'interrupt', 'leave-open'])
export type ClosingAnswer = z.infer<typeof closingAnswerSchema>

/** A request to close that waits for an answer: the jobs with an open session, and the number of the question. */
export const closingViewSchema = z.object({ jobs: z.array(jobTileSchema).min(1), question: z.number().int() })
export type ClosingView = z.infer<typeof closingViewSchema>

/**
 * State of the stored data at the start. `set-aside`: this version cannot read the file and has renamed it · `left-alone`: the
 * file could not be opened this time and is unchanged · `memory-only`: nothing can be stored. In the last two cases data is
 * kept for this run only.
 */
export const storageViewSchema = z.object({
  condition: z.enum(['new', 'good', 'set-aside', 'left-alone', 'memory-only']),
  /** The new name of the file that was set aside, without its folder. */
  setAside: z.string().optional(),
})
export type StorageView = z.infer<typeof storageViewSchema>

/** What becomes of typed secrets. `isAllowed`: a person agreed to store them without protection. */
const secretStorageViewSchema = z.object({
  protection: z.enum(['protected', 'unprotected', 'locked']),
  isAllowed: z.boolean(),
})

/** Everything the renderer draws. Main owns it; the renderer holds a copy, one top-level slice at a time. */
export const appStateSchema = z.object({
  app: z.object({ version: z.string(), platform: z.string(), host: z.enum(['electron', 'stand-in']) }),
  storage: storageViewSchema,
  settings: settingsSchema,
  /** Nobody has chosen a language on this computer yet: the page of the first start is shown. */
  isFirstStart: z.boolean(),
  profiles: z.array(profileSchema),
  secretStorage: secretStorageViewSchema,
  endpoint: endpointViewSchema,
  workshop: workshopViewSchema,
  tickets: z.array(ticketViewSchema),
  connectors: z.array(connectorViewSchema),
  functions: z.array(functionInfoSchema),
  /** Jobs of this run that nobody has closed, in the order in which they were opened. */
  jobs: z.array(jobTileSchema),
  /** The job on the screen; null: the start screen. `session`, `earlierRuns` and `link` belong to it. */
  shownJob: z.string().nullable(),
  session: sessionViewSchema.nullable(),
  /** Of the shown job; the last run is in `session`. */
  earlierRuns: earlierRunsSchema,
  link: linkViewSchema.nullable(),
  journal: journalViewSchema,
  prompts: z.array(promptSchema),
  /** The last prompts that ended without an answer from here. */
  endedPrompts: z.array(endedPromptSchema),
  /** Sessions of earlier runs that did not end, or whose result was not sent; newest first. */
  unfinishedSessions: z.array(unfinishedSessionSchema),
  /** Sessions that block a start; null when no start was refused. */
  blockingSessions: z.array(sessionSummarySchema).nullable(),
  /** Set while the person is asked what to do with the open session; null when nobody has asked to close. */
  closing: closingViewSchema.nullable(),
  update: updateViewSchema,
})
export type AppState = z.infer<typeof appStateSchema>
