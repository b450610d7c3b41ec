import { describe, expect, it } from 'vitest'
import { findingsTable } from './findings-table.ts'

const finding = (subject: string, name: string, value: string) => ({ subject, name, value })
const mine = 'WFKZZZ8C9MA204417'
const other = 'WFKZZZ8C9MA000000'
const texts = (findings: Parameters<typeof findingsTable>[0]) =>
  findingsTable(findings).rows.map(({ subject, cells }) => [subject, ...cells.map(({ text }) => text)])

describe('findingsTable', () => {
  it('makes one row per control unit and one column per name, in the order of arrival', () => {
    const findings = [finding('Engine', 'Part', 'a'), finding('Brakes', 'Date', 'x'), finding('Engine', 'Date', 'b')]
    expect(findingsTable(findings).columns.map(({ names }) => names)).toEqual([['Part'], ['Date']])
    expect(texts(findings)).toEqual([
      ['Engine', 'a', 'b'],
      ['Brakes', '', 'x'],
    ])
  })

  it('keeps several values of one cell, each once', () => {
    expect(texts([finding('E', 'P', '1'), finding('E', 'P', '2'), finding('E', 'P', '1')])).toEqual([['E', '1\n2']])
  })

  it('is empty without findings', () => {
    expect(findingsTable([])).toEqual({ common: null, columns: [], rows: [] })
  })

  it('leaves out a column that is empty for all', () => {
    expect(findingsTable([finding('E', 'P', '1'), finding('E', 'S', '')]).columns).toHaveLength(1)
  })

  it.each([
    ['Software number', 'Software version'],
    ['Softwarenummer', 'Softwareversion'],
    ['Référence du logiciel', 'Version du logiciel'],
  ])('reads %s and %s together', (number, version) => {
    const findings = [finding('E', number, '04L997056C'), finding('E', version, '9214'), finding('B', version, '1')]
    expect(texts(findings)).toEqual([
      ['E', '04L997056C · 9214'],
      ['B', '1'],
    ])
  })
})

describe('a VIN in the findings', () => {
  const part = (subject: string) => finding(subject, 'Part', subject)

  it('that all share is said once, with how many gave none', () => {
    const table = findingsTable([
      part('E'),
      finding('E', 'VIN', mine),
      part('B'),
      finding('B', 'VIN', mine),
      part('Slow'),
    ])
    expect(table.common).toEqual({ name: 'VIN', value: mine, missing: 1 })
    expect(table.columns.map(({ names }) => names)).toEqual([['Part']])
    expect(table.rows.flatMap(({ notes }) => notes)).toEqual([])
  })

  it('stays with an entry that has nothing else', () => {
    const table = findingsTable([part('E'), finding('E', 'VIN', mine), finding('Car', 'VIN', mine)])
    expect(table.rows[1]).toMatchObject({ subject: 'Car', notes: [{ name: 'VIN', value: mine }] })
  })

  it('that contradicts the others keeps its column and is marked', () => {
    const table = findingsTable([finding('E', 'VIN', mine), finding('B', 'VIN', other), finding('G', 'VIN', mine)])
    expect(table.common).toBeNull()
    expect(table.rows.map(({ cells }) => cells[0]?.isContradicting)).toEqual([false, true, false])
  })

  it('marks both sides when nobody has the majority', () => {
    const table = findingsTable([finding('E', 'VIN', mine), finding('B', 'VIN', other)])
    expect(table.rows.map(({ cells }) => cells[0]?.isContradicting)).toEqual([true, true])
  })

  it('does not hide an answer that is no VIN', () => {
    const table = findingsTable([
      part('E'),
      finding('E', 'VIN', mine),
      part('B'),
      finding('B', 'VIN', mine),
      part('G'),
      finding('G', 'VIN', 'refused (33)'),
    ])
    expect(table.common?.missing).toBe(1)
    expect(table.rows[2]?.notes).toEqual([{ name: 'VIN', value: 'refused (33)' }])
  })
})

describe('a value that few entries have', () => {
  const units = ['A', 'B', 'C', 'D'].map((subject) => finding(subject, 'Part', subject))

  it('is a note of the entry instead of a column', () => {
    const table = findingsTable([...units, finding('E', 'State', 'no answer')])
    expect(table.columns).toHaveLength(1)
    expect(table.rows[4]?.notes).toEqual([{ name: 'State', value: 'no answer' }])
  })

  it('has a column while there are only two entries', () => {
    const table = findingsTable([finding('A', 'Part', '1'), finding('B', 'State', 'no answer')])
    expect(table.columns).toHaveLength(2)
  })
})
