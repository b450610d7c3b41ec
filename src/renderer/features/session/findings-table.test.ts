import { describe, expect, it } from 'vitest'
import type { FindingKey, FunctionFinding } from '../../../shared/session.ts'
import { findingsTable } from './findings-table.ts'

const mine = 'WFKZZZ8C9MA204417'
const other = 'WFKZZZ8C9MA000000'

const finding = (subject: string, key: FindingKey, value: string, more: Partial<FunctionFinding> = {}) => ({
  subject,
  subjectKey: subject,
  subjectKind: subject === 'Car' ? ('car' as const) : ('control-unit' as const),
  name: `name of ${key}`,
  key,
  value,
  outcome: 'value' as const,
  ...more,
})
const silent = (subject: string) => finding(subject, 'state', 'no answer', { outcome: 'no-answer' })
const part = (subject: string) => finding(subject, 'part-number', `part of ${subject}`)
const table = (findings: FunctionFinding[], controlUnits?: number) => findingsTable({ findings, controlUnits })
const texts = (findings: FunctionFinding[]) =>
  table(findings).rows.map(({ subject, cells }) => [subject, ...cells.map(({ text }) => text)])

describe('findingsTable', () => {
  it('makes one row per control unit and one column per key, in the order of arrival', () => {
    const findings = [part('E'), finding('B', 'serial-number', 'x'), finding('E', 'serial-number', 'b')]
    expect(table(findings).columns.map(({ keys }) => keys)).toEqual([['part-number'], ['serial-number']])
    expect(texts(findings)).toEqual([
      ['E', 'part of E', 'b'],
      ['B', '', 'x'],
    ])
  })

  it('is empty without findings', () => {
    expect(table([])).toEqual({ summary: undefined, isContradicting: false, common: null, columns: [], rows: [] })
  })

  it('leaves out an empty column', () => {
    expect(table([part('E'), finding('E', 'serial-number', '')]).columns).toHaveLength(1)
  })

  // @proves Sessions and links: Findings are joined by keys, in whatever language their words are
  it.each([
    ['Software number', 'Software version'],
    ['Softwarenummer', 'Softwareversie'],
    ['anything', 'anything else'],
  ])('reads the software %s and %s together', (number, version) => {
    const findings = [
      finding('E', 'software-number', '04L997056C', { name: number }),
      finding('E', 'software-version', '9214', { name: version }),
      finding('B', 'software-version', '1', { name: version }),
    ]
    expect(texts(findings)).toEqual([
      ['E', '04L997056C · 9214'],
      ['B', '1'],
    ])
  })

  it('distinguishes subjects of the same name by their keys, and values too', () => {
    const findings = [
      { ...part('Door'), subjectKey: 'can 701', name: 'Number' },
      { ...part('Door'), subjectKey: 'can 702', name: 'Number' },
      { ...finding('Door', 'serial-number', 's'), subjectKey: 'can 701', name: 'Number' },
    ]
    expect(texts(findings)).toEqual([
      ['Door', 'part of Door', 's'],
      ['Door', 'part of Door', ''],
    ])
  })

  it('treats only values with the key vin as VINs', () => {
    const findings = [finding('E', 'part-number', mine), finding('B', 'part-number', other)]
    expect(table(findings)).toMatchObject({ common: null, isContradicting: false })
  })
})

describe('the summary', () => {
  it('counts the answers, out of all control units that the function will read', () => {
    const units = ['A', 'B', 'C', 'D', 'E', 'F', 'G']
    const findings = [part('X'), part('Y'), part('Z'), ...units.map(silent), finding('Car', 'vin', mine)]
    expect(table(findings, 10).summary).toEqual({ answered: 3, total: 10, silent: units, unread: 0 })
  })

  it('counts the control units that were not asked', () => {
    expect(table([part('X'), silent('A')], 10).summary).toMatchObject({ answered: 1, total: 10, unread: 8 })
  })

  it('counts a control unit that stopped answering as answered', () => {
    const half = finding('X', 'serial-number', 'no answer', { outcome: 'no-answer' })
    expect(table([part('X'), half], 1).summary).toMatchObject({ answered: 1, silent: [] })
  })

  it('exists before the first finding', () => {
    expect(table([], 10).summary).toEqual({ answered: 0, total: 10, silent: [], unread: 10 })
  })
})

