import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Journal } from '../../src/main/jobs/journal/journal.ts'
import { JournalDatabase } from '../../src/main/jobs/journal/journal-database.ts'
import { type JournalThread, journalInWorker } from '../../src/main/jobs/journal/journal-thread.ts'
import { PromptFacts } from '../../src/main/jobs/prompt-facts.ts'
import { systemClock } from '../../src/openobd/clock.ts'
import type { Fact, NewFact } from '../../src/shared/facts.ts'
import { succeeded } from '../../src/shared/outcome.ts'
import { interleaved, roundOf } from '../rounds.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

const workerFile = new URL('../../src/main/jobs/journal/journal-worker.ts', import.meta.url)
const mebi = 1024 * 1024
const jobs = 8

function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'workbench-perf-'))
  return use(folder).finally(() => rmSync(folder, { recursive: true, force: true }))
}

function open(folder: string, thread?: JournalThread): Journal {
  const onReplaced = () => {
    throw new Error('The journal has no worker.')
  }
  const worker = () => journalInWorker({ file: workerFile, folder, nowMs: systemClock.wallMs, onReplaced })
  return new Journal({ thread: thread ?? worker(), clock: systemClock, random: Math.random, onView: () => undefined })
}

const numbered = (job: string, sequence: number, fact: NewFact): Fact =>
  ({ ...fact, job, sequence, at: sequence }) as Fact
const opened: NewFact = {
  kind: 'job-opened',
  actor: 'mechanic',
  server: { key: 'depot.example:443', profileId: 'depot' },
  target: { kind: 'ticket', number: '7848095' },
  licensePlate: 'HB-FC 2108',
}
const small: NewFact = { kind: 'function-extent-known', actor: 'function', runId: 'r', controlUnits: 10 }

/** Facts per second when eight jobs record one fact after the other, and when everything is given at once. */
async function throughput(): Promise<{ awaited: number; bulk: number }> {
  return await inFolder(async (folder) => {
    const journal = open(folder)
    const names = Array.from({ length: jobs }, (_, index) => `job-${index}`)
    await Promise.all(names.map((job) => journal.append(job, [numbered(job, 1, opened)]).durable))
    const begin = performance.now()
    let written = 0
    await Promise.all(
      names.map(async (job) => {
        for (let sequence = 2; performance.now() - begin < 3_000; sequence += 1) {
          await journal.append(job, [numbered(job, sequence, small)]).durable
          written += 1
        }
      }),
    )
    const awaited = (written / (performance.now() - begin)) * 1_000
    const count = 50_000
    const beginBulk = performance.now()
    let last: Promise<void> = Promise.resolve()
    for (let sequence = 1; sequence <= count; sequence += 1) {
      last = journal.append('bulk', [numbered('bulk', sequence, small)]).durable
    }
    await last
    const bulk = (count / (performance.now() - beginBulk)) * 1_000
    await journal.close()
    return { awaited, bulk }
  })
}

/** From an answer's arrival in main until it may be sent, with the journal and with one that accepts at once. */
async function answers(): Promise<{ with: number; p99: number; without: number; late: number }> {
  return await inFolder(async (folder) => {
    const atOnce: JournalThread = { call: () => Promise.resolve(succeeded(null) as never) }
    let late = 0
    const contenders = [open(folder), open(folder, atOnce)].map((journal) => {
      let sequence = 0
      const record = (fact: NewFact) => {
        sequence += 1
        return journal.append('job', [numbered('job', sequence, fact)])
      }
      const recorder = new PromptFacts({
        clock: systemClock,
        journal,
        visitors: { record },
        jobOf: () => ({ record }) as never,
      })
      let answer = 0
      const once = async () => {
        answer += 1
        const given = {
          promptId: 'p',
          answerId: `a${answer}`,
          choice: { kind: 'yesno', yes: true },
          device: 'touch',
          sessionId: 's',
        }
        if (!(await recorder.answering(given as never).sendable)) late += 1
      }
      return { journal, measure: (requests: number) => roundOf(requests, once) }
    })
    const [real, none] = await interleaved(
      contenders.map(({ measure }) => measure),
      { rounds: 10, requests: 60 },
    )
    await Promise.all(contenders.map(({ journal }) => journal.close()))
    const [withJournal, without] = [summarise(real?.samples ?? []), summarise(none?.samples ?? [])]
    return { with: withJournal.median / 1_000, p99: withJournal.p99 / 1_000, without: without.median / 1_000, late }
  })
}

