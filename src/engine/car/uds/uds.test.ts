import { describe, expect, it } from 'vitest'
import { carYaml, testedCar } from '../testing/tested-car.ts'
import { troubleCodeNumber } from './fault-memory.ts'
import { converse, converseWith, talk, unlock } from './testing/conversation.ts'

describe('services that an ECU does not offer', () => {
  it.each([...'01 03 04 07 09 0A 11 14 19 23 27 28 2E 2F 31 34 35 36 37 85'.split(' ')])(
    '%s is refused with 0x11',
    async (id) => {
      const { ask } = testedCar(carYaml('    data: { F190: vin }\n'))
      expect(await ask(`${id}01`)).toEqual([`7F${id}11`])
    },
  )

  it.each(['27 01', '28 03 01', '2F D003 00', '34 00 11 10 01', '35 00 11 10 01', '36 01 00', '37', '85 01'])(
    '%s is not offered in the default session',
    (request) => talk(`${request} → 7F${request.slice(0, 2)}7F`),
  )
})

describe('WriteDataByIdentifier', () => {
  it('changes what a later read gives', () => talk('2E D002 07 → 6ED002', '22 D002 → 62D00207'))

  it.each([
    ['an unknown identifier', '2E ABCD 00 → 7F2E31'],
    ['an identifier that cannot be written', '2E F187 4142 → 7F2E31'],
    ['too few bytes', '2E D001 01 → 7F2E13'],
    ['too many bytes', '2E D002 0102 → 7F2E13'],
    ['no bytes', '2E D002 → 7F2E13'],
    ['the wrong session', '2E D001 0203 → 7F2E31'],
  ])('refuses %s', (_, line) => talk(line))

  it('refuses without security access', () => talk('10 03 → 5003003201F4', '2E D001 0203 → 7F2E33'))
  it('refuses with the ignition off', () => talk('ignition off', '2E D005 01 → 7F2E22'))
})

describe('SecurityAccess', () => {
  it('opens what it protects, until the session changes', async () => {
    const tested = await converse('10 03 → 5003003201F4')
    expect(await unlock(tested)).toEqual(['6702'])
    expect(await tested.ask('2701')).toEqual(['670100000000'])
    expect(await tested.ask('2ED0010304')).toEqual(['6ED001'])
    await tested.ask('1003')
    expect(await tested.ask('2ED0010304')).toEqual(['7F2E33'])
  })

  it('ends with S3', async () => {
    const tested = await converse('10 03 → 5003003201F4')
    await unlock(tested)
    await tested.clock.advance(5000)
    await tested.ask('1003')
    expect(await tested.ask('2ED0010304')).toEqual(['7F2E33'])
  })

  it('locks after too many wrong keys, also across a reset, and opens again after its delay', async () => {
    const tested = await converse('10 03 → 5003003201F4')
    for (const refusal of ['7F2735', '7F2736']) {
      await tested.ask('2701')
      expect(await tested.ask('270200000000')).toEqual([refusal])
    }
    expect(await tested.ask('2701')).toEqual(['7F2737'])
    await tested.ask('1101')
    await tested.clock.advance(200)
    await tested.ask('1003')
    expect(await tested.ask('2701')).toEqual(['7F2737'])
    for (let second = 0; second < 11; second += 1) await tested.ask('3E80', 1000)
    expect(await unlock(tested)).toEqual(['6702'])
  })

  it.each([
    ['a key before a seed', '27 02 00000000 → 7F2724'],
    ['an unknown level', '27 05 → 7F2712'],
    ['a key that is too short', '27 02 0000 → 7F2713'],
    ['a seed request that is too long', '27 01 00 → 7F2713'],
  ])('refuses %s', (_, line) => talk('10 03 → 5003003201F4', line))

  it('gives another seed each time, and the same ones in every run', async () => {
    const seeds = async () => {
      const { ask } = await converse('10 03 → 5003003201F4')
      return [await ask('2701'), await ask('2701')]
    }
    const first = await seeds()
    expect(first[0]).not.toEqual(first[1])
    expect(await seeds()).toEqual(first)
  })
})

