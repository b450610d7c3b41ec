import { describe, expect, it } from 'vitest'
import { findingsTable } from './findings-table.ts'

const finding = (subject: string, name: string, value: string) => ({ subject, name, value })

describe('findingsTable', () => {
  it('makes one row per control unit and one column per name, in the order of arrival', () => {
    const table = findingsTable([
      finding('Engine', 'Part', 'a'),
      finding('Brakes', 'Software', 'x'),
      finding('Engine', 'Software', 'b'),
    ])
    expect(table.columns).toEqual(['Part', 'Software'])
    expect(table.rows).toEqual([
      { subject: 'Engine', values: ['a', 'b'] },
      { subject: 'Brakes', values: ['', 'x'] },
    ])
  })

  it('keeps several values of one cell, each once', () => {
    const table = findingsTable([finding('E', 'P', '1'), finding('E', 'P', '2'), finding('E', 'P', '1')])
    expect(table.rows[0]?.values).toEqual(['1\n2'])
  })

  it('is empty without findings', () => expect(findingsTable([])).toEqual({ columns: [], rows: [] }))
})
