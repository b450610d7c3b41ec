import type { Fact, FactOf } from '../../../shared/facts.ts'
import type { JobEntry } from '../../../shared/job.ts'

/** Version of the entries: with another one the index is made anew from the facts. */
export const entryVersion = 2

/** A job in the index of all jobs. */
export interface IndexedJob extends JobEntry {
  readonly serverKey: string
  /** Handle of a session that was requested and is not known to have ended. */
  readonly openSession?: string
  /** A result was chosen and is not known to have arrived. */
  readonly hasUnsentResult: boolean
  /** At least one session was started on the server. */
  readonly hasSession: boolean
}

/** The entry after a fact; undefined as long as the job was not opened. The same object when the fact changes nothing. */
export function entryAfter(entry: IndexedJob | undefined, fact: Fact): IndexedJob | undefined {
  if (fact.kind === 'job-opened') return entry ?? openedEntry(fact)
  return entry === undefined ? undefined : changed(entry, fact)
}

function openedEntry(fact: Extract<Fact, { kind: 'job-opened' }>): IndexedJob {
  const { job: id, at, target, licensePlate, lift, vehicleName, server } = fact
  return {
    id,
    target,
    ...(licensePlate ? { licensePlate } : {}),
    ...(lift ? { lift } : {}),
    ...(vehicleName ? { vehicleName } : {}),
    openedAt: at,
    lastAt: at,
    isClosed: false,
    serverKey: server.key,
    hasUnsentResult: false,
    hasSession: false,
  }
}

function changed(entry: IndexedJob, fact: Fact): IndexedJob {
  switch (fact.kind) {
    case 'job-described': {
      const { licensePlate, lift, vehicleName, vin, connectorNumber } = fact
      const known = Object.entries({ licensePlate, lift, vehicleName, vin, connectorNumber })
      return { ...entry, ...Object.fromEntries(known.filter(([, value]) => value !== undefined)) }
    }
    case 'job-closed':
      return { ...entry, isClosed: true, lastAt: fact.at }
    case 'session-requested':
      return { ...entry, openSession: fact.session, isClosed: false, lastAt: fact.at }
    case 'session-started':
      return { ...entry, hasSession: true }
    case 'session-not-started':
      return withoutSession(entry, fact.session)
    case 'session-ended':
      return endedEntry(entry, fact)
    case 'finish-chosen':
      return { ...entry, hasUnsentResult: true }
    case 'finish-confirmed':
    case 'finish-refused':
    case 'finish-dismissed':
      return { ...entry, hasUnsentResult: false }
    default:
      return entry
  }
}

function endedEntry(entry: IndexedJob, { session, end, serviceResult, at }: FactOf<'session-ended'>): IndexedJob {
  const { results: _, ...rest } = withoutSession(entry, session)
  return { ...rest, end, lastAt: at, ...(serviceResult ? { results: serviceResult.results } : {}) }
}

function withoutSession(entry: IndexedJob, session: string): IndexedJob {
  if (entry.openSession !== session) return entry
  const { openSession: _, ...rest } = entry
  return rest
}

/** The text of a job that a search looks through, and the same form of what a person typed: without case, spaces and hyphens. */
export const searchText = (...parts: readonly (string | undefined)[]): string =>
  parts
    .filter((part) => part !== undefined)
    .map((part) =>
      part
        .normalize('NFKC')
        .toLowerCase()
        .replaceAll(/[\s\-.·]/gu, ''),
    )
    .join('\n')

/** The search text of an entry. */
export const searchTextOf = ({ licensePlate, lift, vehicleName, vin, connectorNumber, target }: JobEntry): string =>
  searchText(licensePlate, lift, vehicleName, vin, connectorNumber, target.number)
