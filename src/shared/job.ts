import { z } from 'zod'
import { carLinkStates } from './car-link.ts'
import { holdSchema } from './hold.ts'
import { journalTroubles } from './journal-trouble.ts'
import { serviceResultSchema } from './service-result.ts'
import { sessionEndKindSchema, sessionPhaseSchema, sessionTargetSchema } from './session.ts'

/** Where a job is; fields that nobody knows are absent. */
export const jobPlaceSchema = z.object({
  licensePlate: z.string().optional(),
  /** Name of the lift. */
  lift: z.string().optional(),
  vehicleName: z.string().optional(),
})
export type JobPlace = z.infer<typeof jobPlaceSchema>

/** A job in the list of open jobs: enough to find it and to see whether it needs somebody. */
export const jobTileSchema = z.object({
  /** The job; a UUID. */
  id: z.string(),
  /** Handle of its last session. */
  handle: z.string(),
  target: sessionTargetSchema,
  ...jobPlaceSchema.shape,
  /** Unix ms. */
  openedAt: z.number(),
  /** Its server; the job keeps it when another one is chosen. */
  profileId: z.string(),
  serverName: z.string(),
  isSimulated: z.boolean(),
  phase: sessionPhaseSchema,
  /** How its last session ended. */
  end: sessionEndKindSchema.optional(),
  /** Number of questions that wait for an answer. */
  questions: z.number().int().nonnegative(),
  /** The function that is running. */
  functionName: z.string().optional(),
  /** State of the connection to its car. */
  link: z.enum(carLinkStates),
  /** Unix ms: since when it has its phase, its car cannot be reached, its function runs. */
  phaseSince: z.number().optional(),
  linkSince: z.number().optional(),
  functionSince: z.number().optional(),
  /** What holds its function up. */
  hold: holdSchema.optional(),
})
export type JobTile = z.infer<typeof jobTileSchema>

/** State of the journal: `trouble` is absent while everything is recorded. */
export const journalViewSchema = z.object({
  trouble: z.enum(journalTroubles).optional(),
  /** Unix ms. */
  since: z.number().optional(),
  /** The new name of a file that this version cannot read, without its folder. */
  setAside: z.string().optional(),
})
export type JournalView = z.infer<typeof journalViewSchema>

/** A job in the history. */
export const jobEntrySchema = z.object({
  id: z.string(),
  target: sessionTargetSchema,
  ...jobPlaceSchema.shape,
  vin: z.string().optional(),
  connectorNumber: z.string().optional(),
  /** Unix ms of the first and of the last fact. */
  openedAt: z.number(),
  lastAt: z.number(),
  isClosed: z.boolean(),
  end: sessionEndKindSchema.optional(),
  /** What its last session was finished with. */
  results: serviceResultSchema.shape.results.optional(),
})
export type JobEntry = z.infer<typeof jobEntrySchema>
