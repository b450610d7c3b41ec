import type { FunctionRun } from '../../../shared/session.ts'

/** Findings as rows: one per subject, one column per name, both in the order of their first appearance. */
export interface FindingsTable {
  readonly columns: readonly string[]
  readonly rows: ReadonlyArray<{ readonly subject: string; readonly values: readonly string[] }>
}

/** Several values of one subject and name stand in one cell, one per line; the same value is not repeated. */
export function findingsTable(findings: FunctionRun['findings']): FindingsTable {
  const columns = [...new Set(findings.map(({ name }) => name))]
  const subjects = [...new Set(findings.map(({ subject }) => subject))]
  const rows = subjects.map((subject) => ({
    subject,
    values: columns.map((column) => {
      const values = findings.filter((finding) => finding.subject === subject && finding.name === column)
      return [...new Set(values.map(({ value }) => value))].join('\n')
    }),
  }))
  return { columns, rows }
}