describe('the fault memory', () => {
  it.each([
    ['counts by status', '19 01 08 → 5901FF010002'],
    ['lists by status', '19 02 04 → 5902FFFFFF1A2F'],
    ['lists nothing when nothing matches', '19 02 40 → 5902FF'],
    ['lists all supported codes', '19 0A → 590AFF01710028FFFF1A2F'],
    ['reads a snapshot', '19 04 017100 01 → 59040171002801' + '01F40C0CA8'],
    ['reads all extended data', '19 06 017100 FF → 5906017100280205'],
    ['lists which snapshots there are', '19 03 → 590301710001'],
    ['reads the snapshots of one record', '19 05 01 → 59050101710028' + '01F40C0CA8'],
    ['reads the snapshots of every record', '19 05 FF → 59050101710028' + '01F40C0CA8'],
    ['refuses a record that no code has', '19 05 09 → 7F1931'],
    ['refuses an unknown record', '19 04 017100 07 → 7F1931'],
    ['refuses an unknown code', '19 06 123456 FF → 7F1931'],
    ['refuses an unknown report', '19 55 → 7F1912'],
    ['refuses a report without its mask', '19 02 → 7F1913'],
    ['refuses a list of snapshots with a parameter', '19 03 01 → 7F1913'],
    ['refuses a record without its number', '19 05 → 7F1913'],
    ['refuses a record with a mask', '19 05 01 FF → 7F1913'],
    ['refuses to clear an unknown group', '14 123456 → 7F1431'],
    ['refuses to clear half a group', '14 FFFF → 7F1413'],
  ])('%s', (_, line) => talk(line))

  it('is empty after clearing, and what is still broken comes back with a reset', () =>
    talk('14 FFFFFF → 54', '19 02 08 → 5902FF', '11 01 → 5101', '+200', '19 02 08 → 5902FFFFFF1A2F'))

  it('has no snapshots after clearing, but still knows their records', () =>
    talk('14 FFFFFF → 54', '19 03 → 5903', '19 05 01 → 590501', '19 05 FF → 5905FF', '19 05 09 → 7F1931'))

  it('reads one record of several codes, each with its own values', () =>
    converseWith(
      `    troubleCodes:
      - { code: P0171-00, status: 0x28, snapshots: [{ record: 1, data: F40C, hex: "0C A8" }, { record: 2, data: F405, hex: "7B" }] }
      - { code: P0172-00, status: 0x2F, snapshots: [{ record: 1, values: [{ data: F40C, hex: "11 22" }, { data: F405, hex: "33" }] }] }
`,
      '19 03 → 5903' + '01710001' + '01710002' + '01720001',
      '19 05 01 → 5905' + '0101710028' + '01F40C0CA8' + '010172002F' + '02F40C1122F40533',
      '19 05 02 → 5905' + '0201710028' + '01F4057B',
      '19 05 FF → 5905' + '0101710028' + '01F40C0CA8' + '0201710028' + '01F4057B' + '010172002F' + '02F40C1122F40533',
      '14 017100 → 54',
      '19 05 01 → 5905' + '010172002F' + '02F40C1122F40533',
    ).then(() => undefined))

  it('clears one code alone', () => talk('14 017100 → 54', '19 02 08 → 5902FFFFFF1A2F'))

  it('is switched on and off by 0x85 in an extended session', () =>
    talk('10 03 → 5003003201F4', '85 02 → C502', '85 82 → ', '85 03 → 7F8512'))

  it.each([
    ['P0171-00', 0x017100],
    ['C0031-11', 0x403111],
    ['B1234-56', 0x923456],
    ['U3FFF-1A', 0xffff1a],
  ])('writes %s as %i', (code, number) => expect(troubleCodeNumber(code)).toBe(number))
})

