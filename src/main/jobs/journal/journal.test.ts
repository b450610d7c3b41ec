import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../openobd/clock.ts'
import { ManualClock } from '../../../openobd/manual-clock.ts'
import type { Fact, NewFact } from '../../../shared/facts.ts'
import type { JournalView } from '../../../shared/job.ts'
import type { JournalTrouble } from '../../../shared/journal-trouble.ts'
import { Journal } from './journal.ts'
import type { JournalAnswer, JournalCall } from './journal-calls.ts'
import { causeOf } from './journal-calls.ts'
import { JournalDatabase } from './journal-database.ts'
import { type JournalThread, journalHere, journalInWorker } from './journal-thread.ts'

const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'workbench-journal-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
const noted = (sequence: number, job = 'j1', more: Partial<Fact> = {}): Fact =>
  ({ kind: 'link-lost', job, sequence, at: sequence, actor: 'application', session: 's', ...more }) as Fact
const opened = (job = 'j1', more: Partial<Fact> = {}): Fact =>
  ({
    kind: 'job-opened',
    job,
    sequence: 1,
    at: 1,
    actor: 'mechanic',
    server: { key: 'embedded', profileId: 'embedded' },
    target: { kind: 'ticket', number: '7848095' },
    ...more,
  }) as Fact

/** A journal on a thread whose answers a test gives. */
function scripted() {
  const clock = new ManualClock()
  const calls: { call: JournalCall; answer: (answer: JournalAnswer) => void }[] = []
  const thread: JournalThread = {
    call: (call) =>
      new Promise((resolve) => {
        calls.push({ call, answer: resolve as (answer: JournalAnswer) => void })
      }),
  }
  const views: JournalView[] = []
  const journal = new Journal({ thread, clock, random: () => 0.5, onView: (view) => void views.push(view) })
  const settle = async (answer: JournalAnswer = { ok: true, value: null }) => {
    calls.shift()?.answer(answer)
    await clock.advanceAsync(0)
  }
  return { clock, calls, views, journal, settle }
}

/** The facts that a call writes. */
function batchesOf(call: JournalCall | undefined) {
  if (call?.kind !== 'append') throw new Error('nothing is being written')
  return call.batches
}

function onDisk(folder = newFolder()) {
  const clock = new ManualClock()
  const journal = new Journal({
    thread: journalHere(folder, () => clock.wallMs()),
    clock,
    random: () => 0,
    onView: () => undefined,
  })
  return { clock, folder, journal }
}

