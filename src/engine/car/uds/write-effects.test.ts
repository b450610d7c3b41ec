import { describe, it } from 'vitest'
import { converseWith } from './testing/conversation.ts'

const serviceReset = `    data:
      0C34: { hex: "00", write: { sessions: [1], effects: [{ data: 0C38, copy: 0C36 }, { data: 0C38, add: 1 }, { data: 0C39, subtract: 1 }, { data: 0C34, set: "00" }] } }
      0C36: { number: 30000, bytes: 2 }
      0C38: { number: 120, bytes: 2, control: { sessions: [3] } }
      0C39: { number: 1, bytes: 1 }
      0C3A: { hex: "00", write: { sessions: [3], effects: [{ data: 0C39, add: 1 }] } }
`
const written = '2E 0C34 01 → 6E0C34'

describe('a write', () => {
  it('changes other values in the order of its effects', async () => {
    await converseWith(serviceReset, '22 0C38 → 620C380078', written, '22 0C38 → 620C387531', '22 0C34 → 620C3400')
  })

  it('never counts below 0', async () => {
    await converseWith(serviceReset, written, '22 0C39 → 620C3900', written, '22 0C39 → 620C3900')
  })

  it('that is refused changes nothing', async () => {
    await converseWith(
      serviceReset,
      '2E 0C3A 01 → 7F2E31',
      '2E 0C34 0102 → 7F2E13',
      '22 0C39 → 620C3901',
      '22 0C38 → 620C380078',
    )
  })

  it('keeps its effect on a value that was under control at that time', async () => {
    const writable = serviceReset.replace('sessions: [1]', 'sessions: [1, 3]')
    await converseWith(
      writable,
      '10 03 → 5003003201F4',
      '2F 0C38 03 0001 → 6F0C38030001',
      written,
      '10 01 → 5001003201F4',
      '22 0C38 → 620C387531',
    )
  })
})

const actuator = `    data:
      0D01: { hex: "00", control: { sessions: [3], effects: [{ data: 0D02, add: 5 }, { data: 0D03, copy: 0D01 }] } }
      0D02: { number: 10, bytes: 1 }
      0D03: { hex: "00" }
`

describe('a write that changes values of the emission services', () => {
  const reset = `    data: { 0C34: { hex: "00", write: { sessions: [1], effects: [{ pid: "31", set: "00 00" }, { pid: "0D", subtract: 1 }] } } }
    obd: { values: { "31": "12 34", "0D": "05" } }
`
  it('shows in service 01', async () => {
    await converseWith(reset, '01 31 → 41311234', '2E 0C34 01 → 6E0C34', '01 31 → 41310000', '01 0D → 410D04')
  })
})

describe('a short-term adjustment', () => {
  it('changes other values, which stay when control is returned', async () => {
    await converseWith(
      actuator,
      '10 03 → 5003003201F4',
      '2F 0D01 03 64 → 6F0D010364',
      '22 0D02 → 620D020F',
      '22 0D03 → 620D0364',
      '2F 0D01 00 → 6F0D010000',
      '22 0D02 → 620D020F',
    )
  })

  it('alone does so, and only where it is accepted', async () => {
    await converseWith(
      actuator,
      '2F 0D01 03 64 → 7F2F7F',
      '10 03 → 5003003201F4',
      '2F 0D01 02 → 6F0D010200',
      '2F 0D01 01 → 6F0D010100',
      '2F 0D01 03 → 7F2F13',
      '22 0D02 → 620D020A',
    )
  })
})

const records = `    data: { F190: vin }
    troubleCodes:
      - code: P0171-00
        status: 0x28
        snapshots:
          - { record: 2, values: [{ data: F40C, hex: "0C A8" }, { data: F405, hex: "7B" }, { data: D001, hex: "01 02 03" }] }
          - { record: 1, data: F40C, hex: "00 00" }
        extended:
          - { record: 3, values: [{ label: Times seen, hex: "05" }, { label: Cycles since, hex: "28" }] }
          - { record: 1, hex: "07" }
`
const head = '017100' + '28'
const second = '0203' + 'F40C0CA8' + 'F4057B' + 'D001010203'

describe('a snapshot record', () => {
  it('holds many identifiers in their order', async () => {
    await converseWith(
      records,
      `19 04 017100 02 → 5904${head}${second}`,
      `19 04 017100 FF → 5904${head}${second}0101F40C0000`,
      `19 06 017100 03 → 5906${head}030528`,
      `19 06 017100 FF → 5906${head}0305280107`,
    )
  })
})
