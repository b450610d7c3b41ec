import { describe, expect, it } from 'vitest'
import { carYaml, testedCar } from '../testing/tested-car.ts'
import { converseWith } from './testing/conversation.ts'

const ecu = `    power: battery
    sessions: [1, 2, 3]
    resets: [1]
    download: { sessions: [2], from: 0x1000, bytes: 0x2000, blockBytes: 34 }
    memory:
      - { address: 0x1004, hex: "A4 A5 A6 A7" }
      - { address: 0x0FFE, hex: "0E 0F" }
      - { address: 0x1800, hex: "88 89", sessions: [3] }
      - { address: 0x1900, hex: "99", security: 1 }
    security: [{ level: 1, key: [{ xor: 1 }] }]
`
const volatile = ecu.replace('blockBytes: 34', 'blockBytes: 34, volatile: true')
const ram = '    sessions: [1, 2]\n    download: { sessions: [1, 2], from: 0, bytes: 16 }\n'

const programming = '10 02 → 5002003201F4'
const standard = '10 01 → 5001003201F4'
/** A download of six bytes to 0x1000, all but its end. */
const arriving = [programming, '34 00 22 1000 0006 → 74200022', '36 01 11 12 13 → 7601', '36 02 14 15 16 → 7602']
const downloaded = [...arriving, '37 → 77']
const before = '23 12 1000 08 → 63FFFFFFFFA4A5A6A7'
const after = '23 12 1000 08 → 63111213141516A6A7'

const talk = (...lines: readonly string[]) => converseWith(ecu, ...lines).then(() => undefined)

describe('memory that can be written', () => {
  it('is erased where the file describes nothing', () => talk('23 12 1000 02 → 63FFFF', before))

  it('shows what was downloaded once 0x37 has ended it', () => talk(...arriving, before, '37 → 77', after))

  it.each([
    ['the end of the session', [standard]],
    ['S3', ['+6000']],
    ['a reset', ['11 01 → 5101', '+200']],
    ['another download elsewhere', ['34 00 22 2000 0001 → 74200022', '36 01 00 → 7601', '37 → 77']],
  ])('keeps it over %s', (_what, lines) => talk(...downloaded, ...lines, after))

  it('loses it with a reset when it is volatile, not before', () =>
    converseWith(volatile, ...downloaded, standard, after, '11 01 → 5101', '+200', before).then(() => undefined))

  it('loses it without ignition when it is volatile', () =>
    converseWith(volatile.replace('    power: battery\n', ''), ...downloaded, 'ignition cycle', before).then(
      () => undefined,
    ))

  it.each([
    ['another session', [standard]],
    ['S3', ['+6000']],
    ['the same session again', [programming]],
    ['a reset', ['11 01 → 5101', '+200']],
  ])('is unchanged when %s ends the transfer too early', (_what, lines) =>
    talk(...arriving, ...lines, before, programming, '37 → 7F3724', before),
  )

  it('is unchanged by a transfer in which something is missing or too much', () =>
    talk(
      programming,
      '34 00 22 1000 0004 → 74200022',
      '36 01 11 12 13 → 7601',
      '37 → 7F3724',
      '36 02 14 15 → 7F3671',
      '36 03 14 → 7F3673',
      before,
      '36 02 14 → 7602',
      '37 → 77',
      '23 12 1000 04 → 6311121314',
    ))

  it('takes a block that is repeated only once', () =>
    talk(
      programming,
      '34 00 22 1000 0004 → 74200022',
      '36 01 11 12 → 7601',
      '36 01 11 12 → 7601',
      '36 02 13 14 → 7602',
      '36 02 13 14 → 7602',
      '37 → 77',
      '23 12 1000 04 → 6311121314',
    ))

  it('is written over by the next download', () =>
    talk(
      ...downloaded,
      '34 00 22 1002 0002 → 74200022',
      '36 01 AA BB → 7601',
      '37 → 77',
      '23 12 1000 06 → 631112AABB1516',
    ))

  it('joins what is described beside it and ends where nothing is', () =>
    talk('23 12 0FFE 04 → 630E0FFFFF', '23 12 0FFD 01 → 7F2331', '23 12 2FFF 01 → 63FF', '23 12 2FFF 02 → 7F2331'))

  it('keeps the limits of an area within it', () =>
    talk(
      '23 12 17FF 01 → 63FF',
      '23 12 17FF 02 → 7F2331',
      '23 12 1900 01 → 7F2333',
      '23 12 18FF 02 → 7F2333',
      '10 03 → 5003003201F4',
      '23 12 17FF 04 → 63FF8889FF',
    ))

  it('is read without any area, and no longer than an answer may be', () =>
    converseWith(
      ram.replace('bytes: 16 }', 'bytes: 0x2000 }'),
      '23 12 0000 02 → 63FFFF',
      '23 22 0000 0FFF → 7F2314',
      '23 22 0000 2001 → 7F2331',
    ).then(() => undefined))

  it('takes a download across its pages', async () => {
    const { ask } = testedCar(carYaml(ecu))
    const block = (number: number) => number.toString(16).padStart(2, '0').repeat(32)
    await ask('1002')
    expect(await ask('340022100012C0')).toEqual(['74200022'])
    for (let number = 1; number <= 150; number += 1)
      expect(await ask(`36${number.toString(16).padStart(2, '0')}${block(number)}`)).toHaveLength(1)
    expect(await ask('37')).toEqual(['77'])
    const [read = ''] = await ask('23221FE00040')
    expect(read).toBe(`63${block(128)}${block(129)}`.toUpperCase())
  })
})