describe('writing', () => {
  it('acknowledges facts only after they were written', async () => {
    const { journal, settle, calls } = scripted()
    await settle()
    let isDurable = false
    void journal.append('j1', [noted(1)]).durable.then(() => {
      isDurable = true
    })
    await Promise.resolve()
    expect([isDurable, calls.length]).toEqual([false, 1])
    await settle()
    expect(isDurable).toBe(true)
  })

  it('writes together what arrived while a write ran, of all jobs, in the order of each', async () => {
    const { journal, settle, calls } = scripted()
    await settle()
    journal.append('j1', [noted(1)])
    for (let sequence = 2; sequence < 40; sequence += 1) journal.append('j1', [noted(sequence)])
    journal.append('j2', [noted(1, 'j2')])
    expect(calls).toHaveLength(1)
    await settle()
    expect(calls).toHaveLength(1)
    const batches = batchesOf(calls[0]?.call)
    expect(batches.map(({ job, facts }) => [job, facts.length])).toEqual([
      ['j1', 38],
      ['j2', 1],
    ])
    expect(batches[0]?.facts.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 38 }, (_, n) => n + 2))
  })

  // @proves Jobs: A flood of facts in three jobs delays no answer in a fourth: each write takes the same number of each job
  it('lets no flood of some jobs delay the facts of another', async () => {
    const { journal, settle, calls } = scripted()
    await settle()
    journal.append('first', [noted(1, 'first')])
    for (const job of ['a', 'b', 'c']) {
      for (let sequence = 1; sequence <= 5_000; sequence += 1) journal.append(job, [noted(sequence, job)])
    }
    let isDurable = false
    void journal.append('quiet', [noted(1, 'quiet')]).durable.then(() => {
      isDurable = true
    })
    await settle()
    expect(batchesOf(calls[0]?.call).map(({ job, facts }) => [job, facts.length])).toEqual([
      ['a', 500],
      ['b', 500],
      ['c', 500],
      ['quiet', 1],
    ])
    await settle()
    expect(isDurable).toBe(true)
    // The order within a job stays, also when the disk refuses in between.
    const sequences: number[] = []
    for (let writes = 0; calls.length > 0 && writes < 60; writes += 1) {
      const written = batchesOf(calls[0]?.call).find(({ job }) => job === 'b')?.facts ?? []
      sequences.push(...written.map(({ sequence }) => sequence))
      await settle()
    }
    expect(sequences).toEqual(Array.from({ length: 4_500 }, (_, index) => index + 501))
  })

  // @proves Faults: 37 disk full, locked or read-only; what a person sees: it is said once, and written when the disk allows it
  it('repeats what the disk refused, before everything newer, until the disk accepts it', async () => {
    const { journal, settle, calls, clock, views } = scripted()
    await settle()
    const written: number[] = []
    void journal.append('j1', [noted(1)]).durable.then(() => written.push(1))
    await settle({ ok: false, cause: 'disk-full' })
    void journal.append('j1', [noted(2)]).durable.then(() => written.push(2))
    expect(views.at(-1)).toMatchObject({ trouble: 'disk-full', since: clock.wallMs() })
    expect(calls).toHaveLength(0)
    await clock.advanceAsync(5_000)
    const batches = batchesOf(calls[0]?.call)
    expect(batches[0]?.facts.map(({ sequence }) => sequence)).toEqual([1, 2])
    expect(written).toEqual([])
    await settle()
    expect(written).toEqual([1, 2])
    await clock.advanceAsync(10_000)
    expect(views.at(-1)).toEqual({})
  })

  it('says that the disk is slow while a write takes longer than two seconds', async () => {
    const { journal, settle, clock, views } = scripted()
    await settle()
    journal.append('j1', [noted(1)])
    await clock.advanceAsync(1_999)
    expect(views).toEqual([])
    await clock.advanceAsync(1)
    expect(views.at(-1)).toMatchObject({ trouble: 'slow' })
    await settle()
    await clock.advanceAsync(9_999)
    expect(views).toHaveLength(1)
    await clock.advanceAsync(1)
    expect(views.at(-1)).toEqual({})
  })

  // @proves Jobs: A disk whose every write is slow is named once, until it is fast again
  it('says once that the disk is slow while one write after the other is, and takes it back with the first fast one', async () => {
    const { journal, settle, clock, views } = scripted()
    await settle()
    for (let sequence = 1; sequence <= 5; sequence += 1) {
      journal.append('j1', [noted(sequence)])
      await clock.advanceAsync(6_000)
      await settle()
      await clock.advanceAsync(5_000)
    }
    expect(views).toMatchObject([{ trouble: 'slow' }])
    journal.append('j1', [noted(6)])
    await settle()
    expect(views).toHaveLength(2)
    expect(views.at(-1)).toEqual({})
    await clock.advanceAsync(60_000)
    expect(views).toHaveLength(2)
  })

  // @proves Faults: 37 disk full, locked or read-only; what a person sees: it is said once, and written when the disk allows it
  it('keeps at most 32 Mi characters that wait: log lines give way first, answers never', async () => {
    const { journal, settle, calls, clock } = scripted()
    await settle()
    journal.append('j1', [noted(1)])
    const lines = [{ at: 1, level: 'info' as const, content: 'x'.repeat(1024 * 1024) }]
    for (let sequence = 2; sequence < 60; sequence += 1)
      journal.append('j1', [
        sequence === 3
          ? ({ ...noted(sequence), kind: 'session-claimed' } as Fact)
          : ({ ...noted(sequence), kind: 'function-logged', lines, leftOut: 0 } as Fact),
      ])
    await settle({ ok: false, cause: 'disk-full' })
    await clock.advanceAsync(5_000)
    const batches = batchesOf(calls[0]?.call)
    const facts = batches[0]?.facts ?? []
    expect(JSON.stringify(facts).length).toBeLessThan(34 * 1024 * 1024)
    expect(facts.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 59 }, (_, n) => n + 1))
    expect(facts[1]).toEqual({ kind: 'facts-left-out', job: 'j1', sequence: 2, at: 2, actor: 'application', count: 1 })
    expect(facts[2]?.kind).toBe('session-claimed')
    expect(facts.at(-1)?.kind).toBe('function-logged')
  })
})

