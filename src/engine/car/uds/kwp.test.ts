import { describe, expect, it } from 'vitest'
import { converseWith } from './testing/conversation.ts'

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

const withControl = `    sessions: [1, 9]
    kwp:
      local:
        "01": { hex: "11 22", control: { sessions: [9], effects: [{ local: "02", set: "AA" }] } }
        "02": { hex: "05" }
      routines:
        "B8": { sessions: [1, 9], takesMs: 1000, started: "01", result: "02 03", effects: [{ local: "02", add: 1 }] }
        "B9": { sessions: [9] }
`

describe('a value under control by its local identifier', () => {
  it('is adjusted, frozen, reset and returned', () =>
    converseWith(
      withControl,
      '10 89 → 5089',
      '30 01 01 → 7001011122',
      '30 01 07 33 44 → 7001073344',
      '21 01 → 61013344',
      '21 02 → 6102AA',
      '30 01 05 → 7001053344',
      '30 01 04 → 7001041122',
      '30 01 07 55 66 → 7001075566',
      '30 01 00 → 7001001122',
      '21 02 → 6102AA',
    ).then(() => undefined))

  it('is released with its session', () =>
    converseWith(withControl, '10 89 → 5089', '30 01 07 33 44 → 7001073344', '20 → 60', '21 01 → 61011122').then(
      () => undefined,
    ))

  it.each([
    ['in another session', '30 01 00 → 7F3031'],
    ['of a value without control', '30 02 00 → 7F3031'],
    ['with a parameter that is not simulated', '10 89 → 5089', '30 01 08 → 7F3031'],
    ['with an adjustment of the wrong length', '10 89 → 5089', '30 01 07 33 → 7F3013'],
    ['with bytes that a return does not have', '10 89 → 5089', '30 01 00 11 → 7F3013'],
    ['without a parameter', '30 01 → 7F3013'],
  ])('is refused %s', (_what, ...lines) => converseWith(withControl, ...lines).then(() => undefined))
})

describe('a routine with a local identifier', () => {
  it('has results when it is through, and then its effects', async () => {
    const { clock, ask } = await converseWith(withControl, '31 B8 → 71B801', '33 B8 → 7F3323', '21 02 → 610205')
    await clock.advance(1_000)
    expect(await ask('33B8')).toEqual(['73B80203'])
    expect(await ask('2102')).toEqual(['610206'])
    expect(await ask('32B8')).toEqual(['7F3222'])
  })

  it('that is stopped has no results and no effects', async () => {
    const { clock, ask } = await converseWith(withControl, '31 B8 → 71B801', '32 B8 → 72B8')
    await clock.advance(2_000)
    expect(await ask('33B8')).toEqual(['7F3322'])
    expect(await ask('2102')).toEqual(['610205'])
  })

  it.each([
    ['results before its start', '33 B8 → 7F3322'],
    ['a stop before its start', '32 B8 → 7F3222'],
    ['a start in another session', '31 B9 → 7F3131'],
    ['an identifier that it does not know', '31 01 → 7F3131'],
    ['a request without an identifier', '33 → 7F3313'],
  ])('refuses %s', (_what, line) => converseWith(withControl, line).then(() => undefined))
})
