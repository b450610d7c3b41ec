import { z } from 'zod'
import { failureSchema } from './outcome.ts'

/** Updates of the application as the window shows them. `off`: this installation takes none; `why` says the reason. */
export const updateViewSchema = z.object({
  status: z.enum(['off', 'idle', 'checking', 'available', 'downloading', 'ready', 'installing']),
  /** `by-system`: the package manager of the system updates it · `no-feed`: packed without a feed · `not-packed`: a build of a developer. */
  why: z.enum(['not-packed', 'no-feed', 'by-system']).optional(),
  /** The version that is offered. */
  version: z.string().max(64).optional(),
  /** Of the download, 0 to 100. */
  percent: z.number().int().min(0).max(100).optional(),
  /** Unix ms of the last answer of the feed. */
  checkedAt: z.number().optional(),
  /** Why the last step that a person asked for failed. */
  failure: failureSchema.optional(),
})
export type UpdateView = z.infer<typeof updateViewSchema>
