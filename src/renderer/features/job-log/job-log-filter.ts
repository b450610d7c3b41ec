import { assertNever } from '../../../shared/assert-never.ts'
import type { Fact } from '../../../shared/facts.ts'
import type { JobLogRow } from './job-log-rows.ts'

/** What the log of a job can be reduced to. */
export const jobLogFilters = ['all', 'questions', 'problems', 'lines'] as const
export type JobLogFilter = (typeof jobLogFilters)[number]

/** Whether a row is shown. */
export function isShown(row: JobLogRow, filter: JobLogFilter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'questions':
      return row.kind === 'fact' && isQuestion(row.fact)
    case 'problems':
      return isProblem(row)
    case 'lines':
      return row.kind !== 'fact'
    default:
      return assertNever(filter)
  }
}

function isQuestion(fact: Fact): boolean {
  if (fact.kind === 'prompt-shown') return fact.control.kind !== 'label'
  return fact.kind === 'prompt-answered' || fact.kind === 'answer-settled' || fact.kind === 'prompt-ended'
}

function isProblem(row: JobLogRow): boolean {
  if (row.kind === 'line') return row.line.level === 'warning' || row.line.level === 'error'
  return row.kind === 'fact' && isProblemFact(row.fact)
}

/** Facts that somebody may have to explain later; the end of a problem belongs to it. */
function isProblemFact(fact: Fact): boolean {
  switch (fact.kind) {
    case 'session-not-started':
    case 'finish-refused':
    case 'finish-dismissed':
    case 'link-lost':
    case 'link-restored':
    case 'warning-began':
    case 'warning-ended':
    case 'facts-left-out':
    case 'application-lost':
      return true
    case 'session-ended':
      return fact.end !== 'finished'
    case 'function-ended':
      return fact.status === 'failed'
    case 'answer-settled':
      return fact.outcome !== 'accepted'
    default:
      return false
  }
}
