import { z } from 'zod'
import {
  appStateSchema,
  closingAnswerSchema,
  connectorViewSchema,
  keptDaysSchema,
  languageSchema,
  logLineSchema,
  profileInputSchema,
  textSizeSchema,
  themeSchema,
  ticketViewSchema,
  voltageLimitsSchema,
} from '../app-state.ts'
import { testedStepSchema } from '../connection-test.ts'
import { factSchema, inputDeviceSchema } from '../facts.ts'
import { jobEntrySchema, jobTileSchema } from '../job.ts'
import { outcomeSchema } from '../outcome.ts'
import { pageMemorySchema } from '../page-memory.ts'
import { promptChoiceSchema, promptSchema } from '../prompt.ts'
import { serviceResultSchema } from '../service-result.ts'
import { sessionSummarySchema, sessionTargetSchema } from '../session.ts'

const id = z.string().min(1).max(128)
const nothing = z.undefined()
const done = outcomeSchema(z.null())
/** A person has agreed to go on although the disk does not accept facts. */
const withoutRecord = z.boolean().optional()

/** How a long list changed (keyed-lists.ts). */
const listChangeOf = <T extends z.ZodType>(item: T) => z.object({ put: z.array(item), gone: z.array(z.string()) })

/** Reads something; changes nothing. */
const query = <A extends z.ZodType, R extends z.ZodType>(args: A, reply: R) => ({ kind: 'query', args, reply }) as const
/** Asks main to do something; the reply is an outcome, and what changed arrives as `stateChanged`. */
const command = <A extends z.ZodType, R extends z.ZodType>(args: A, reply: R) =>
  ({ kind: 'command', args, reply }) as const
/** A message from main to the renderer. */
const event = <P extends z.ZodType>(payload: P) => ({ kind: 'event', payload }) as const

/**
 * The one definition of all calls and events between renderer and main. The preload's functions, main's handlers, the types of
 * both sides and the test double are derived from it. Channel names are its keys.
 */
