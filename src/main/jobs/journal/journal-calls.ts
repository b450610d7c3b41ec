import type { Fact, UnreadableFact } from '../../../shared/facts.ts'
import type { JobEntry } from '../../../shared/job.ts'
import type { JournalTrouble } from '../../../shared/journal-trouble.ts'
import { succeeded } from '../../../shared/outcome.ts'
import { sqliteCode } from '../../storage/database-file.ts'
import type { FactBatch, JobQuery, JournalDatabase } from './journal-database.ts'
import type { KeptToken } from './kept-tokens.ts'

/** What can be asked of the thread that owns the file. */
export type JournalCall =
  | { readonly kind: 'open' }
  | { readonly kind: 'append'; readonly batches: readonly FactBatch[] }
  | { readonly kind: 'facts'; readonly job: string; readonly after: number }
  | { readonly kind: 'list'; readonly query: JobQuery }
  | { readonly kind: 'remove'; readonly jobs: readonly string[] }
  | { readonly kind: 'remove-older'; readonly at: number }
  | { readonly kind: 'keep-token'; readonly token: KeptToken }
  | { readonly kind: 'kept-token'; readonly handle: string }
  | { readonly kind: 'forget-token'; readonly handle: string }
  | { readonly kind: 'forget-older-tokens'; readonly at: number }
  | { readonly kind: 'close' }

/** The values of the calls. */
export interface JournalValues {
  open: null
  append: null
  facts: (Fact | UnreadableFact)[]
  list: JobEntry[]
  remove: null
  'remove-older': number
  'keep-token': null
  'kept-token': KeptToken | null
  'forget-token': null
  'forget-older-tokens': null
  close: null
}

/** The answer to a call. `setAside`: the new name of a file that could not be read. */
export type JournalAnswer<K extends JournalCall['kind'] = JournalCall['kind']> = { readonly setAside?: string } & (
  | { readonly ok: true; readonly value: JournalValues[K] }
  | { readonly ok: false; readonly cause: JournalTrouble }
)

/** Serves one call; never throws. */
export function serveJournal(database: JournalDatabase, call: JournalCall): JournalAnswer {
  const answer = served(database, call)
  return database.setAside === undefined ? answer : { ...answer, setAside: database.setAside }
}

function served(database: JournalDatabase, call: JournalCall): JournalAnswer {
  try {
    return succeeded(perform(database, call))
  } catch (error) {
    return { ok: false, cause: causeOf(error) }
  }
}

function perform(database: JournalDatabase, call: JournalCall): JournalValues[JournalCall['kind']] {
  switch (call.kind) {
    case 'open':
      database.open()
      return null
    case 'append':
      database.append(call.batches)
      return null
    case 'facts':
      return database.facts(call.job, call.after)
    case 'list':
      return database.list(call.query)
    case 'remove':
      database.remove(call.jobs)
      return null
    case 'remove-older':
      return database.removeOlderThan(call.at)
    case 'keep-token':
      database.tokens.set(call.token)
      return null
    case 'kept-token':
      return database.tokens.get(call.handle)
    case 'forget-token':
      database.tokens.remove(call.handle)
      return null
    case 'forget-older-tokens':
      database.tokens.removeOlderThan(call.at)
      return null
    case 'close':
      database.close()
      return null
  }
}

// Primary result codes of SQLite (sqlite.org/rescode.html).
const causes = new Map<number, JournalTrouble>([
  [5, 'locked'],
  [6, 'locked'],
  [8, 'read-only'],
  [11, 'damaged'],
  [13, 'disk-full'],
  [26, 'damaged'],
])
const systemCauses = new Map<unknown, JournalTrouble>([
  ['ENOSPC', 'disk-full'],
  ['EDQUOT', 'disk-full'],
  ['EROFS', 'read-only'],
  ['EACCES', 'read-only'],
  ['EPERM', 'read-only'],
  ['EBUSY', 'locked'],
])

/** Why the disk refused. */
export function causeOf(error: unknown): JournalTrouble {
  const code = sqliteCode(error)
  if (code !== undefined) return causes.get(code) ?? 'unknown'
  return systemCauses.get((error as { code?: unknown } | null | undefined)?.code) ?? 'unknown'
}