describe('InputOutputControl', () => {
  it('takes a value over and gives it back', () =>
    talk(
      '10 03 → 5003003201F4',
      '2F D003 03 64 → 6FD0030364',
      '22 D003 → 62D00364',
      '2F D003 00 → 6FD0030012',
      '22 D003 → 62D00312',
    ))

  it('ends with the session', () =>
    talk('10 03 → 5003003201F4', '2F D003 03 64 → 6FD0030364', '10 01 → 5001003201F4', '22 D003 → 62D00312'))

  it.each([
    ['an unknown option', '2F D003 09 → 7F2F31'],
    ['a missing value', '2F D003 03 → 7F2F13'],
    ['an identifier without control', '2F F187 00 → 7F2F31'],
  ])('refuses %s', (_, line) => talk('10 03 → 5003003201F4', line))
})

describe('RoutineControl', () => {
  it('runs for its time, then changes values and clears the fault memory', async () => {
    const tested = await converse('10 03 → 5003003201F4')
    await unlock(tested)
    expect(await tested.ask('31030312')).toEqual(['7F3124'])
    expect(await tested.ask('31010312')).toEqual(['71010312'])
    expect(await tested.ask('31030312', 99)).toEqual(['7103031201'])
    expect(await tested.ask('22D004')).toEqual(['62D00400FF'])
    await tested.clock.advance(1)
    expect(await tested.ask('31030312')).toEqual(['7103031200'])
    expect(await tested.ask('22D004F187')).toEqual(['62D0040100F1874344'])
    expect(await tested.ask('190208')).toEqual(['5902FF'])
    expect(await tested.ask('31020312')).toEqual(['7F3124'])
  })

  it('changes nothing when it is stopped', async () => {
    const tested = await converse('10 03 → 5003003201F4')
    await unlock(tested)
    await tested.ask('31010312')
    expect(await tested.ask('31020312', 500)).toEqual(['71020312'])
    expect(await tested.ask('22D004')).toEqual(['62D00400FF'])
  })

  it.each([
    ['an unknown routine', '31 01 9999 → 7F3131'],
    ['an unknown sub-function', '31 04 0100 → 7F3112'],
    ['half a routine', '31 01 01 → 7F3113'],
    ['the wrong session', '31 01 0312 → 7F3131'],
  ])('refuses %s', (_, line) => talk(line))

  it('may run in the default session and tells its status', () => talk('31 01 0100 → 71010100AA'))
})

describe('a download', () => {
  const request = '34 00 22 1000 0040'
  const block = (sequence: string) => `36 ${sequence} ${'AA'.repeat(32)}`

  it('takes effect once everything has arrived', () =>
    talk(
      '10 02 → 5002003201F4',
      `${request} → 74200022`,
      `${block('01')} → 7601`,
      `${block('01')} → 7601`,
      '37 → 7F3724',
      `${block('02')} → 7602`,
      `${block('03')} → 7F3671`,
      '37 → 77',
      '22 D004 → 62D0040100',
      '37 → 7F3724',
    ))

  it.each([
    ['outside its memory', '34 00 22 0FFF 0040 → 7F3431'],
    ['beyond its memory', '34 00 22 1000 0101 → 7F3431'],
    ['of nothing', '34 00 22 1000 0000 → 7F3431'],
    ['with a wrong length', '34 00 22 1000 00 → 7F3413'],
    ['that was not announced', '36 01 00 → 7F3624'],
  ])('is refused %s', (_, line) => talk('10 02 → 5002003201F4', line))

  it('refuses a block out of sequence and one that is too long', () =>
    talk('10 02 → 5002003201F4', `${request} → 74200022`, '36 02 00 → 7F3673', `36 01 ${'00'.repeat(33)} → 7F3613`))

  it('is forgotten with its session', () =>
    talk('10 02 → 5002003201F4', `${request} → 74200022`, '10 02 → 5002003201F4', '36 01 00 → 7F3624'))
})

