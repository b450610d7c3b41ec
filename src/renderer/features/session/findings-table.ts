import type { FunctionRun } from '../../../shared/session.ts'

/** One value below its column. */
export interface FindingsCell {
  readonly text: string
  /** It should be the same everywhere and is not. */
  readonly isContradicting: boolean
}

/** Findings as a table that fits a screen. */
export interface FindingsTable {
  /** A VIN that all entries share, said once instead of in a column. */
  readonly common: { readonly name: string; readonly value: string; readonly missing: number } | null
  /** Each with the names it was made of. */
  readonly columns: readonly { readonly names: readonly string[] }[]
  readonly rows: readonly FindingsRow[]
}

export interface FindingsRow {
  readonly subject: string
  readonly cells: readonly FindingsCell[]
  /** Values that only few entries have; they get no column. */
  readonly notes: readonly { readonly name: string; readonly value: string }[]
}

type Findings = FunctionRun['findings']

/** A VIN (ISO 3779): 17 characters without I, O and Q. */
const vin = /^[A-HJ-NPR-Z0-9]{17}$/

/** Number and version of a software as *Identify the car* names them in its languages; they are read together. */
const softwareNames: ReadonlyArray<readonly [string, string]> = [
  ['Software number', 'Software version'],
  ['Softwarenummer', 'Softwareversion'],
  ['Softwarenummer', 'Softwareversie'],
  ['Référence du logiciel', 'Version du logiciel'],
]

/** Several values of one subject and name stand together; the same value is not repeated. */
function valuesOf(findings: Findings): Map<string, Map<string, string>> {
  const rows = new Map<string, Map<string, Set<string>>>()
  for (const { subject, name, value } of findings) {
    const row = rows.get(subject) ?? new Map<string, Set<string>>()
    rows.set(subject, row.set(name, (row.get(name) ?? new Set()).add(value)))
  }
  return new Map(
    [...rows].map(([subject, row]) => [
      subject,
      new Map([...row].map(([name, values]) => [name, [...values].filter((value) => value !== '').join('\n')])),
    ]),
  )
}

const isVinColumn = (values: readonly string[]): boolean =>
  values.length > 1 && values.filter((value) => vin.test(value)).length * 2 >= values.length

/** The value that most have; undefined when two are equally frequent. */
function mostFrequent(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const [first, second] = [...counts].sort((a, b) => b[1] - a[1])
  return first !== undefined && first[1] > (second?.[1] ?? 0) ? first[0] : undefined
}

/** A column with fewer values than this share of the rows becomes notes. */
const smallestShare = 0.4
/** With this many rows or fewer every name has a column. */
const fewRows = 2

/** One row per subject, one column per name, both in the order of their first appearance; see `FindingsTable`. */
export function findingsTable(findings: Findings): FindingsTable {
  const values = valuesOf(findings)
  const names = [...new Set(findings.map(({ name }) => name))]
  const inColumn = (name: string) =>
    [...values.values()].map((row) => row.get(name) ?? '').filter((text) => text !== '')
  const vinName = names.find((name) => isVinColumn(inColumn(name)))
  const vins = vinName === undefined ? [] : inColumn(vinName).filter((value) => vin.test(value))
  const isShared = vinName !== undefined && new Set(vins).size === 1
  const isSparse = (name: string) => values.size > fewRows && inColumn(name).length < values.size * smallestShare
  const wide = names.filter((name) => inColumn(name).length > 0 && !isSparse(name) && !(isShared && name === vinName))
  const columns = joined(wide)
  const usual = mostFrequent(vins)
  const rows = [...values].map(([subject, row]): FindingsRow => {
    const cells = columns.map(({ names: parts }) => ({
      text: parts.flatMap((name) => row.get(name) || []).join(' · '),
      isContradicting: vinName !== undefined && parts.includes(vinName) && isOther(row.get(vinName), usual),
    }))
    const noted = [...row].filter(([name, value]) => value !== '' && !wide.includes(name))
    const isEmpty = cells.every(({ text }) => text === '') && noted.every(([name]) => name === vinName)
    const kept = noted.filter(([name, value]) => isEmpty || !(isShared && name === vinName && value === vins[0]))
    return { subject, cells, notes: kept.map(([name, value]) => ({ name, value })) }
  })
  const [shared] = vins
  const common =
    isShared && shared !== undefined ? { name: vinName, value: shared, missing: values.size - vins.length } : null
  return { common, columns, rows }
}

const isOther = (value: string | undefined, usual: string | undefined): boolean =>
  value !== undefined && vin.test(value) && value !== usual

/** Columns with number and version of the software as one. */
function joined(names: readonly string[]): FindingsTable['columns'] {
  const pair = softwareNames.find(([number, version]) => names.includes(number) && names.includes(version))
  return names
    .filter((name) => name !== pair?.[1])
    .map((name) => ({ names: pair !== undefined && name === pair[0] ? pair : [name] }))
}
