/** A ratio (or an absolute value) and its goal. */
export interface Verdict {
  readonly what: string
  readonly value: number
  readonly unit: '×' | 'ms' | 'µs' | '/s' | ''
  /** Largest value that passes; absent for rows without a goal. */
  readonly atMost?: number
  readonly atLeast?: number
}

/** One measured row: its name, the raw numbers as text, and its verdicts. */
export interface Row {
  readonly title: string
  readonly numbers: Readonly<Record<string, number>>
  readonly verdicts: readonly Verdict[]
  /** Why it was not measured. */
  readonly skipped?: string
}

/** Whether a value meets its goal; undefined without a goal. */
export function passes({ value, atMost, atLeast }: Verdict): boolean | undefined {
  if (atMost === undefined && atLeast === undefined) return undefined
  return (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast)
}

const shown = (value: number) => (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(1))

function goal({ atMost, atLeast, unit }: Verdict): string {
  if (atMost !== undefined) return `≤ ${atMost} ${unit}`.trimEnd()
  return atLeast === undefined ? '–' : `≥ ${atLeast} ${unit}`.trimEnd()
}

const mark = (verdict: Verdict) => ({ true: 'pass', false: 'MISS', undefined: '' })[`${passes(verdict)}`] ?? ''

/** The rows as text: one line per verdict, raw numbers below their row. */
export function table(rows: readonly Row[]): string {
  const cells = rows.flatMap((row) => [
    ...row.verdicts.map((verdict, index) => [
      index === 0 ? row.title : '',
      verdict.what,
      `${shown(verdict.value)} ${verdict.unit}`.trimEnd(),
      goal(verdict),
      mark(verdict),
    ]),
    ...(row.skipped === undefined ? [] : [[row.title, `not measured: ${row.skipped}`, '', '', '']]),
  ])
  const lines = [['measurement', 'what', 'value', 'goal', ''], ...cells]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const raw = rows.map((row) => {
    const numbers = Object.entries(row.numbers).map(([name, value]) => `${name} ${shown(value)}`)
    return `  ${row.title}: ${numbers.join(' · ')}`
  })
  return [...text, '', 'Raw numbers:', ...raw.filter((line) => !line.endsWith(': '))].join('\n')
}
