import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Fact, readFact, type UnreadableFact, visitorsJob } from '../../../shared/facts.ts'
import { type JobEntry, jobEntrySchema } from '../../../shared/job.ts'
import { type DatabaseFile, isUnusable, moveAside, openDatabaseFile } from '../../storage/database-file.ts'
import { entryAfter, entryVersion, type IndexedJob, searchText, searchTextOf } from '../projections/job-entry.ts'
import { KeptTokenTable, keptTokensSchema } from './kept-tokens.ts'

/** Facts of one job that are written together. */
export interface FactBatch {
  readonly job: string
  readonly facts: readonly Fact[]
}

/** Which jobs of the index are listed, newest first. */
export interface JobQuery {
  readonly search?: string
  /** Only jobs that nobody closed, or whose session may still be open. */
  readonly openOnly?: boolean
  readonly limit: number
  readonly before?: { readonly openedAt: number; readonly id: string }
}

/** What version 2 has more than version 1. */
const added = `
CREATE INDEX closed_jobs ON jobs (last_at) WHERE is_open = 0;
${keptTokensSchema}`
const schema = `
CREATE TABLE facts (job TEXT NOT NULL, sequence INTEGER NOT NULL, fact TEXT NOT NULL, PRIMARY KEY (job, sequence)) STRICT, WITHOUT ROWID;
CREATE TABLE jobs (
  id TEXT PRIMARY KEY, opened_at REAL NOT NULL, last_at REAL NOT NULL, is_open INTEGER NOT NULL, is_listed INTEGER NOT NULL,
  search TEXT NOT NULL, entry TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_by_time ON jobs (opened_at DESC, id);
CREATE INDEX open_jobs ON jobs (opened_at DESC) WHERE is_open = 1;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
${added}`
/** Larger files are not checked as a whole when they are opened; damage is found when a page is read. */
const checkedBytes = 32 * 1024 * 1024
const lockTimeoutMs = 250

interface Opened {
  readonly database: DatabaseSync
  readonly statements: ReturnType<typeof statementsOf>
  readonly tokens: KeptTokenTable
}