describe('waiting for the disk', () => {
  it.each<[string, JournalAnswer, object]>([
    ['succeeds when the facts are written', { ok: true, value: null }, { ok: true }],
    [
      'fails at once when the disk refuses',
      { ok: false, cause: 'locked' },
      { failure: { parameters: { cause: 'locked' } } },
    ],
  ])('%s', async (_title, answer, expected) => {
    const { journal, settle } = scripted()
    await settle()
    const outcome = journal.recorded('j1', [noted(1)], 1_000)
    await settle(answer)
    expect(await outcome).toMatchObject(expected)
  })

  it('fails after its limit, and the facts are written all the same', async () => {
    const { journal, settle, clock } = scripted()
    await settle()
    const outcome = journal.recorded('j1', [noted(1)], 250)
    await clock.advanceAsync(250)
    expect(await outcome).toMatchObject({ failure: { code: 'not-recorded', parameters: { cause: 'slow' } } })
    const again = journal.recorded('j1', [noted(2)], 250)
    await settle()
    await settle()
    expect(await again).toEqual({ ok: true, value: null })
  })

  it('tries a disk that had refused at once', async () => {
    const { journal, settle, calls } = scripted()
    await settle()
    journal.append('j1', [noted(1)])
    await settle({ ok: false, cause: 'disk-full' })
    expect(calls).toHaveLength(0)
    const outcome = journal.recorded('j1', [noted(2)], 1_000)
    expect(calls).toHaveLength(1)
    await settle()
    expect(await outcome).toEqual({ ok: true, value: null })
  })
})

describe('reading', () => {
  it('gives the facts of a job in order, with those that are not on the disk yet', async () => {
    const { journal, settle, calls } = scripted()
    await settle()
    journal.append('j1', [noted(3)])
    calls.length = 0
    const facts = journal.facts('j1')
    await settle({ ok: true, value: [noted(1), noted(2)] })
    expect(await facts).toMatchObject({ ok: true, value: [{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }] })
  })

  it('gives only the facts after a number, also of those that are not on the disk yet', async () => {
    const { journal, settle, calls } = scripted()
    await settle()
    journal.append('j1', [noted(3), noted(4)])
    calls.length = 0
    const facts = journal.facts('j1', 3)
    expect(calls.at(-1)?.call).toEqual({ kind: 'facts', job: 'j1', after: 3 })
    await settle({ ok: true, value: [] })
    expect(await facts).toMatchObject({ ok: true, value: [{ sequence: 4 }] })
    const { journal: stored } = onDisk()
    await stored.recorded('j1', [opened(), noted(2), noted(3)], 1_000)
    expect(await stored.facts('j1', 2)).toMatchObject({ value: [{ sequence: 3 }] })
  })

  it('keeps facts of a later version as they are', async () => {
    const { journal, folder } = onDisk()
    await journal.recorded('j1', [opened(), noted(2)], 1_000)
    await journal.close()
    const file = new DatabaseSync(join(folder, 'journal.sqlite'))
    file.prepare('INSERT INTO facts VALUES (?, 3, ?)').run('j1', '{"kind":"car-painted","colour":"red"}')
    file.prepare('INSERT INTO facts VALUES (?, 4, ?)').run('j1', 'no JSON at all')
    file.close()
    const facts = await onDisk(folder).journal.facts('j1')
    expect(facts.ok && facts.value.map(({ kind }) => kind)).toEqual([
      'job-opened',
      'link-lost',
      'unreadable',
      'unreadable',
    ])
    expect(facts.ok && facts.value[2]).toMatchObject({ raw: { kind: 'car-painted', colour: 'red' } })
  })

  it('writes a fact that comes twice once', async () => {
    const { journal } = onDisk()
    await journal.recorded('j1', [opened()], 1_000)
    await journal.recorded('j1', [opened('j1', { at: 99 })], 1_000)
    expect(await journal.facts('j1')).toMatchObject({ value: [{ at: 1 }] })
  })
})

