import type { JobEntry } from '../../../shared/job.ts'

/** A line of the history: a day, or a job of the day above it. */
export type HistoryLine =
  | { readonly kind: 'day'; readonly key: string; readonly at: number; readonly day: 'today' | 'yesterday' | 'earlier' }
  | { readonly kind: 'job'; readonly key: string; readonly job: JobEntry }

/** The jobs, newest first, with a line for each day of this computer's calendar. */
export function historyLines(jobs: readonly JobEntry[], now: number): HistoryLine[] {
  const lines: HistoryLine[] = []
  let last = ''
  for (const job of jobs) {
    const day = dayOf(job.openedAt)
    if (day !== last) lines.push({ kind: 'day', key: `day ${day} ${job.id}`, at: job.openedAt, day: nameOf(day, now) })
    last = day
    lines.push({ kind: 'job', key: job.id, job })
  }
  return lines
}

function dayOf(at: number): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`
}

function nameOf(day: string, now: number): 'today' | 'yesterday' | 'earlier' {
  const date = new Date(now)
  if (day === dayOf(now)) return 'today'
  // The calendar decides: a day with a change of the clock has 23 or 25 hours.
  const before = new Date(date.getFullYear(), date.getMonth(), date.getDate() - 1)
  return day === dayOf(before.getTime()) ? 'yesterday' : 'earlier'
}