export const contract = {
  getState: query(
    nothing,
    z.object({ revision: z.number().int(), state: appStateSchema, logLines: z.array(logLineSchema) }),
  ),
  getPromptImage: query(
    z.object({ promptId: id }),
    outcomeSchema(
      z.object({
        mimeType: z.enum(['image/png', 'image/jpeg', 'image/webp', 'image/gif']),
        bytes: z.instanceof(Uint8Array),
      }),
    ),
  ),
  listSessions: query(nothing, outcomeSchema(z.array(sessionSummarySchema))),

  selectProfile: command(z.object({ profileId: id }), done),
  saveProfile: command(profileInputSchema, outcomeSchema(z.object({ profileId: z.string() }))),
  removeProfile: command(z.object({ profileId: id }), done),
  /** Tests the connection to a server step by step. */
  testConnection: query(z.object({ profileId: id }), outcomeSchema(z.array(testedStepSchema))),
  /**
   * Imports PEM files that a person chooses outside the page: authorities to trust, or the certificate of this computer with its key.
   * False when nobody chose one.
   */
  importCertificates: command(
    z.object({ profileId: id, purpose: z.enum(['authorities', 'identity']) }),
    outcomeSchema(z.boolean()),
  ),
  removeCertificates: command(z.object({ profileId: id, purpose: z.enum(['authorities', 'identity']) }), done),
  /** Saves the typed servers, without secrets, in a file that a person chooses; false when nobody chose one. */
  exportProfiles: command(nothing, outcomeSchema(z.boolean())),
  /** Adds the servers of a file that a person chooses. */
  importProfiles: command(
    nothing,
    outcomeSchema(z.object({ added: z.number().int(), leftOut: z.number().int() }).nullable()),
  ),
  reconnect: command(nothing, done),
  restartEngine: command(nothing, done),
  copyConnection: command(nothing, done),

  /** Opens a job on the target and shows it; a job that is open there is only shown. */
  startSession: command(z.object({ target: sessionTargetSchema, withoutRecord }), done),
  /** Shows a job, or the start screen. */
  showJob: command(z.object({ job: id.nullable() }), done),
  /** Interrupts a session of the list that blocks a start. */
  interruptSession: command(z.object({ handle: id }), done),
  finishSession: command(z.object({ handle: id, serviceResult: serviceResultSchema, withoutRecord }), done),
  /** Closes the job of an ended session; with `leaveOpen` also one whose session is held, and tells its server nothing. */
  leaveSession: command(z.object({ handle: id, leaveOpen: z.boolean().optional() }), done),
  /** Holds a session of an earlier run again. */
  resumeSession: command(z.object({ handle: id }), done),
  /** Ends the job of an earlier run with a result; a session that is open is finished with it, or interrupted. */
  closeUnfinishedSession: command(z.object({ handle: id, serviceResult: serviceResultSchema }), done),
  /** Marks a session of an earlier run as seen. */
  dismissUnfinishedSession: command(z.object({ handle: id }), done),
  /** Clears the list of blocking sessions. */
  dismissBlockingSessions: command(nothing, done),

  runFunction: command(z.object({ handle: id, functionId: id }), done),
  stopFunction: command(z.object({ handle: id }), done),
  answerPrompt: command(
    z.object({ promptId: id, answerId: id, choice: promptChoiceSchema, device: inputDeviceSchema.optional() }),
    done,
  ),

  /** Jobs of all days, newest first; `before` is the last one that is known. */
  listJobs: query(
    z.object({ search: z.string().max(200), before: z.object({ openedAt: z.number(), id }).optional() }),
    outcomeSchema(z.object({ jobs: z.array(jobEntrySchema), hasMore: z.boolean() })),
  ),
  /** The facts of a job in order, those after a number when it is given; facts that this version cannot read are only counted. */
  readJob: query(
    z.object({ job: id, after: z.number().int().nonnegative().optional() }),
    outcomeSchema(z.object({ facts: z.array(factSchema), unreadable: z.number().int() })),
  ),
  /** Saves the facts of jobs as JSON in a file that a person chooses; false when nobody chose one. */
  exportJobs: command(z.object({ jobs: z.array(id).min(1).max(1000) }), outcomeSchema(z.boolean())),
  /** Deletes jobs with everything that is known of them. */
  deleteJobs: command(z.object({ jobs: z.array(id).min(1).max(1000) }), done),

  setLanguage: command(z.object({ language: languageSchema }), done),
  setTheme: command(z.object({ theme: themeSchema }), done),
  /** After how many days closed jobs are deleted; null: never. */
  setKeptDays: command(z.object({ days: keptDaysSchema.nullable() }), done),

  setTextSize: command(z.object({ textSize: textSizeSchema }), done),
  setSound: command(z.object({ sound: z.boolean() }), done),
  setVoltageLimits: command(z.object({ voltageLimits: voltageLimitsSchema }), done),

  /** Asks the feed for a newer version. */
  checkForUpdate: command(nothing, done),
  /** Fetches the version that is offered. */
  downloadUpdate: command(nothing, done),
  /** Ends the application, installs what was fetched and starts it again; refused while a job is open. */
  installUpdate: command(nothing, done),

  /** Confirms that the page shows the close question. A page that never confirms cannot keep the application open. */
  closingShown: command(z.object({ question: z.number().int() }), done),
  /** After `interrupt` and `leave-open` the application ends. */
  answerClosing: command(z.object({ question: z.number().int(), answer: closingAnswerSchema }), done),

  /** Keeps where the person is on the page and what they type, in memory only. */
  keepPage: command(pageMemorySchema, done),
  /** What the last page of this run kept; null for the first page. */
  readPage: query(nothing, pageMemorySchema.nullable()),

  /** The page has drawn everything up to this revision and log line. Main sends nothing more while the page is behind. */
  acknowledge: command(z.object({ revision: z.number().int(), sequence: z.number().int() }), done),

  /**
   * Slices that changed, and how long lists changed; `revision` increases by one per event; after a gap the whole
   * state is read again.
   */
  stateChanged: event(
    z.object({
      revision: z.number().int(),
      slices: appStateSchema.partial(),
      lists: z
        .object({
          tickets: listChangeOf(ticketViewSchema),
          connectors: listChangeOf(connectorViewSchema),
          prompts: listChangeOf(promptSchema),
          jobs: listChangeOf(jobTileSchema),
        })
        .partial()
        .optional(),
    }),
  ),
  logAppended: event(z.object({ lines: z.array(logLineSchema), dropped: z.number().int() })),
} as const

/** The type of the contract. */
export type Contract = typeof contract
type Entries<K extends string> = { [N in keyof Contract as Contract[N] extends { kind: K } ? N : never]: Contract[N] }
/** Names of queries and commands. */
export type CallName = keyof Entries<'query'> | keyof Entries<'command'>
/** Names of events. */
export type EventName = keyof Entries<'event'>
/** The arguments of a call, after parsing. */
export type CallArgs<N extends CallName> = z.infer<Contract[N]['args']>
/** The reply of a call. */
export type CallReply<N extends CallName> = z.infer<Contract[N]['reply']>
/** The payload of an event. */
export type EventPayload<N extends EventName> = z.infer<Contract[N]['payload']>

/** What the preload exposes as `window.workbench`: one function per call, one subscription per event. */
export type WorkbenchApi = {
  readonly [N in CallName]: undefined extends CallArgs<N>
    ? () => Promise<CallReply<N>>
    : (args: CallArgs<N>) => Promise<CallReply<N>>
} & {
  readonly [N in EventName as `on${Capitalize<N>}`]: (listener: (payload: EventPayload<N>) => void) => () => void
}
