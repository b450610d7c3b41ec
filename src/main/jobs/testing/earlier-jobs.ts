import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ManualClock } from '../../../openobd/manual-clock.ts'
import type { NewFact } from '../../../shared/facts.ts'
import { Journal } from '../journal/journal.ts'
import { journalHere } from '../journal/journal-thread.ts'
import { numbered, setUp, target } from './jobs-bench.ts'

/** When the earlier run started its jobs, in Unix ms, unless a test says something else. */
export const startedAt = 1_700_000_000_000
/** The key of the server that earlier jobs were started on. */
export const remote = 'depot.example:443'

/** A job of an earlier run, where it differs from the usual one. */
export interface Earlier {
  readonly server?: string
  readonly more?: readonly NewFact[]
  readonly at?: number
  readonly job?: string
}

/** Writes a job of an earlier run; without an id the reply to its start was lost. Returns the handle of its session. */
async function earlier(
  folder: string,
  id: string | undefined,
  { server = remote, more = [], at = startedAt, job = `job-${id}` }: Earlier = {},
) {
  const clock = new ManualClock(at)
  const thread = journalHere(folder, () => at)
  const journal = new Journal({ thread, clock, random: () => 0, onView: () => undefined })
  const session = `h-${id}`
  const facts: NewFact[] = [
    {
      kind: 'job-opened',
      actor: 'mechanic',
      server: { key: server, profileId: 'depot' },
      target,
      licensePlate: 'HB-FC 2108',
    },
    { kind: 'session-requested', actor: 'mechanic', session, target },
    ...(id ? [{ kind: 'session-started', actor: 'server', session, sessionId: id } as const] : []),
    ...more,
  ]
  await journal.recorded(job, numbered(job, facts, at), 1_000)
  await journal.close()
  return session
}

/** A run of the application that finds these jobs, each with the server's id of its session. */
export async function afterRestart(
  jobs: readonly [string | undefined, Earlier?][],
  more: Parameters<typeof setUp>[0] = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'workbench-jobs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const handles: string[] = []
  for (const [id, options] of jobs) handles.push(await earlier(folder, id, options))
  const bench = setUp({ folder, startedAt, ...more })
  await bench.unfinished.loaded
  return { bench, handles }
}