describe('rows', () => {
  it('with a problem come first: contradictions, no answer, unreadable values', () => {
    const vin = (subject: string, value: string) => finding(subject, 'vin', value)
    const refused = finding('R', 'part-number', 'refused (code 33)', { outcome: 'refused' })
    const findings = [vin('A', mine), vin('B', mine), refused, silent('S'), vin('W', other), part('P')]
    expect(table(findings).rows.map(({ subject }) => subject)).toEqual(['W', 'S', 'R', 'A', 'B', 'P'])
  })

  it('are left out when the only value of the subject is in the caption', () => {
    const findings = [part('E'), finding('E', 'vin', mine), finding('Car', 'vin', mine)]
    expect(table(findings).common?.value).toBe(mine)
    expect(table(findings).rows.map(({ subject }) => subject)).toEqual(['E'])
  })

  it('stay, with the VIN, when a control unit gave only its VIN', () => {
    const findings = [part('E'), part('B'), finding('E', 'vin', mine), finding('G', 'vin', mine)]
    expect(table(findings).rows[2]).toMatchObject({ subject: 'G', notes: [{ key: 'vin', value: mine }] })
  })
})

describe('a VIN in the findings', () => {
  it('that all share is shown once, with the number of answers without a VIN', () => {
    const findings = [
      part('E'),
      finding('E', 'vin', mine),
      part('B'),
      finding('B', 'vin', mine),
      part('Slow'),
      silent('S'),
    ]
    expect(table(findings).common).toEqual({ name: 'name of vin', value: mine, missing: 1 })
    expect(table(findings).columns.map(({ keys }) => keys)).toEqual([['part-number']])
    expect(
      table(findings)
        .rows.slice(1)
        .flatMap(({ notes }) => notes),
    ).toEqual([])
  })

  it('that contradicts the others keeps its column and is marked', () => {
    const findings = [finding('E', 'vin', mine), finding('B', 'vin', other), finding('G', 'vin', mine)]
    expect(table(findings)).toMatchObject({ common: null, isContradicting: true })
    expect(table(findings).rows.map(({ subject, cells }) => [subject, cells[0]?.isContradicting])).toEqual([
      ['B', true],
      ['E', false],
      ['G', false],
    ])
  })

  it('marks both VINs when neither has the majority', () => {
    const findings = [finding('E', 'vin', mine), finding('B', 'vin', other)]
    expect(table(findings).rows.map(({ cells }) => cells[0]?.isContradicting)).toEqual([true, true])
  })

  it.each(['refused', 'invalid'] as const)('does not hide an answer that is %s', (outcome) => {
    const odd = finding('G', 'vin', 'odd', { outcome })
    const findings = [part('E'), finding('E', 'vin', mine), part('B'), finding('B', 'vin', mine), part('G'), odd]
    expect(table(findings).common?.missing).toBe(1)
    expect(table(findings).rows[0]).toMatchObject({ subject: 'G', notes: [{ key: 'vin', value: 'odd' }] })
  })
})

describe('a value that few entries have', () => {
  it('is a note of the row instead of a column', () => {
    const findings = [...['A', 'B', 'C', 'D'].map(part), silent('E')]
    expect(table(findings).columns).toHaveLength(1)
    expect(table(findings).rows[0]?.notes).toMatchObject([{ key: 'state', value: 'no answer' }])
  })

  it('has a column while only two have answered', () => {
    expect(table([part('A'), finding('B', 'serial-number', 's')]).columns).toHaveLength(2)
  })

  it('is counted among the control units that answered, however many are silent', () => {
    const units = ['S', 'T', 'U', 'V', 'W', 'X', 'Y'].map(silent)
    const { columns, rows } = table([part('A'), part('B'), finding('B', 'serial-number', 's'), ...units], 10)
    expect(columns.map(({ keys }) => keys)).toEqual([['part-number'], ['serial-number']])
    expect(rows.flatMap(({ notes }) => notes).every(({ isProblem }) => isProblem)).toBe(true)
  })

  it('is highlighted only when it is a problem', () => {
    const findings = [part('A'), part('B'), part('C'), finding('C', 'serial-number', 's'), silent('D')]
    const notes = table(findings).rows.flatMap(({ subject, notes }) =>
      notes.map(({ isProblem }) => [subject, isProblem]),
    )
    expect(notes).toEqual([
      ['D', true],
      ['C', false],
    ])
  })
})