/** What a start reads: the open jobs with their facts, and the first page of the history. */
async function start(folder: string): Promise<number> {
  const begin = performance.now()
  const journal = open(folder)
  const list = await journal.list({ openOnly: true, limit: 100 })
  if (!list.ok) throw new Error('The journal cannot be read.')
  for (const { id } of list.value) await journal.facts(id)
  await journal.removeOlderThan(0)
  await journal.list({ limit: 50 })
  const time = performance.now() - begin
  await journal.close()
  return time
}

/** The facts of one closed visit. `lines`: log lines of 100 characters. */
function visit(job: string, at: number, lines: number): Fact[] {
  const content = 'x'.repeat(100)
  const session = `s-${job}`
  const facts: NewFact[] = [
    { ...opened, licensePlate: `P ${job}` } as NewFact,
    { kind: 'session-requested', actor: 'mechanic', session, target: { kind: 'ticket', number: '7848095' } },
    { kind: 'session-started', actor: 'server', session, sessionId: session },
    { kind: 'session-claimed', actor: 'server', session },
    ...Array.from({ length: Math.ceil(lines / 1_000) }, (_, index): NewFact => {
      const count = Math.min(1_000, lines - index * 1_000)
      const line = { at, level: 'info' as const, content }
      return {
        kind: 'function-logged',
        actor: 'function',
        session,
        lines: Array.from({ length: count }, () => line),
        leftOut: 0,
      }
    }),
    { kind: 'session-ended', actor: 'server', session, end: 'finished' },
    { kind: 'job-closed', actor: 'mechanic' },
  ]
  return facts.map((fact, index) => ({ ...fact, job, sequence: index + 1, at: at + index }) as Fact)
}

function fill(folder: string, count: number, lines: number): void {
  const database = new JournalDatabase(folder, () => 0)
  const atOnce = lines > 0 ? 10 : 500
  for (let first = 0; first < count; first += atOnce) {
    const names = Array.from({ length: Math.min(atOnce, count - first) }, (_, index) => `job-${first + index}`)
    database.append(names.map((job, index) => ({ job, facts: visit(job, 1_000_000 + (first + index) * 1_000, lines) })))
  }
  database.close()
}

/** Median of seven starts in turns with an empty journal, in ms. */
async function startsWith(folder: string): Promise<{ full: number; empty: number }> {
  return await inFolder(async (none) => {
    const [full, empty]: [number[], number[]] = [[], []]
    for (let round = 0; round < 7; round += 1) {
      full.push(await start(folder))
      empty.push(await start(none))
    }
    return { full: summarise(full).median, empty: summarise(empty).median }
  })
}

/** The journal of facts: how fast it writes, what it costs an answer, and what many jobs cost a start. */
export async function journalRow(): Promise<Row> {
  const speed = await throughput()
  const answer = await answers()
  const many = await inFolder(async (folder) => {
    fill(folder, 10_000, 0)
    return await startsWith(folder)
  })
  const large = await inFolder(async (folder) => {
    fill(folder, 300, 52_000)
    const bytes = statSync(join(folder, 'journal.sqlite')).size
    const starts = await startsWith(folder)
    const journal = open(folder)
    await journal.list({ limit: 1 })
    const append = await roundOf(200, () => journal.append('new', [numbered('new', 1, opened)]).durable)
    const read = await roundOf(3, () => journal.facts('job-150'))
    const search = await roundOf(20, () => journal.list({ search: 'job-150', limit: 50 }))
    await journal.close()
    return { mib: bytes / mebi, starts, append, read, search }
  })
  return {
    title: 'the journal of facts',
    numbers: {
      'facts/s, eight jobs, each waits for its fact': speed.awaited,
      'facts/s, 50,000 at once': speed.bulk,
      'answer with journal ms': answer.with,
      'p99 ms': answer.p99,
      'answers that went out unrecorded': answer.late,
      'without ms': answer.without,
      'start, 10,000 jobs ms': many.full,
      'start, none ms': many.empty,
      'large file MiB': large.mib,
      'its start ms': large.starts.full,
      'its append ms': summarise(large.append.samples).median / 1_000,
      'reading one job of 6.6 MiB ms': summarise(large.read.samples).median / 1_000,
      'its search ms': summarise(large.search.samples).median / 1_000,
    },
    verdicts: [
      { what: 'durable facts, eight jobs', value: speed.awaited, unit: '/s', atLeast: 2_000 },
      { what: 'answer: with journal − without, median', value: answer.with - answer.without, unit: 'ms', atMost: 5 },
      { what: 'start: 10,000 jobs − none, median', value: many.full - many.empty, unit: 'ms', atMost: 300 },
      { what: 'start: 2 GB − none, median', value: large.starts.full - large.starts.empty, unit: 'ms', atMost: 300 },
    ],
  }
}
