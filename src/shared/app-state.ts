import { z } from 'zod'
import { longest } from './limits.ts'
import { failureSchema } from './outcome.ts'
import { endedPromptSchema, promptSchema } from './prompt.ts'
import {
  earlierRunsSchema,
  linkViewSchema,
  sessionSummarySchema,
  sessionViewSchema,
  unfinishedSessionSchema,
} from './session.ts'
import { typedName } from './typed-text.ts'

/** A place where openOBD is spoken. The secret stays in main. */
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
})
export type Profile = z.infer<typeof profileSchema>

const typed = (schema: z.ZodString) => z.string().transform(typedName).pipe(schema)

/** What a person types to reach a server. */
export const profileInputSchema = z.object({
  id: z.string().max(64).optional(),
  name: z.string().trim().max(longest.profileName),
  host: typed(z.string().min(1).max(longest.host)),
  port: z.number().int().min(1).max(65535),
  clusterId: typed(z.string().max(longest.clusterId)),
  clientId: typed(z.string().min(1).max(longest.clientId)),
  /** Kept in the memory of main for this run only; absent keeps the one that is there. */
  clientSecret: z.string().min(1).max(longest.clientSecret).optional(),
  allowPlaintext: z.boolean(),
})
export type ProfileInput = z.infer<typeof profileInputSchema>

/** How the chosen server is reached. `failed` means that only a person can help. */
export const endpointViewSchema = z.object({
  profileId: z.string(),
  status: z.enum(['starting', 'connecting', 'ready', 'reconnecting', 'failed']),
  /** Whether the server has the viewer side (workbench.v1); without it prompts appear on the platform's own screen. */
  viewer: z.enum(['unknown', 'available', 'absent']),
  secure: z.boolean(),
  failure: failureSchema.optional(),
})
export type EndpointView = z.infer<typeof endpointViewSchema>

/** A ticket as the list shows it. */
export const ticketViewSchema = z.object({
  number: z.string(),
  connectorNumber: z.string(),
  subject: z.string(),
  vehicleName: z.string(),
  licensePlate: z.string(),
  /** Some session holds the connection. */
  inUse: z.boolean(),
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
})
export type ConnectorView = z.infer<typeof connectorViewSchema>

/** What the viewer shows of the workshop; `absent` on a server without a viewer side, `stale` while its stream is down. */
export const workshopViewSchema = z.object({
  status: z.enum(['loading', 'ready', 'absent', 'stale']),
  /** Unix ms at which the stream broke off; only while stale. */
  staleSince: z.number().optional(),
  name: z.string(),
  tickets: z.array(ticketViewSchema),
  connectors: z.array(connectorViewSchema),
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

/** Languages of the user interface (ISO 639-1); the first is the default. */
export const languages = ['en', 'de', 'nl', 'fr'] as const
/** One of the languages of the user interface. */
export const languageSchema = z.enum(languages)
export type Language = z.infer<typeof languageSchema>
/** Light, dark, or what the operating system says. */
export const themeSchema = z.enum(['system', 'light', 'dark'])

/** What a person has chosen for this computer. */
export const settingsSchema = z.object({ language: languageSchema, theme: themeSchema })
export type Settings = z.infer<typeof settingsSchema>

/** One line of the log that the window shows; `at` in Unix ms. */
export const logLineSchema = z.object({
  /** Rises by one per line; the renderer finds gaps with it. */
  sequence: z.number().int(),
  at: z.number(),
  level: z.enum(['debug', 'info', 'warning', 'error']),
  source: z.enum(['function', 'application']),
  sessionLabel: z.string(),
  content: z.string(),
})
export type LogLine = z.infer<typeof logLineSchema>

/** What a person decides when the application is closed with a session open; `stay` also means: finish first. */
export const closingAnswerSchema = z.enum(['stay', 'interrupt', 'leave-open'])
export type ClosingAnswer = z.infer<typeof closingAnswerSchema>

/** A request to close that waits for the person's answer: about which session, and how often it was asked. */
export const closingViewSchema = z.object({ handle: z.string(), question: z.number().int() })
export type ClosingView = z.infer<typeof closingViewSchema>

/**
 * What became of the data of this computer at the start. `set-aside`: the file can never be read by this version and was renamed ·
 * `left-alone`: it could not be opened this time and is untouched · `memory-only`: nothing can be stored. In the last two cases
 * everything is kept for this run only.
 */
export const storageViewSchema = z.object({
  condition: z.enum(['new', 'good', 'set-aside', 'left-alone', 'memory-only']),
  /** The new name of the file that was set aside, without its folder. */
  setAside: z.string().optional(),
})
export type StorageView = z.infer<typeof storageViewSchema>

/** Everything the renderer draws. Main owns it; the renderer holds a copy, one top-level slice at a time. */
export const appStateSchema = z.object({
  app: z.object({ version: z.string(), platform: z.string(), host: z.enum(['electron', 'stand-in']) }),
  storage: storageViewSchema,
  settings: settingsSchema,
  profiles: z.array(profileSchema),
  endpoint: endpointViewSchema,
  workshop: workshopViewSchema,
  functions: z.array(functionInfoSchema),
  session: sessionViewSchema.nullable(),
  /** Of our session; the last run is part of the session. */
  earlierRuns: earlierRunsSchema,
  link: linkViewSchema.nullable(),
  prompts: z.array(promptSchema),
  /** The last few prompts that went away by themselves. */
  endedPrompts: z.array(endedPromptSchema),
  /** Sessions of earlier runs that did not end, or whose result was not sent; newest first. */
  unfinishedSessions: z.array(unfinishedSessionSchema),
  /** Sessions that a start was refused for; null while nobody asks. */
  blockingSessions: z.array(sessionSummarySchema).nullable(),
  /** Set while the person is asked what becomes of the open session; null while nobody wants to close. */
  closing: closingViewSchema.nullable(),
})
export type AppState = z.infer<typeof appStateSchema>
