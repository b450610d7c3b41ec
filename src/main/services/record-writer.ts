import type { Logger } from '../logging.ts'

/** Writes a record to the disk; `what` names the write in the log. */
export type RecordWriter = (what: string, write: () => void) => void

/** A writer that logs a failed write, so that a disk error never stops a session. */
export const recordWriter =
  (logger: Logger): RecordWriter =>
  (what, write) => {
    try {
      write()
    } catch {
      logger.error('a session record could not be written', { method: what })
    }
  }
