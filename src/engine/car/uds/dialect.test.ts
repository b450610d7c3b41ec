import { describe, it } from 'vitest'
import { converseWith } from './testing/conversation.ts'

const unit = `    sessions: [0x01, 0x03, 0x60, 0x81, 0xC0]
    data: { D001: { hex: "01", write: { sessions: [0xC0] } }, D002: { hex: "01", write: { sessions: [0x60] } } }
    troubleCodes: [{ code: P0401-00 }]
    kwp: { services: ["18", "21", "20"], local: { "01": { hex: "11 22" } } }
`
const times = '003201F4'

describe('an ECU that speaks UDS with sessions of its manufacturer', () => {
  it('takes the whole byte of such a session and answers without times', async () => {
    await converseWith(
      unit,
      '2E D001 02 → 7F2E31',
      '10 C0 → 50C0',
      '2E D001 02 → 6ED001',
      '10 81 → 5081',
      '2E D001 03 → 7F2E31',
    )
  })

  it('still knows the suppress bit in the sessions of the standard', async () => {
    await converseWith(
      unit,
      `10 03 → 5003${times}`,
      '10 83 → ',
      `10 60 → 5060${times}`,
      '2E D002 02 → 6ED002',
      '10 40 → 7F1012',
    )
  })

  it('leaves such a session after S3', async () => {
    await converseWith(unit, '10 C0 → 50C0', '+5000', '2E D001 02 → 7F2E31')
  })

  it('has some services of KWP2000 and the others of UDS', async () => {
    await converseWith(
      unit,
      '21 01 → 61011122',
      '18 00 FF 00 → 580104012F',
      '19 02 08 → 5902FF0401002F',
      '14 FF 00 → 7F1413',
      '3E 00 → 7E00',
      '3E 80 → ',
      '1A 9B → 7F1A11',
      '10 C0 → 50C0',
      '20 → 60',
      '2E D001 02 → 7F2E31',
      '27 01 → 7F2711',
    )
  })

  it('matches refusals of such a session by the whole byte', async () => {
    const refused = `${unit}    refusals: [{ request: "10C0", nrc: 0x22 }, { request: "1003", nrc: 0x21 }]\n`
    await converseWith(refused, '10 C0 → 7F1022', '10 40 → 7F1012', '10 03 → 7F1021', '10 83 → 7F1021')
  })
})
