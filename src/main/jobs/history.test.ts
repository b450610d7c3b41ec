import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { Fact, NewFact } from '../../shared/facts.ts'
import { openStorage } from '../storage/storage.ts'
import { History } from './history.ts'
import { importStartedSessions } from './import-started-sessions.ts'
import { Journal } from './journal/journal.ts'
import { journalHere } from './journal/journal-thread.ts'
import { numbered } from './testing/jobs-bench.ts'

const dayMs = 86_400_000
const now = 1_700_000_000_000
const target = { kind: 'ticket', number: '7848095' } as const

function setUp(keptDays: number | null = null) {
  const folder = mkdtempSync(join(tmpdir(), 'workbench-history-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const clock = new ManualClock(now)
  const journal = new Journal({
    thread: journalHere(folder, () => clock.wallMs()),
    clock,
    random: () => 0,
    onView: () => undefined,
  })
  const settings = { keptDays }
  const inUse = new Set<string>()
  const history = new History({
    journal,
    clock,
    keptDays: () => settings.keptDays,
    isInUse: (job) => inUse.has(job),
  })
  onTestFinished(() => history.stop())
  const write = (job: string, at: number, more: readonly NewFact[] = []) =>
    journal.recorded(
      job,
      numbered(
        job,
        [
          { kind: 'job-opened', actor: 'mechanic', server: { key: 'embedded', profileId: 'embedded' }, target },
          { kind: 'session-requested', actor: 'mechanic', session: 's', target },
          { kind: 'session-started', actor: 'server', session: 's', sessionId: 'x' },
          ...more,
          { kind: 'session-ended', actor: 'server', session: 's', end: 'finished' },
          { kind: 'job-closed', actor: 'mechanic' },
        ],
        at,
      ),
      1_000,
    )
  return { folder, clock, journal, history, settings, inUse, write }
}

// @proves Jobs: History: jobs of all days by plate, car and ticket; exported as JSON; deleted for good, also by age
describe('the history', () => {
  it('has a page of 50 jobs and says whether there are more', async () => {
    const { history, write } = setUp()
    for (let number = 0; number < 51; number += 1) await write(`j${number}`, now + number * 1_000)
    const first = await history.list('', undefined)
    expect(first).toMatchObject({ ok: true, value: { hasMore: true } })
    const last = first.ok ? first.value.jobs.at(-1) : undefined
    const second = await history.list('', { openedAt: last?.openedAt ?? 0, id: last?.id ?? '' })
    expect(second).toMatchObject({ value: { jobs: [{ id: 'j0' }], hasMore: false } })
  })

  it('reads a job and counts what it cannot read', async () => {
    const { history, write, journal } = setUp()
    await write('j1', now)
    await journal.recorded('j1', [{ kind: 'painted', job: 'j1', sequence: 99, at: 1 } as unknown as Fact], 1_000)
    expect(await history.read('j1')).toMatchObject({ ok: true, value: { unreadable: 1 } })
    expect(await history.read('j2')).toMatchObject({ failure: { code: 'not-found' } })
  })

  it('reads only what is newer than a known fact, also what is not on the disk yet', async () => {
    const { history, write, journal } = setUp()
    await write('j1', now)
    const lost = { kind: 'link-lost', job: 'j1', sequence: 6, at: 1, actor: 'application', session: 's' } as const
    journal.append('j1', [lost])
    const numbersAfter = async (after: number) => {
      const read = await history.read('j1', after)
      return read.ok ? read.value.facts.map(({ sequence }) => sequence) : read.failure.code
    }
    expect(await numbersAfter(0)).toEqual([1, 2, 3, 4, 5, 6])
    expect(await numbersAfter(4)).toEqual([5, 6])
    expect(await numbersAfter(6)).toEqual([])
  })

  it('exports everything that is stored, also what this version cannot read', async () => {
    const { history, write, journal } = setUp()
    await write('j1', now, [{ kind: 'job-described', actor: 'server', vin: 'WVWZZZ1' }])
    const later = { kind: 'painted', job: 'j1', sequence: 99, at: 1, colour: 'red' }
    await journal.recorded('j1', [later as unknown as Fact], 1_000)
    const text = await history.exported(['j1'])
    if (!text.ok) throw new Error(text.failure.code)
    const { format, version, jobs } = JSON.parse(text.value)
    expect([format, version, jobs.length]).toEqual(['workbench-jobs', 1, 1])
    expect(jobs[0].facts.at(-1)).toEqual(later)
    expect(text.value).toContain('WVWZZZ1')
    expect(await history.exported(['j1', 'nothing'])).toMatchObject({ failure: { code: 'not-found' } })
  })

  it('deletes nothing when one of the jobs is in use', async () => {
    const { history, write, inUse } = setUp()
    await write('j1', now)
    await write('j2', now)
    inUse.add('j2')
    expect(await history.delete(['j1', 'j2'])).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(await history.list('', undefined)).toMatchObject({ value: { jobs: [{}, {}] } })
    expect(await history.delete(['j1'])).toMatchObject({ ok: true })
    expect(await history.list('', undefined)).toMatchObject({ value: { jobs: [{ id: 'j2' }] } })
  })

  it('deletes old jobs at the start, when the time is changed and once a day', async () => {
    const { history, write, settings, clock } = setUp(30)
    await write('old', now - 31 * dayMs)
    await write('new', now - 29 * dayMs)
    const ids = async () => {
      const found = await history.list('', undefined)
      return found.ok ? found.value.jobs.map(({ id }) => id) : found
    }
    history.deleteOld()
    await clock.advanceAsync(0)
    expect(await ids()).toEqual(['new'])
    await clock.advanceAsync(2 * dayMs)
    expect(await ids()).toEqual([])
    await write('older', now - 400 * dayMs)
    settings.keptDays = null
    history.deleteOld()
    await clock.advanceAsync(2 * dayMs)
    expect(await ids()).toEqual(['older'])
  })
})

describe('the records of a version without a journal', () => {
  const insert = (folder: string) => {
    const storage = openStorage(folder, 0)
    storage.database.exec(
      `INSERT INTO started_sessions
       (handle, session_id, target_kind, target_number, profile_id, endpoint, started_at, pending_result, is_finished, end_kind, ended_at)
       VALUES ('open', 'x1', 'ticket', '1', 'p', 'h:1', 10, NULL, 0, NULL, NULL),
              ('lost', NULL, 'connector', '2', 'p', 'h:1', 20, NULL, 0, NULL, NULL),
              ('unsent', 'x3', 'ticket', '3', 'p', 'h:1', 30, '{"results":["failure"]}', 1, 'lost', 35),
              ('done', 'x4', 'ticket', '4', 'p', 'h:1', 40, '{"results":["success"]}', 1, 'finished', 45)`,
    )
    return storage
  }

  it('become jobs, once', async () => {
    const { folder, journal } = setUp()
    const storage = insert(folder)
    await importStartedSessions(storage.sessions, journal)
    const kinds = async (job: string) => {
      const facts = await journal.facts(job)
      return facts.ok ? facts.value.map(({ kind }) => kind) : facts
    }
    expect(await kinds('open')).toEqual(['job-opened', 'session-requested', 'session-started'])
    expect(await kinds('lost')).toEqual(['job-opened', 'session-requested'])
    expect(await kinds('unsent')).toContain('finish-chosen')
    expect((await kinds('unsent')) as string[]).not.toContain('job-closed')
    expect(((await kinds('done')) as string[]).slice(-2)).toEqual(['session-ended', 'job-closed'])
    expect(storage.sessions.all()).toEqual([])
    const open = await journal.list({ openOnly: true, limit: 10 })
    expect(open.ok && open.value.map(({ id }) => id)).toEqual(['unsent', 'lost', 'open'])
    storage.database.close()
  })

  it('stay where they are until all of them are on the disk', async () => {
    const { folder, journal } = setUp()
    const storage = insert(folder)
    await importStartedSessions(storage.sessions, { recorded: () => Promise.resolve({ ok: false } as never) })
    expect(storage.sessions.all()).toHaveLength(4)
    await importStartedSessions(storage.sessions, journal)
    await importStartedSessions(storage.sessions, journal)
    expect(await journal.facts('open')).toMatchObject({ value: [{}, {}, {}] })
    storage.database.close()
  })
})