describe('the list of jobs', () => {
  async function withJobs() {
    const bench = onDisk()
    const place = { licensePlate: 'HB-FC 2108', lift: 'Lift 2', vehicleName: 'Falkenberg Corvo' }
    const session: NewFact[] = [
      { kind: 'session-requested', actor: 'mechanic', session: 's', target: { kind: 'ticket', number: '1' } },
      { kind: 'session-started', actor: 'server', session: 's', sessionId: 'x' },
    ]
    const ended: NewFact = { kind: 'session-ended', actor: 'server', session: 's', end: 'finished' }
    const closed: NewFact = { kind: 'job-closed', actor: 'mechanic' }
    const write = (job: string, at: number, facts: readonly NewFact[], more: Partial<Fact> = {}) =>
      bench.journal.recorded(
        job,
        [
          opened(job, { at, ...more }),
          ...facts.map((fact, index) => ({ ...fact, job, sequence: index + 2, at: at + index + 1 }) as Fact),
        ],
        1_000,
      )
    await write(
      'old',
      1_000,
      [...session, { kind: 'job-described', actor: 'server', vin: 'WVWZZZ1' }, ended, closed],
      place,
    )
    await write('open', 2_000, session)
    await write('never', 3_000, [closed])
    await write('new', 4_000, [...session, ended, closed], { target: { kind: 'connector', number: '900101060' } })
    return bench
  }
  const ids = async ({ journal }: { journal: Journal }, query: Parameters<Journal['list']>[0]) => {
    const found = await journal.list(query)
    return found.ok ? found.value.map(({ id }) => id) : found
  }

  it('has the newest first and leaves out jobs that never had a session', async () => {
    expect(await ids(await withJobs(), { limit: 10 })).toEqual(['new', 'open', 'old'])
  })

  it.each([
    ['hbfc2108', ['old']],
    ['HB FC-2108', ['old']],
    ['lift 2', ['old']],
    ['corvo', ['old']],
    ['wvwzzz1', ['old']],
    ['900101060', ['new']],
    ['7848095', ['open', 'old']],
    ['%', []],
    ['_', []],
  ])('finds a job by plate, lift, car, VIN, ticket and adapter: %s', async (search, expected) => {
    expect(await ids(await withJobs(), { limit: 10, search })).toEqual(expected)
  })

  it('goes on after the last job that is known, also when several have the same time', async () => {
    const bench = await withJobs()
    await bench.journal.recorded('twin', [opened('twin', { at: 4_000 })], 1_000)
    const first = await bench.journal.list({ limit: 1 })
    const last = first.ok ? first.value[0] : undefined
    expect(await ids(bench, { limit: 9, before: { openedAt: last?.openedAt ?? 0, id: last?.id ?? '' } })).toEqual([
      'twin',
      'open',
      'old',
    ])
  })

  it('has the open jobs apart', async () => {
    expect(await ids(await withJobs(), { limit: 10, openOnly: true })).toEqual(['open'])
  })

  it('is made again when its version is another', async () => {
    const bench = await withJobs()
    await bench.journal.close()
    const file = new DatabaseSync(join(bench.folder, 'journal.sqlite'))
    file.exec("UPDATE meta SET value = '0'; DELETE FROM jobs WHERE id = 'old'; UPDATE jobs SET entry = 'broken';")
    file.close()
    expect(await ids(onDisk(bench.folder), { limit: 10 })).toEqual(['new', 'open', 'old'])
  })

  it('of a file of version 1 is there in this version, with room for kept tokens', async () => {
    const bench = await withJobs()
    await bench.journal.close()
    const file = new DatabaseSync(join(bench.folder, 'journal.sqlite'))
    file.exec('DROP TABLE kept_tokens; DROP INDEX closed_jobs; PRAGMA user_version = 1;')
    file.close()
    const { journal } = onDisk(bench.folder)
    expect(await ids({ journal }, { limit: 10 })).toEqual(['new', 'open', 'old'])
    const token = { handle: 'h', receivedAt: 1, encrypted: Uint8Array.of(1) }
    expect(await journal.tokens.set(token)).toEqual({ ok: true, value: null })
    expect(await journal.tokens.get('h')).toEqual({ ok: true, value: token })
  })

  it('forgets closed jobs that are older than a time, and never an open one', async () => {
    const bench = await withJobs()
    expect(await bench.journal.removeOlderThan(3_500)).toEqual({ ok: true, value: 2 })
    expect(await ids(bench, { limit: 10 })).toEqual(['new', 'open'])
  })
})

describe('deleting a job', () => {
  it('leaves nothing of it in any file', async () => {
    const { journal, folder } = onDisk()
    const vin = 'CANARYVIN00000017'
    await journal.recorded('j1', [opened('j1'), { ...noted(2), kind: 'job-described', vin } as Fact], 1_000)
    await journal.recorded('j2', [opened('j2')], 1_000)
    const holdsVin = () => readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(vin))
    expect(holdsVin()).toBe(true)
    expect(await journal.remove(['j1'])).toMatchObject({ ok: true })
    expect(holdsVin()).toBe(false)
    expect(await journal.facts('j1')).toEqual({ ok: true, value: [] })
    expect(await journal.facts('j2')).toMatchObject({ value: [{ kind: 'job-opened' }] })
  })
})

