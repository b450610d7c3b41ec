import { z } from 'zod'
import { jobEntrySchema } from './job.ts'
import { keptDrafts } from './limits.ts'
import { promptSessionSchema } from './prompt.ts'
import { resultSchema, userFeedbackSchema } from './service-result.ts'

const id = z.string().min(1).max(200)

/**
 * Where a person is on the page and what they are typing. Main keeps it in memory only, so that a page that crashed comes back
 * to the same place. It is never stored.
 */
export const pageMemorySchema = z.object({
  /** The open place of each job, by the handle of its session. */
  places: z.array(z.object({ session: id, place: z.enum(['functions', 'log']) })).max(50),
  /** What the open developer view is about; null while it is closed. */
  developerFor: id.nullable(),
  isHistoryShown: z.boolean(),
  /** The job of the history that is open. */
  historyJob: jobEntrySchema.nullable(),
  /** The foreign session on the screen. */
  otherCar: promptSessionSchema.nullable(),
  /** The open finish dialog and what is chosen in it. */
  finish: z
    .object({
      handle: id,
      choice: z
        .object({
          results: z.array(resultSchema).max(11),
          feedback: z.union([userFeedbackSchema, z.literal('none')]),
          description: z.string().max(keptDrafts.characters),
        })
        .nullable(),
    })
    .nullable(),
  /** Typed texts that are not sent; `field` is a name of the page, e.g. that of a prompt. */
  drafts: z.array(z.object({ field: id, text: z.string().max(keptDrafts.characters) })).max(keptDrafts.count),
})
export type PageMemory = z.infer<typeof pageMemorySchema>
