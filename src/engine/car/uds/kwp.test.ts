import { describe, expect, it } from 'vitest'
import { converseWith } from './uds.test-tester.ts'

const kwpEngine = `    sessions: [1, 5, 9]
    security: [{ level: 1, key: [{ xor: 1 }], sessions: [9] }]
    download: { sessions: [5], from: 0x1000, bytes: 0x100 }
    data: { D001: { hex: "01", write: { sessions: [9] } } }
    troubleCodes: [{ code: P0401-00 }]
    kwp: { identification: { "9B": { text: AB } }, local: { "01": { hex: "11 22" } } }
`

describe('an ECU that speaks KWP2000', () => {
  it.each([
    ['a service', '27 01 → 7F2780'],
    ['a download', '34 00 22 1000 0040 → 7F3480'],
  ])('says 0x80 to %s that its standard session does not offer', (_what, line) =>
    converseWith(kwpEngine, line).then(() => undefined),
  )

  it('gives a seed in the session that offers it', async () => {
    const { ask } = await converseWith(kwpEngine, '10 89 → 5089')
    expect(await ask('2701')).toEqual([expect.stringMatching(/^6701[0-9A-F]{8}$/)])
  })

  it('says 0x80 to a level that another session offers', async () => {
    await converseWith(kwpEngine, '10 85 → 5085', '27 01 → 7F2780', '34 00 22 1000 0040 → 74200402')
  })

  it.each([
    ['one byte of a session without the upper bit', '10 09 → 7F1012'],
    ['an option that it does not know', '1A 91 → 7F1A12'],
    ['a local identifier that it does not know', '21 02 → 7F2131'],
    ['a service of UDS only', '19 02 FF → 7F1911'],
    ['a group of codes that is none', '18 00 12 34 → 7F1831'],
    ['a value in the wrong session', '2E D001 02 → 7F2E31'],
  ])('refuses %s', (_what, line) => converseWith(kwpEngine, line).then(() => undefined))

  it('writes a value by its local identifier, which changes other values', () =>
    converseWith(
      kwpEngine.replace(
        'local: { "01": { hex: "11 22" } }',
        'local: { "01": { hex: "11 22", write: { sessions: [1, 9], effects: [{ local: "02", add: 1 }, { local: "03", copy: "02" }] } }, "02": { hex: "05" }, "03": { hex: "00" } }',
      ),
      '21 01 → 61011122',
      '3B 01 33 44 → 7B01',
      '21 01 → 61013344',
      '21 02 → 610206',
      '21 03 → 610306',
      '3B 01 33 → 7F3B13',
      '3B 02 00 → 7F3B31',
    ).then(() => undefined))

  it('lists codes of two bytes with their status until they are cleared', () =>
    converseWith(kwpEngine, '18 00 FF 00 → 580104012F', '14 FF 00 → 54FF00', '18 00 FF 00 → 5800').then(
      () => undefined,
    ))
})