const statementsOf = (database: DatabaseSync) =>
  ({
    insert: database.prepare('INSERT OR IGNORE INTO facts (job, sequence, fact) VALUES (?, ?, ?)'),
    facts: database.prepare('SELECT sequence, fact FROM facts WHERE job = ? AND sequence > ? ORDER BY sequence'),
    jobs: database.prepare('SELECT DISTINCT job FROM facts'),
    entry: database.prepare('SELECT entry FROM jobs WHERE id = ?'),
    setEntry: database.prepare(
      `INSERT INTO jobs (id, opened_at, last_at, is_open, is_listed, search, entry) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at, is_open = excluded.is_open,
         is_listed = excluded.is_listed, search = excluded.search, entry = excluded.entry`,
    ),
    list: database.prepare(
      `SELECT entry FROM jobs
       WHERE (opened_at < :openedAt OR (opened_at = :openedAt AND id > :id)) AND is_listed >= :listed
         AND instr(search, :search) > 0
       ORDER BY opened_at DESC, id LIMIT :limit`,
    ),
    open: database.prepare('SELECT entry FROM jobs WHERE is_open = 1 ORDER BY opened_at DESC LIMIT ?'),
    old: database.prepare('SELECT id FROM jobs WHERE last_at < ? AND is_open = 0'),
    removeVisitors: database.prepare("DELETE FROM facts WHERE job = ? AND json_extract(fact, '$.at') < ?"),
    removeFacts: database.prepare('DELETE FROM facts WHERE job = ?'),
    removeJob: database.prepare('DELETE FROM jobs WHERE id = ?'),
    removeJobs: database.prepare('DELETE FROM jobs'),
    meta: database.prepare('SELECT value FROM meta WHERE name = ?'),
    setMeta: database.prepare(
      'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    ),
  }) satisfies Record<string, StatementSync>

/** The journal's file, used by one thread. Every method throws the error of SQLite when the disk refuses. */
export class JournalDatabase {
  readonly #path: string
  readonly #nowMs: () => number
  #opened: Opened | undefined
  #setAside: string | undefined
  readonly #entries = new Map<string, IndexedJob>()

  constructor(folder: string, nowMs: () => number) {
    this.#path = join(folder, 'journal.sqlite')
    this.#nowMs = nowMs
  }

  /** The new name of a file that could not be read, without its folder. */
  get setAside(): string | undefined {
    return this.#setAside
  }

  /** Writes the facts of several jobs in one transaction. A fact that is there already is left as it is. */
  append(batches: readonly FactBatch[]): void {
    try {
      this.#append(batches)
    } catch (error) {
      this.#entries.clear()
      if (!isUnusable(error)) throw error
      this.#moveAside()
      this.#append(batches)
    }
  }

  /** The facts of a job in order, those with a higher number than `after`. */
  facts(job: string, after = 0): (Fact | UnreadableFact)[] {
    const rows = this.#open().statements.facts.all(job, after)
    return rows.map(({ sequence, fact }) => readFact(job, Number(sequence), parsed(fact)))
  }

  /** Jobs of the index. */
  list({ search = '', openOnly = false, limit, before }: JobQuery): JobEntry[] {
    const { list, open } = this.#open().statements
    const { openedAt, id } = before ?? { openedAt: Number.MAX_VALUE, id: '' }
    const rows = openOnly ? open.all(limit) : list.all({ openedAt, id, listed: 1, search: searchText(search), limit })
    return rows.flatMap(({ entry }) => jobEntrySchema.safeParse(parsed(entry)).data ?? [])
  }

  /** Removes jobs so that nothing of them is left in the file. */
  remove(jobs: readonly string[]): void {
    const { database, statements } = this.#open()
    transaction(database, () => {
      for (const job of jobs) {
        statements.removeFacts.run(job)
        statements.removeJob.run(job)
        this.#entries.delete(job)
      }
    })
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  /** Removes jobs that ended before the given time; returns their number. */
  removeOlderThan(at: number): number {
    const { old: olderThan, removeVisitors } = this.#open().statements
    removeVisitors.run(visitorsJob, at)
    const old = olderThan.all(at).map(({ id }) => String(id))
    if (old.length > 0) this.remove(old)
    return old.length
  }

  /** The session tokens that outlive this process. */
  get tokens(): KeptTokenTable {
    return this.#open().tokens
  }

  /** Opens the file if it is not open. */
  open(): void {
    this.#open()
  }

  /** Closes the file. */
  close(): void {
    this.#opened?.database.close()
    this.#opened = undefined
    this.#entries.clear()
  }

  #append(batches: readonly FactBatch[]): void {
    const { database, statements } = this.#open()
    transaction(database, () => {
      for (const { job, facts } of batches) {
        for (const fact of facts) statements.insert.run(job, fact.sequence, JSON.stringify(fact))
        this.#index(statements, job, facts)
      }
    })
  }

  #index(statements: Opened['statements'], job: string, facts: readonly Fact[]): void {
    const before = this.#entries.get(job) ?? storedEntry(statements.entry.get(job)?.entry)
    const after = facts.reduce(entryAfter, before)
    if (after === undefined || after === before) return
    this.#entries.set(job, after)
    const isOpen = !after.isClosed || after.openSession !== undefined
    const isListed = after.hasSession || !after.isClosed
    const { id, openedAt, lastAt } = after
    const search = searchTextOf(after)
    statements.setEntry.run(id, openedAt, lastAt, Number(isOpen), Number(isListed), search, JSON.stringify(after))
  }

  #open(): Opened {
    if (this.#opened) return this.#opened
    const file: DatabaseFile<Opened> = {
      path: this.#path,
      version: 2,
      schema,
      upgrades: { 1: added },
      lockTimeoutMs,
      isChecked: (path) => existsSync(path) && statSync(path).size <= checkedBytes,
      prepare: (database) => {
        database.exec('PRAGMA secure_delete = ON;')
        return { database, statements: statementsOf(database), tokens: new KeptTokenTable(database) }
      },
    }
    const { value, setAside } = openDatabaseFile(file, this.#nowMs())
    this.#opened = value
    if (setAside !== undefined) this.#setAside = setAside
    if (value.statements.meta.get('entries')?.value !== String(entryVersion)) this.#makeIndex(value)
    return value
  }

  #makeIndex({ database, statements }: Opened): void {
    transaction(database, () => {
      statements.removeJobs.run()
      for (const { job } of statements.jobs.all()) {
        const id = String(job)
        const facts = this.facts(id).filter((fact): fact is Fact => fact.kind !== 'unreadable')
        this.#index(statements, id, facts)
      }
      statements.setMeta.run('entries', String(entryVersion))
    })
    this.#entries.clear()
  }

  #moveAside(): void {
    try {
      this.#opened?.database.close()
    } finally {
      this.#opened = undefined
      this.#setAside = moveAside(this.#path, this.#nowMs())
    }
  }
}

function transaction(database: DatabaseSync, run: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    run()
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function storedEntry(text: unknown): IndexedJob | undefined {
  const entry = parsed(text)
  return jobEntrySchema.safeParse(entry).success ? (entry as IndexedJob) : undefined
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
