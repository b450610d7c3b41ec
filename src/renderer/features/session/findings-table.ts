import type { FindingKey, FunctionFinding, FunctionRun } from '../../../shared/session.ts'

/** One value in a column. */
export interface FindingsCell {
  readonly text: string
  /** The value should be the same in every row, but is not. */
  readonly isContradicting: boolean
}

/** How many control units answered. */
export interface FindingsSummary {
  readonly answered: number
  /** All control units that the function will read. */
  readonly total: number
  /** Names of the control units without an answer. */
  readonly silent: readonly string[]
  /** Number of control units without any data: not yet asked, or no longer. */
  readonly unread: number
}

/** Findings as a table that fits a screen. */
export interface FindingsTable {
  /** Undefined when no control unit is to be read. */
  readonly summary: FindingsSummary | undefined
  readonly isContradicting: boolean
  /** The VIN when all reported VINs are equal, shown once instead of in a column; `missing` is the number of answers without a VIN. */
  readonly common: { readonly name: string; readonly value: string; readonly missing: number } | null
  /** The columns, each with its keys. */
  readonly columns: readonly { readonly keys: readonly FindingKey[]; readonly name: string }[]
  /** Rows with a problem first, then in the order of arrival. */
  readonly rows: readonly FindingsRow[]
}

export interface FindingsRow {
  readonly key: string
  readonly subject: string
  readonly cells: readonly FindingsCell[]
  /** Values that only few rows have; they get no column. */
  readonly notes: readonly FindingsNote[]
}

export interface FindingsNote {
  readonly key: FindingKey
  readonly name: string
  readonly value: string
  /** A problem, for example that a control unit gave no answer. */
  readonly isProblem: boolean
}

interface Entry {
  readonly key: string
  readonly subject: string
  readonly kind: FunctionFinding['subjectKind']
  readonly values: Map<FindingKey, FunctionFinding>
}

/** Values about a whole entry never have a column. */
const remarks: ReadonlySet<FindingKey> = new Set(['state', 'contradicting-vins'])
/** A column with values from a smaller share of the answers becomes notes. */
const smallestShare = 0.4
/** With this many answers or fewer every key has a column. */
const fewRows = 2

function entriesOf(findings: readonly FunctionFinding[]): Entry[] {
  const entries = new Map<string, Entry>()
  for (const finding of findings) {
    if (finding.value === '') continue
    const { subjectKey, subject, subjectKind, key } = finding
    const entry = entries.get(subjectKey) ?? { key: subjectKey, subject, kind: subjectKind, values: new Map() }
    entry.values.set(key, finding)
    entries.set(subjectKey, entry)
  }
  return [...entries.values()]
}

const isSilent = ({ values }: Entry): boolean => [...values.values()].every(({ outcome }) => outcome === 'no-answer')

function summaryOf(entries: readonly Entry[], expected: number): FindingsSummary | undefined {
  const units = entries.filter(({ kind }) => kind === 'control-unit')
  const total = Math.max(expected, units.length)
  if (total === 0) return undefined
  const silent = units.filter(isSilent).map(({ subject }) => subject)
  return { answered: units.length - silent.length, total, silent, unread: total - units.length }
}

/** The VIN of an entry, when it gave a valid one. */
const vinOf = ({ values }: Entry): string | undefined => {
  const found = values.get('vin')
  return found?.outcome === 'value' ? found.value : undefined
}

/** The most frequent value; undefined when two are equally frequent. */
function mostFrequent(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const [first, second] = [...counts].sort((a, b) => b[1] - a[1])
  return first !== undefined && first[1] > (second?.[1] ?? 0) ? first[0] : undefined
}

/** One row per subject, one column per key, both in the order of their first appearance; see `FindingsTable`. */
export function findingsTable({
  findings,
  controlUnits,
}: Pick<FunctionRun, 'findings' | 'controlUnits'>): FindingsTable {
  const entries = entriesOf(findings)
  const vins = entries.flatMap((entry) => vinOf(entry) ?? [])
  const [shared] = new Set(vins).size === 1 && vins.length > 1 ? vins : []
  const usual = mostFrequent(vins)
  const wide = wideKeys(entries, findings).filter((key) => !(shared !== undefined && key === 'vin'))
  const columns = columnsOf(wide, findings)
  const isOther = (entry: Entry) => new Set(vins).size > 1 && vinOf(entry) !== undefined && vinOf(entry) !== usual
  const rows = entries.map((entry): FindingsRow & { rank: number } => {
    const { key, subject, values } = entry
    const cells = columns.map(({ keys }) => ({
      text: keys.flatMap((part) => values.get(part)?.value ?? []).join(' · '),
      isContradicting: keys.includes('vin') && isOther(entry),
    }))
    const noted = [...values.values()].filter((found) => !wide.includes(found.key))
    const isOnlyVin = entry.kind === 'control-unit' && values.size === 1
    const kept = noted.filter((found) => isOnlyVin || !(found.key === 'vin' && vinOf(entry) === shared))
    const notes = kept.map(noteOf)
    return { key, subject, cells, notes, rank: rankOf(entry, isOther(entry)) }
  })
  const answering = entries.filter((entry) => entry.kind === 'control-unit' && !isSilent(entry))
  const name = findings.find(({ key }) => key === 'vin')?.name ?? ''
  const missing = answering.filter((entry) => vinOf(entry) === undefined).length
  return {
    summary: summaryOf(entries, controlUnits ?? 0),
    isContradicting: new Set(vins).size > 1 || findings.some(({ key }) => key === 'contradicting-vins'),
    common: shared === undefined ? null : { name, value: shared, missing },
    columns: columns.map(({ keys, name: title }) => ({ keys, name: title })),
    rows: rows
      .filter(({ cells, notes }) => notes.length > 0 || cells.some(({ text }) => text !== ''))
      .sort((a, b) => a.rank - b.rank)
      .map(({ rank: _rank, ...row }) => row),
  }
}

/** Problems come first: contradictions, then no answer, then unreadable values. */
function rankOf(entry: Entry, isContradicting: boolean): number {
  if (isContradicting || entry.values.has('contradicting-vins')) return 0
  if (isSilent(entry)) return 1
  return [...entry.values.values()].some(({ outcome }) => outcome !== 'value') ? 2 : 3
}

const noteOf = ({ key, name, value, outcome }: FunctionFinding): FindingsNote => ({
  key,
  name,
  value,
  isProblem: outcome !== 'value' || remarks.has(key),
})

/** Entries without an answer do not count for the choice of columns. */
function wideKeys(all: readonly Entry[], findings: readonly FunctionFinding[]): FindingKey[] {
  const entries = all.filter((entry) => entry.kind === 'control-unit' && !isSilent(entry))
  const keys = [...new Set(findings.map(({ key }) => key))].filter((key) => !remarks.has(key))
  const count = (key: FindingKey) => entries.filter(({ values }) => values.has(key)).length
  return keys.filter((key) => {
    if (count(key) === 0) return false
    return entries.length <= fewRows || count(key) >= entries.length * smallestShare
  })
}

/** The columns, with software number and version combined. */
function columnsOf(keys: readonly FindingKey[], findings: readonly FunctionFinding[]): FindingsTable['columns'] {
  const nameOf = (key: FindingKey) => findings.find((finding) => finding.key === key)?.name ?? ''
  const isPair = keys.includes('software-number') && keys.includes('software-version')
  return keys
    .filter((key) => !(isPair && key === 'software-version'))
    .map((key) => ({
      keys: isPair && key === 'software-number' ? [key, 'software-version'] : [key],
      name: nameOf(key),
    }))
}