describe('a file that cannot be used', () => {
  const setAside = 'journal.sqlite.2023-11-14T22-13-20-000Z.set-aside'
  // @proves Faults: 38 corrupt or future database; what a person sees: its new name, and the application starts
  it.each<[string, (file: string) => void]>([
    ['a text file', (file) => writeFileSync(file, 'not a database at all, but long enough'.repeat(50))],
    ['half of a header', (file) => writeFileSync(file, 'SQLite format 3\0')],
    [
      'a version without tables',
      (file) => {
        const half = new DatabaseSync(file)
        half.exec('PRAGMA user_version = 1')
        half.close()
      },
    ],
    [
      'a future version',
      (file) => {
        const future = new DatabaseSync(file)
        future.exec('PRAGMA user_version = 9')
        future.close()
      },
    ],
    [
      'flipped bytes',
      (file) => {
        const database = new JournalDatabase(join(file, '..'), () => 0)
        database.append([{ job: 'j1', facts: Array.from({ length: 500 }, (_, n) => noted(n + 1)) }])
        database.close()
        const bytes = readFileSync(file)
        writeFileSync(file, bytes.fill(0xa5, 4096, bytes.length - 4096))
      },
    ],
  ])('is set aside when it is %s, and a new one is used', async (_name, damage) => {
    const folder = newFolder()
    damage(join(folder, 'journal.sqlite'))
    const views: JournalView[] = []
    const clock = new ManualClock(1_700_000_000_000)
    const journal = new Journal({
      thread: journalHere(folder, () => clock.wallMs()),
      clock,
      random: () => 0,
      onView: (view) => void views.push(view),
    })
    expect(await journal.recorded('j1', [opened()], 1_000)).toEqual({ ok: true, value: null })
    expect(readdirSync(folder)).toContain(setAside)
    expect(views.at(-1)).toEqual({ setAside })
  })

  // @proves Faults: 37 disk full, locked or read-only; what a person sees: it is said once, and written when the disk allows it
  it.each<[string, JournalTrouble, (folder: string) => () => void]>([
    [
      'another program has locked it',
      'locked',
      (folder) => {
        const other = new DatabaseSync(join(folder, 'journal.sqlite'))
        other.exec('BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS meta (name TEXT)')
        return () => {
          other.exec('ROLLBACK')
          other.close()
        }
      },
    ],
    [
      'its place is taken by a folder',
      'unknown',
      (folder) => {
        mkdirSync(join(folder, 'journal.sqlite'))
        return () => rmSync(join(folder, 'journal.sqlite'), { recursive: true })
      },
    ],
  ])('stays as it is while %s, and the facts are written as soon as it can be opened', async (_name, cause, block) => {
    const folder = newFolder()
    const unblock = block(folder)
    const { journal, clock } = onDisk(folder)
    const outcome = await journal.recorded('j1', [opened()], 1_000)
    expect(outcome).toMatchObject({ failure: { parameters: { cause } } })
    expect(readdirSync(folder).join()).not.toContain('set-aside')
    unblock()
    await clock.advanceAsync(60_000)
    expect(journal.trouble).toBeUndefined()
    expect(await onDisk(folder).journal.facts('j1')).toMatchObject({ value: [{ kind: 'job-opened' }] })
  })

  it.each([
    [{ errcode: 13 }, 'disk-full'],
    [{ errcode: 5 + 256 }, 'locked'],
    [{ errcode: 8 }, 'read-only'],
    [{ errcode: 11 }, 'damaged'],
    [{ errcode: 10 }, 'unknown'],
    [{ code: 'ENOSPC' }, 'disk-full'],
    [{ code: 'EDQUOT' }, 'disk-full'],
    [{ code: 'EACCES' }, 'read-only'],
    [{}, 'unknown'],
  ])('has a cause that a person understands: %o is %s', (more, cause) => {
    expect(causeOf(Object.assign(new Error('x'), more))).toBe(cause)
  })
})

