import { writeSync } from 'node:fs'
import { z } from 'zod'

/** One line on stdout of the application under test. */
export const lineSchema = z.discriminatedUnion('kind', [
  /** A child process was started. */
  z.object({ kind: z.literal('child'), pid: z.number() }),
  /** Facts were given to the journal's worker. */
  z.object({
    kind: z.literal('posted'),
    batch: z.number(),
    facts: z.array(z.object({ job: z.string(), sequence: z.number(), kind: z.string() })),
  }),
  /** The acknowledgement of a batch has reached main. */
  z.object({ kind: z.literal('acknowledged'), batch: z.number() }),
  /** All sessions that had to be offered again are offered. */
  z.object({
    kind: z.literal('offered'),
    handles: z.array(z.string()),
    /** Offered as open, although the engine has ended them. */
    wronglyOpen: z.array(z.string()),
  }),
  /** A finish is about to be sent. `at` is Unix ms; each result has another description. */
  z.object({ kind: z.literal('finish-called'), at: z.number(), description: z.string() }),
  /** Something that the script waited for did not come. */
  z.object({ kind: z.literal('stuck'), at: z.string(), state: z.string() }),
  /** The application is about to kill itself. */
  z.object({ kind: z.literal('dying') }),
  /** The script has ended. */
  z.object({ kind: z.literal('done') }),
])
export type ReportLine = z.infer<typeof lineSchema>

/** Writes a line before anything else happens, so that a kill cannot take it back. */
export function report(line: ReportLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}
