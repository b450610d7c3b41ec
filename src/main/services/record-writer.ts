import type { Logger } from '../logging.ts'

/** Writes a record to the disk; `what` names the write in the log. */
export type RecordWriter = (what: string, write: () => void) => void

/** A writer for which a disk that refuses never stops a session: it is noted in the log. */
export const recordWriter =
  (logger: Logger): RecordWriter =>
  (what, write) => {
    try {
      write()
    } catch {
      logger.error('a session record could not be written', { method: what })
    }
  }
