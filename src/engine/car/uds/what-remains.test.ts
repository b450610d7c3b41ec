import { describe, expect, it } from 'vitest'
import { converse, converseWith, engine, talk, unlock } from './testing/conversation.ts'

/** The engine of the other tests, but without permanent power. */
const switched = engine.replace('    power: battery\n', '')

const clearAll = '14 FFFFFF → 54'
const extended = '10 03 → 5003003201F4'
const programming = '10 02 → 5002003201F4'

describe('clearing the fault memory', () => {
  it('takes snapshots and extended data with the code', () =>
    talk(
      '19 04 017100 01 → 590401710028' + '0101F40C0CA8',
      clearAll,
      '19 04 017100 01 → 590401710050',
      '19 04 017100 FF → 590401710050',
      '19 06 017100 FF → 590601710050',
      '19 06 017100 07 → 7F1931',
    ))

  it('of one code leaves what is stored for another', () =>
    talk('14 FFFF1A → 54', '19 06 017100 FF → 5906017100280205', '19 02 08 → 5902FF01710028'))

  it.each([
    ['by 0x14', clearAll],
    ['by the emission service', '04 → 44'],
  ])('%s makes the emission monitors incomplete until the next cycle', async (_by, clear) => {
    await converseWith(
      switched,
      '01 01 → 410182076500',
      clear,
      '01 01 → 410100776565',
      'ignition cycle',
      '01 01 → 410181076500',
    )
  })

  it('of one code leaves the monitors alone', () => talk('14 FFFF1A → 54', '01 01 → 410181076500'))
})

describe('a fault whose cause is present and that returns soon', () => {
  const returning = engine.replace('isPresent: true', 'isPresent: true, returnsAfterMs: 500')
  const gone = '19 02 08 → 5902FF'
  const back = '19 02 08 → 5902FFFFFF1A2F'

  it('is found again in the same cycle', async () => {
    await converseWith(returning, clearAll, '+499', gone, '+1', back)
  })

  it('is not found while 0x85 has switched that off, and is after it', async () => {
    await converseWith(returning, extended, '85 02 → C502', clearAll, '+2000', gone, '85 01 → C501', back)
  })

  it('is found again when S3 has ended the session in which 0x85 was used', async () => {
    await converseWith(returning, extended, '85 02 → C502', clearAll, '+600', gone, '+6000', back)
  })

  it('waits for the next cycle without that field', async () => {
    await converseWith(switched, clearAll, '+60000', gone, 'ignition cycle', back)
  })
})

describe('what a change of the diagnostic session ends', () => {
  it.each([
    ['the same session again', [extended]],
    ['the default session between', ['10 01 → 5001003201F4', extended]],
  ])('is a seed that nobody has answered: %s', async (_how, sessions) => {
    const tested = await converse(extended)
    const [seedAnswer = ''] = await tested.ask('2701')
    for (const line of sessions) expect(await tested.ask(line.split(' →')[0]?.replace(' ', '') ?? '')).toHaveLength(1)
    expect(seedAnswer).toMatch(/^6701/)
    expect(await tested.ask('270200000000')).toEqual(['7F2724'])
    expect(await unlock(tested)).toEqual(['6702'])
  })
})

describe('a routine that is through', () => {
  it('has taken effect although the ignition went off before anybody asked', async () => {
    const tested = await converseWith(switched, extended)
    await unlock(tested)
    expect(await tested.ask('31010312')).toEqual(['71010312'])
    await tested.clock.advance(100)
    tested.car.disturb({ isIgnitionOff: true })()
    expect(await tested.ask('22D004')).toEqual(['62D0040100'])
  })

  it('has no effect when the ignition went off before', async () => {
    const tested = await converseWith(switched, extended)
    await unlock(tested)
    await tested.ask('31010312')
    await tested.clock.advance(99)
    tested.car.disturb({ isIgnitionOff: true })()
    await tested.clock.advance(1000)
    expect(await tested.ask('22D004')).toEqual(['62D00400FF'])
  })
})

describe('a transfer', () => {
  const request = '34 00 22 1000 0040'

  it.each([`${request} → 7F347F`, '36 01 00 → 7F367F', '37 → 7F377F'])(
    'is no service of a session in which nothing can be downloaded: %s',
    (line) => talk(extended, line),
  )

  it('goes on when another one is asked for meanwhile', () =>
    talk(
      programming,
      `${request} → 74200022`,
      `36 01 ${'AA'.repeat(32)} → 7601`,
      `${request} → 7F3422`,
      `36 02 ${'AA'.repeat(32)} → 7602`,
      '37 → 77',
      `${request} → 74200022`,
    ))
})
