import type { Fact, FactOf } from '../../../shared/facts.ts'
import type { PromptControl } from '../../../shared/prompt.ts'
import { askedIn } from '../history/questions.ts'

/** How many log lines of a job stay in the page, and how many characters of them. Facts always stay. */
export const keptLines = 5000
const keptCharacters = 4 * 1024 * 1024

type LoggedLine = FactOf<'function-logged'>['lines'][number]

/** One row of the log of a job. `left-out`: lines that were not recorded. */
export type JobLogRow =
  | { readonly kind: 'fact'; readonly key: string; readonly fact: Fact; readonly asked?: PromptControl }
  | { readonly kind: 'line'; readonly key: string; readonly line: LoggedLine }
  | { readonly kind: 'left-out'; readonly key: string; readonly at: number; readonly count: number }

/** The log of a job as far as it was read. */
export interface JobLogState {
  readonly rows: readonly JobLogRow[]
  /** The highest number of its facts. */
  readonly after: number
  /** Number of log lines that the page no longer keeps. */
  readonly forgotten: number
  readonly questions: ReadonlyMap<string, PromptControl>
}

/** A log of which nothing was read. */
export const emptyJobLog: JobLogState = { rows: [], after: 0, forgotten: 0, questions: new Map() }

/** The log after further facts. Facts that it already has change nothing. */
export function withFacts(log: JobLogState, facts: readonly Fact[]): JobLogState {
  const fresh = facts.filter(({ sequence }) => sequence > log.after)
  const last = fresh.at(-1)
  if (last === undefined) return log
  const questions = new Map(log.questions)
  const added = fresh.flatMap((fact) => {
    if (fact.kind === 'prompt-shown') questions.set(fact.promptId, fact.control)
    return rowsOf(fact, questions.get(askedIn(fact)))
  })
  const rows = [...log.rows, ...added]
  const surplus = surplusOf(rows)
  return {
    rows: surplus === 0 ? rows : withoutOldestLines(rows, surplus),
    after: last.sequence,
    forgotten: log.forgotten + surplus,
    questions,
  }
}

function rowsOf(fact: Fact, asked: PromptControl | undefined): JobLogRow[] {
  const key = String(fact.sequence)
  if (fact.kind !== 'function-logged') return [{ kind: 'fact', key, fact, ...(asked ? { asked } : {}) }]
  const { lines, leftOut, at } = fact
  const rows: JobLogRow[] = lines.map((line, index) => ({ kind: 'line', key: `${key}.${index}`, line }))
  return leftOut === 0 ? rows : [...rows, { kind: 'left-out', key: `${key}+`, at, count: leftOut }]
}

/** How many of the oldest lines are too many. */
function surplusOf(rows: readonly JobLogRow[]): number {
  const lengths = rows.flatMap((row) => (row.kind === 'line' ? [row.line.content.length] : []))
  let kept = 0
  let characters = 0
  for (const length of lengths.toReversed()) {
    characters += length
    if (kept === keptLines || characters > keptCharacters) break
    kept += 1
  }
  return lengths.length - kept
}

function withoutOldestLines(rows: readonly JobLogRow[], count: number): JobLogRow[] {
  let left = count
  return rows.filter((row) => {
    if (row.kind !== 'line' || left === 0) return true
    left -= 1
    return false
  })
}
