import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Fact, type NewFact, visitorsJob } from '../../../shared/facts.ts'
import { causeOf, type JournalCall, serveJournal } from './journal-calls.ts'
import { JournalDatabase } from './journal-database.ts'

const target = { kind: 'ticket', number: '7848095' } as const
const opened: NewFact = {
  kind: 'job-opened',
  actor: 'mechanic',
  server: { key: 'embedded', profileId: 'embedded' },
  target,
}
const requested: NewFact = { kind: 'session-requested', actor: 'mechanic', session: 's', target }
const started: NewFact = { kind: 'session-started', actor: 'server', session: 's', sessionId: 'x' }
const ended: NewFact = { kind: 'session-ended', actor: 'server', session: 's', end: 'finished' }
const closed: NewFact = { kind: 'job-closed', actor: 'mechanic' }
const facts = (job: string, at: number, ...more: NewFact[]): Fact[] =>
  [opened, ...more].map((fact, index) => ({ ...fact, job, sequence: index + 1, at: at + index }) as Fact)

function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'workbench-journal-'))
  const database = new JournalDatabase(folder, () => 0)
  onTestFinished(() => {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const write = (job: string, at: number, ...more: NewFact[]) =>
    database.append([{ job, facts: facts(job, at, ...more) }])
  const ids = (query: Parameters<JournalDatabase['list']>[0]) => database.list(query).map(({ id }) => id)
  /** Looks into the file with a connection of its own. */
  const look = (sql: string, ...values: string[]) => {
    const file = new DatabaseSync(join(folder, 'journal.sqlite'))
    try {
      return file.prepare(sql).all(...values)
    } finally {
      file.close()
    }
  }
  return { folder, database, write, ids, look }
}

describe('the file of the journal', () => {
  it('has every fact of several jobs after one write, in the order of their numbers', () => {
    const { database } = setUp()
    database.append([
      { job: 'a', facts: facts('a', 1, requested) },
      { job: 'b', facts: facts('b', 5).reverse() },
    ])
    expect(database.facts('a')).toEqual(facts('a', 1, requested))
    expect(database.facts('b')).toEqual(facts('b', 5))
    expect(database.facts('c')).toEqual([])
    expect(database.facts('a', 1)).toEqual(facts('a', 1, requested).slice(1))
    expect(database.facts('a', 2)).toEqual([])
  })

  it('has none of the facts of a write that fails half-way, and the index stays right', () => {
    const { database, write, ids, look } = setUp()
    write('a', 1, requested, started)
    const circular = { ...opened, job: 'b', sequence: 1, at: 2 } as unknown as Record<string, unknown>
    circular.self = circular
    expect(() =>
      database.append([
        { job: 'a', facts: [{ ...closed, job: 'a', sequence: 4, at: 9 } as Fact] },
        { job: 'b', facts: [circular as unknown as Fact] },
      ]),
    ).toThrow(/circular/)
    expect(database.facts('a')).toHaveLength(3)
    expect(ids({ openOnly: true, limit: 9 })).toEqual(['a'])
    database.append([{ job: 'a', facts: [{ ...closed, job: 'a', sequence: 4, at: 9 } as Fact] }])
    expect(look('SELECT is_open FROM jobs')).toEqual([{ is_open: 1 }])
  })

  it('is synced with every commit and is read while it is written', () => {
    const { database, look } = setUp()
    database.open()
    database.open()
    expect(look('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
  })

  it('is opened again after it was closed', () => {
    const { database, write } = setUp()
    write('a', 1)
    database.close()
    database.close()
    expect(database.facts('a')).toHaveLength(1)
  })
})

describe('the index of the jobs', () => {
  it('lists a job with a session or one that is still open, and searches in what is known of it', () => {
    const { write, ids, database } = setUp()
    write('closed without a session', 1, closed)
    write('open without a session', 2)
    write('done', 3, requested, started, ended, closed)
    database.append([
      {
        job: 'done',
        facts: [{ kind: 'job-described', actor: 'server', vin: 'V1', job: 'done', sequence: 6, at: 9 } as Fact],
      },
    ])
    expect(ids({ limit: 9 })).toEqual(['done', 'open without a session'])
    expect(ids({ limit: 1 })).toEqual(['done'])
    expect(ids({ limit: 9, search: 'v-1' })).toEqual(['done'])
    expect(database.list({ limit: 1 })).toEqual([
      { id: 'done', target, openedAt: 3, lastAt: 7, isClosed: true, end: 'finished', vin: 'V1' },
    ])
  })

  it('has as open every job that nobody closed, or whose session has not ended', () => {
    const { write, ids } = setUp()
    write('closed, ended', 1, requested, started, ended, closed)
    write('not closed', 2, requested, started, ended)
    write('closed, not ended', 3, requested, started, closed)
    write('newest', 4)
    expect(ids({ openOnly: true, limit: 9 })).toEqual(['newest', 'closed, not ended', 'not closed'])
    expect(ids({ openOnly: true, limit: 2 })).toEqual(['newest', 'closed, not ended'])
  })

  it('goes on behind a job, also among jobs of the same time', () => {
    const { write, ids } = setUp()
    for (const job of ['a', 'b', 'c']) write(job, 5)
    write('older', 4)
    expect(ids({ limit: 9, before: { openedAt: 5, id: 'a' } })).toEqual(['b', 'c', 'older'])
    expect(ids({ limit: 9, before: { openedAt: 4, id: 'older' } })).toEqual([])
  })

  it('leaves out an entry that it cannot read, and makes it anew from the facts when the job goes on', () => {
    const { database, write, ids, folder } = setUp()
    write('a', 1, requested)
    database.close()
    for (const entry of ['no JSON', '{"id":"a"}']) {
      const file = new DatabaseSync(join(folder, 'journal.sqlite'))
      file.prepare('UPDATE jobs SET entry = ?').run(entry)
      file.close()
      expect(ids({ limit: 9 })).toEqual([])
      database.close()
    }
  })

  it('goes on from the stored entry in a later run', () => {
    const { database, write, look } = setUp()
    write('a', 1, requested, started)
    database.close()
    const more = [ended, closed].map((fact, index) => ({ ...fact, job: 'a', sequence: index + 4, at: 10 }) as Fact)
    database.append([{ job: 'a', facts: more }])
    expect(database.list({ limit: 9 })).toMatchObject([
      { id: 'a', openedAt: 1, lastAt: 10, isClosed: true, end: 'finished' },
    ])
    expect(look('SELECT opened_at, last_at, is_open, is_listed FROM jobs')).toEqual([
      { opened_at: 1, last_at: 10, is_open: 0, is_listed: 1 },
    ])
  })

  it('is made once per version, from readable facts', () => {
    const { database, write, ids, look, folder } = setUp()
    write('a', 1, requested)
    database.close()
    const file = new DatabaseSync(join(folder, 'journal.sqlite'))
    file.exec(
      "INSERT INTO facts VALUES ('a', 3, '{}'), ('strange', 1, 'x'); UPDATE meta SET value = 'old'; DELETE FROM jobs",
    )
    file.close()
    expect(ids({ limit: 9 })).toEqual(['a'])
    expect(look('SELECT * FROM meta')).toEqual([{ name: 'entries', value: '2' }])
    database.close()
    const again = new DatabaseSync(join(folder, 'journal.sqlite'))
    again.exec('DELETE FROM jobs')
    again.close()
    expect(ids({ limit: 9 })).toEqual([])
  })
})

describe('removing jobs', () => {
  it('removes facts and entry of exactly these, and a job with the same id begins anew', () => {
    const { database, write, ids, look } = setUp()
    for (const job of ['a', 'b', 'c']) write(job, 1, requested)
    database.remove(['a', 'b'])
    expect(look('SELECT DISTINCT job FROM facts')).toEqual([{ job: 'c' }])
    expect(ids({ limit: 9 })).toEqual(['c'])
    write('a', 7)
    expect(database.list({ limit: 1 })).toMatchObject([{ id: 'a', openedAt: 7, lastAt: 7 }])
    expect(ids({ openOnly: true, limit: 9 })).toContain('a')
  })

  it('leaves nothing in the file that is written beside it', () => {
    const { database, write, folder } = setUp()
    write('a', 1, requested)
    database.remove(['a'])
    expect(statSync(join(folder, 'journal.sqlite-wal')).size).toBe(0)
  })

  it('by age removes closed jobs and answers to visitors before the time, and says how many jobs', () => {
    const { database, write, ids } = setUp()
    write('old', 10, requested, started, ended, closed)
    write('at the time', 16, requested, started, ended, closed)
    write('old but open', 1)
    const visit = { kind: 'visitor-answered', actor: 'mechanic', promptId: 'p', answerId: 'a', device: 'touch' }
    const more = { choice: { kind: 'continue' }, functionName: '', label: '', place: '' }
    const visits = [19, 20].map(
      (at, index) => ({ ...visit, ...more, job: visitorsJob, sequence: index + 1, at }) as Fact,
    )
    database.append([{ job: visitorsJob, facts: visits }])
    expect(database.removeOlderThan(20)).toBe(1)
    expect(ids({ limit: 9 })).toEqual(['at the time', 'old but open'])
    expect(database.facts(visitorsJob)).toEqual([visits[1]])
    expect(database.removeOlderThan(20)).toBe(0)
  })
})

describe('a file that is no database any more', () => {
  it('is moved away while it is in use, and the facts are written into a new one', () => {
    const { database, write, folder } = setUp()
    write('a', 1)
    expect(database.setAside).toBeUndefined()
    database.close()
    writeFileSync(join(folder, 'journal.sqlite'), 'no database'.repeat(1_000))
    for (const suffix of ['-wal', '-shm']) rmSync(join(folder, `journal.sqlite${suffix}`), { force: true })
    write('b', 2)
    expect(database.setAside).toBe('journal.sqlite.1970-01-01T00-00-00-000Z.set-aside')
    expect(readdirSync(folder)).toContain(database.setAside)
    expect([database.facts('a'), database.facts('b').length]).toEqual([[], 1])
    expect(readFileSync(join(folder, database.setAside ?? ''), 'utf8')).toContain('no database')
  })

  it('that loses a table while it is open is moved away by the next write', () => {
    const { database, write, folder } = setUp()
    write('a', 1)
    const other = new DatabaseSync(join(folder, 'journal.sqlite'))
    other.exec('DROP TABLE facts')
    other.close()
    write('b', 2)
    expect(database.setAside).toContain('set-aside')
    expect(database.facts('b')).toHaveLength(1)
  })
})

describe('calls of the journal', () => {
  it('reach the file and are answered with its values', () => {
    const { database } = setUp()
    const serve = (call: JournalCall) => serveJournal(database, call)
    const done = { ok: true, value: null }
    expect(serve({ kind: 'open' })).toEqual(done)
    expect(serve({ kind: 'append', batches: [{ job: 'a', facts: facts('a', 1, requested, ended, closed) }] })).toEqual(
      done,
    )
    expect(serve({ kind: 'facts', job: 'a', after: 0 })).toEqual({
      ok: true,
      value: facts('a', 1, requested, ended, closed),
    })
    expect(serve({ kind: 'list', query: { limit: 5, openOnly: true } })).toEqual({ ok: true, value: [] })
    expect(serve({ kind: 'remove-older', at: 99 })).toEqual({ ok: true, value: 1 })
    expect(serve({ kind: 'remove', jobs: ['a'] })).toEqual(done)
    expect(serve({ kind: 'close' })).toEqual(done)
  })

  it('fail with the cause, and name a file that was set aside', () => {
    const { database, folder } = setUp()
    writeFileSync(join(folder, 'journal.sqlite'), 'no database'.repeat(1_000))
    const setAside = 'journal.sqlite.1970-01-01T00-00-00-000Z.set-aside'
    expect(serveJournal(database, { kind: 'open' })).toEqual({ ok: true, value: null, setAside })
    const failing = {
      setAside: undefined,
      open: () => {
        throw Object.assign(new Error('x'), { errcode: 13 })
      },
    }
    expect(serveJournal(failing as unknown as JournalDatabase, { kind: 'open' })).toEqual({
      ok: false,
      cause: 'disk-full',
    })
  })

  it.each([
    [{ errcode: 5 }, 'locked'],
    [{ errcode: 6 }, 'locked'],
    [{ errcode: 8 | (3 << 8) }, 'read-only'],
    [{ errcode: 11 }, 'damaged'],
    [{ errcode: 26 }, 'damaged'],
    [{ errcode: 13 }, 'disk-full'],
    [{ errcode: 99, code: 'ENOSPC' }, 'unknown'],
    [{ code: 'ENOSPC' }, 'disk-full'],
    [{ code: 'EDQUOT' }, 'disk-full'],
    [{ code: 'EROFS' }, 'read-only'],
    [{ code: 'EACCES' }, 'read-only'],
    [{ code: 'EPERM' }, 'read-only'],
    [{ code: 'EBUSY' }, 'locked'],
    [{ code: 'ELOOP' }, 'unknown'],
    [undefined, 'unknown'],
    [null, 'unknown'],
  ])('have a cause for %o: %s', (error, cause) => {
    expect(causeOf(error)).toBe(cause)
  })
})
