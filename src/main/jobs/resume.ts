import type { Outcome } from '../../shared/outcome.ts'
import type { Job } from './job.ts'

/** Result of holding the session of an earlier run again. */
export type ResumeOutcome = Outcome<Job>