describe('a thread of its own', () => {
  const file = new URL('./journal-worker.ts', import.meta.url)

  it('writes and reads like the same thread', async () => {
    const folder = newFolder()
    const journal = new Journal({
      thread: journalInWorker({ file, folder, nowMs: systemClock.wallMs, onReplaced: () => undefined }),
      clock: systemClock,
      random: Math.random,
      onView: () => undefined,
    })
    expect(await journal.recorded('j1', [opened(), noted(2)], 10_000)).toEqual({ ok: true, value: null })
    await journal.close()
    expect(await onDisk(folder).journal.facts('j1')).toMatchObject({ value: [{ sequence: 1 }, { sequence: 2 }] })
  })

  // @proves Jobs: A slow disk never holds up main: facts and kept tokens are written by a thread of their own
  it('lets this one go on while the disk holds it up, also for kept tokens', async () => {
    const slow = new URL('../testing/slow-journal-worker.ts', import.meta.url)
    const journal = new Journal({
      thread: journalInWorker({
        file: slow,
        folder: newFolder(),
        nowMs: systemClock.wallMs,
        onReplaced: () => undefined,
      }),
      clock: systemClock,
      random: Math.random,
      onView: () => undefined,
    })
    const token = { handle: 'h', receivedAt: 1, encrypted: Uint8Array.of(1, 2) }
    for (const write of [() => journal.append('j1', [opened()]).durable, () => journal.tokens.set(token)]) {
      let turns = 0
      let isWritten = false
      void write().then(() => {
        isWritten = true
      })
      while (!isWritten) {
        await nextTurn()
        turns += 1
      }
      expect(turns).toBeGreaterThan(1)
    }
    expect(await journal.tokens.get('h')).toEqual({ ok: true, value: token })
    await journal.close()
  })

  it('that does not start is replaced by this one, and nothing is lost', async () => {
    const folder = newFolder()
    let replaced = 0
    const journal = new Journal({
      thread: journalInWorker({
        file: new URL('./missing-worker.ts', import.meta.url),
        folder,
        nowMs: systemClock.wallMs,
        onReplaced: () => {
          replaced += 1
        },
      }),
      clock: systemClock,
      random: Math.random,
      onView: () => undefined,
    })
    expect(await journal.recorded('j1', [opened()], 10_000)).toEqual({ ok: true, value: null })
    expect(replaced).toBe(1)
    await journal.close()
  })
})

// @proves Jobs: kill -9 at any instruction loses no acknowledged fact (P7)
describe('a process that is killed while it writes', () => {
  const acknowledgedBy = async (child: ChildProcess, enough: number): Promise<number> => {
    let last = 0
    for await (const chunk of child.stdout ?? []) {
      const lines = String(chunk)
        .split('\n')
        .filter((line) => line !== '')
      last = Math.max(last, ...lines.map(Number).filter(Number.isInteger))
      if (last >= enough && child.exitCode === null) child.kill('SIGKILL')
    }
    return last
  }

  it('loses nothing that was acknowledged and leaves no half fact', async () => {
    const folder = newFolder()
    const writer = join(import.meta.dirname, '../testing/kill-writer.ts')
    let first = 1
    for (let round = 0; round < 6; round += 1) {
      const child = spawn(process.execPath, [writer, folder, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] })
      const acknowledged = await acknowledgedBy(child, first + 5 + 37 * round)
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      const database = new JournalDatabase(folder, () => 0)
      const facts = database.facts('job')
      database.close()
      expect(acknowledged).toBeGreaterThanOrEqual(first)
      expect(facts.length).toBeGreaterThanOrEqual(acknowledged)
      expect(facts.filter(({ kind }) => kind === 'unreadable')).toEqual([])
      expect(facts.map(({ sequence }) => sequence)).toEqual(Array.from({ length: facts.length }, (_, n) => n + 1))
      const file = new DatabaseSync(join(folder, 'journal.sqlite'))
      expect(file.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
      file.close()
      first = facts.length + 1
    }
  }, 60_000)
})

it('a folder that cannot be written is named, and the file is left alone', async () => {
  if (process.getuid?.() === 0) {
    // Root may write everywhere: the folder is a file instead.
    const folder = join(newFolder(), 'file')
    writeFileSync(folder, '')
    const { journal } = onDisk(folder)
    expect(await journal.recorded('j1', [opened()], 1_000)).toMatchObject({ failure: { code: 'not-recorded' } })
    return
  }
  const folder = newFolder()
  chmodSync(folder, 0o500)
  const { journal } = onDisk(folder)
  expect(await journal.recorded('j1', [opened()], 1_000)).toMatchObject({ failure: { code: 'not-recorded' } })
})
