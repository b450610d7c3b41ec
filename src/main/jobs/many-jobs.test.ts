import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Fact, NewFact } from '../../shared/facts.ts'
import { History } from './history.ts'
import { JournalDatabase } from './journal/journal-database.ts'
import { numbered, setUp, target } from './testing/jobs-bench.ts'

const facts = (session: string): NewFact[] => [
  { kind: 'job-opened', actor: 'mechanic', server: { key: 'depot.example:443', profileId: 'depot' }, target },
  { kind: 'session-requested', actor: 'mechanic', session, target },
  { kind: 'session-started', actor: 'server', session, sessionId: session },
  { kind: 'session-ended', actor: 'server', session, end: 'finished' },
  { kind: 'job-closed', actor: 'mechanic' },
]

/** A journal with this many closed jobs and two open ones, the oldest of all. */
function journalWith(count: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'workbench-many-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const database = new JournalDatabase(folder, () => 0)
  const job = (index: number): { job: string; facts: Fact[] } => {
    const name = `job-${index}`
    return { job: name, facts: numbered(name, facts(name).slice(0, index < 2 ? 3 : 5), 1_000_000 + index * 10) }
  }
  for (let first = 0; first < count + 2; first += 1_000) {
    const length = Math.min(1_000, count + 2 - first)
    database.append(Array.from({ length }, (_, index) => job(first + index)))
  }
  database.close()
  return folder
}

/** What SQLite does while `run` runs, which returns how to close the file: its statements, the rows that they return, and those that read a table from end to end. */
async function workOf(folder: string, run: () => Promise<() => Promise<void>>) {
  const spies = (['all', 'get', 'run'] as const).map((name) => vi.spyOn(StatementSync.prototype, name))
  try {
    const close = await run()
    const calls = spies.flatMap(({ mock }) =>
      mock.contexts.map((statement, index) => ({
        sql: (statement as unknown as StatementSync).sourceSQL,
        value: mock.results[index]?.value as unknown,
      })),
    )
    const rows = calls.map(({ value }) => (Array.isArray(value) ? value.length : Number(value !== undefined)))
    const scans = scansOf(folder, calls)
    await close()
    return { statements: calls.length, rows: rows.reduce((sum, one) => sum + one, 0), scans }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

function scansOf(folder: string, calls: readonly { sql: string }[]): string[] {
  const file = new DatabaseSync(join(folder, 'journal.sqlite'), { readOnly: true })
  const texts = [...new Set(calls.map(({ sql }) => sql))].filter((sql) => !sql.startsWith('PRAGMA'))
  const scans = texts.filter((sql) => {
    const plan = file.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    return plan.some(({ detail }) => /^SCAN (?!.* USING )|TEMP B-TREE/.test(String(detail)))
  })
  file.close()
  return scans
}

/** A start of the application, its first page of the history, the daily deletion, and a search. */
const startWith = (count: number) => {
  const folder = journalWith(count)
  return workOf(folder, async () => {
    const { clock, journal, unfinished, shown } = setUp({ folder })
    await unfinished.loaded
    expect(shown().map(({ handle }) => handle)).toEqual(['job-1', 'job-0'])
    const history = new History({ journal, clock, keptDays: () => 1_000_000, isInUse: () => false })
    const page = await history.list('', undefined)
    expect(page).toMatchObject({ value: { hasMore: true } })
    expect(page.ok && page.value.jobs).toHaveLength(50)
    const found = await history.list(`job-${count}`, undefined)
    expect(found).toMatchObject({ ok: true })
    history.deleteOld()
    history.stop()
    return () => journal.close()
  })
}

// @proves Jobs: With 10,000 jobs a start and the history read as few rows as with a hundred, and no table from end to end
it('a start, the first page of the history and the daily deletion do as much work with 10,000 jobs as with 100', async () => {
  const few = await startWith(100)
  const many = await startWith(10_000)
  expect(many).toEqual(few)
  expect(many.scans).toEqual([])
  expect(many.rows).toBeLessThan(150)
  expect(many.statements).toBeLessThan(100)
}, 60_000)