describe('an upload', () => {
  const upload = '35 00 22 1000 0024 → 75200022'

  it('gives the bytes of a download and of the file', () =>
    talk(
      ...downloaded,
      upload,
      `36 01 → 7601111213141516A6A7${'FF'.repeat(24)}`,
      `36 01 → 7601111213141516A6A7${'FF'.repeat(24)}`,
      '37 → 7F3724',
      '36 02 → 7602FFFFFFFF',
      '36 02 → 7602FFFFFFFF',
      '36 03 → 7F3624',
      '37 → 77',
      '37 → 7F3724',
      after,
    ))

  it('takes no effect', () =>
    converseWith(
      `    data: { D001: { number: 7, bytes: 1 } }\n${ecu.replace('blockBytes: 34', 'blockBytes: 34, effects: [{ data: D001, add: 1 }]')}`,
      programming,
      '35 00 22 1000 0001 → 75200022',
      '36 01 → 7601FF',
      '37 → 77',
      '22 D001 → 62D00107',
    ).then(() => undefined))

  it('wraps its count of blocks', async () => {
    const { ask } = testedCar(carYaml(ecu.replace('from: 0x1000', 'from: 0x2000')))
    await ask('1002')
    expect(await ask('35002220002000')).toEqual(['75200022'])
    for (let block = 1; block <= 256; block += 1) {
      const sequence = (block & 0xff).toString(16).toUpperCase().padStart(2, '0')
      expect(await ask(`36${sequence}`)).toEqual([`76${sequence}${'FF'.repeat(32)}`])
    }
    expect(await ask('37')).toEqual(['77'])
  })

  it('has blocks no longer than an answer may be', () =>
    converseWith(
      `    isotp: { longestResponse: 20 }\n${ecu}`,
      programming,
      '35 00 22 1000 0014 → 75200014',
      `36 01 → 7601FFFFFFFFA4A5A6A7${'FF'.repeat(10)}`,
      '36 02 → 7602FFFF',
      '37 → 77',
    ).then(() => undefined))

  it.each([
    ['outside the memory', '35 00 22 0FFF 0002 → 7F3531'],
    ['beyond the memory', '35 00 22 2FFF 0002 → 7F3531'],
    ['of nothing', '35 00 22 1000 0000 → 7F3531'],
    ['of an area that is not there in this session', '35 00 22 17F0 0020 → 7F3531'],
    ['of an area that is locked', '35 00 22 1900 0001 → 7F3533'],
    ['with a wrong length', '35 00 22 1000 00 → 7F3513'],
    ['without anything', '35 → 7F3513'],
  ])('is refused %s', (_what, line) => talk(programming, line))

  it('is refused in another session', () => talk('10 03 → 5003003201F4', '35 00 22 1000 0001 → 7F357F'))

  it('is refused while something is transferred, and so is a download meanwhile', () =>
    talk(
      ...arriving,
      '35 00 22 1000 0001 → 7F3522',
      '37 → 77',
      upload,
      '34 00 22 1000 0001 → 7F3422',
      '36 01 00 → 7F3613',
    ))
})