describe('ReadMemoryByAddress', () => {
  it.each([
    '23 12 2001 02 → 631122',
    '23 12 2001 04 → 7F2331',
    '23 12 1FFF 01 → 7F2331',
    '23 12 2001 00 → 7F2331',
    '23 12 2001 → 7F2313',
    '23 → 7F2313',
  ])('%s', (line) => talk(line))
})

describe('ECUReset', () => {
  it('answers, is silent while it boots and comes back in the default session', () =>
    talk(
      '10 03 → 5003003201F4',
      '2E D002 07 → 6ED002',
      '11 01 → 5101',
      '3E 00 → ',
      '+100',
      '3E 00 → 7E00',
      '27 01 → 7F277F',
      '22 D002 → 62D00200',
    ))

  it('resets quietly when told to', () => talk('2E D002 07 → 6ED002', '11 81 → ', '+100', '22 D002 → 62D00200'))
  it('refuses kinds that the ECU does not know', () => talk('11 03 → 7F1112'))
})

describe('CommunicationControl', () => {
  it.each([
    '28 03 01 → 6803',
    '28 00 01 → 6800',
    '28 83 01 → ',
    '28 04 01 → 7F2812',
    '28 03 → 7F2813',
    '28 03 00 → 7F2831',
  ])('%s', (line) => talk('10 03 → 5003003201F4', line))
})

describe('emission services', () => {
  it.each([
    ['tell which PIDs there are', '01 00 → 410080100001'],
    ['tell the next range', '01 20 → 412080000000'],
    ['say nothing about ranges that are empty', '01 40 → '],
    ['read several values', '01 0C 21 → 410C0CA8210001'],
    ['count the codes and light the lamp', '01 01 → 410182076500'],
    ['say nothing about unknown PIDs', '01 99 → '],
    ['list confirmed codes', '03 → 43020171FFFF'],
    ['list pending codes', '07 → 4701FFFF'],
    ['list permanent codes', '0A → 4A010171'],
    ['read the VIN', `09 02 → 490201${Buffer.from('WFKZZZ8C9MA204417').toString('hex').toUpperCase()}`],
    ['read the calibration', `09 04 → 490401${'43414C31'.padEnd(32, '0')}`],
    ['tell which information there is', '09 00 → 490050400000'],
    ['say nothing about unknown information', '09 77 → '],
    ['say nothing to 01 without a PID', '01 → '],
    ['say nothing to more than six PIDs', '01 0C 0C 0C 0C 0C 0C 0C → '],
    ['say nothing to 03 with another byte', '03 00 → '],
    ['say nothing to 07 with another byte', '07 00 → '],
    ['say nothing to 0A with another byte', '0A 00 → '],
    ['say nothing to 09 with another byte', '09 02 01 → '],
  ])('%s', (_, line) => talk(line))

  it('clear the codes but not the permanent ones', () =>
    talk('04 → 44', '03 → 4300', '01 01 → 410100776565', '0A → 4A010171'))
})

describe('clearing by an emission service with too many bytes', () => {
  it('clears nothing and is not answered', () =>
    talk('04 00 → ', '03 → 43020171FFFF', '04 FF FF FF → ', '03 → 43020171FFFF'))
})

describe('what only an unlocked tester may read', () => {
  it.each([
    ['a value', '22D006', '7F2233', '62D00666'],
    ['a value among others', '22F187D006', '7F2233', '62F1874142D00666'],
    ['memory', '2312300001', '7F2333', '6344'],
  ])('is refused with 0x33 before: %s', async (_what, request, locked, unlocked) => {
    const tested = await converse('10 03 → 5003003201F4')
    expect(await tested.ask(request)).toEqual([locked])
    expect(await unlock(tested)).toEqual(['6702'])
    expect(await tested.ask(request)).toEqual([unlocked])
    expect(await tested.ask('1003')).toHaveLength(1)
    expect(await tested.ask(request)).toEqual([locked])
  })

  it('is not there at all in another session', () => talk('23 12 3000 01 → 7F2331'))
})
