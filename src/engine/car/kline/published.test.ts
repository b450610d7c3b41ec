import { describe, expect, it } from 'vitest'
import { toHex } from '../can-frame.ts'
import { encodeMessage, headerForms } from './message.ts'
import { bytes, engine, line } from './testing/kline-tester.ts'

describe('messages of ISO 14230-2', () => {
  /**
   * The first three exchanges stand both in martinhol221/ISO14230-4-KWP, README.md (Citroën C5 of 2003), and, bar the values of
   * the car, in DiagProf/ISO22900.II (the page of its demo that is named below). The requests are also in fenugrec/freediag,
   * scantool/freediag_carsim_iso14230.db. The answers of the Freematics emulator that muki01/OBD2_K-line_Reader and
   * https://m0agx.eu/2018/01/02/reading-obd2-data-without-elm327-part-2-k-line/ show (83 F1 11 C1 8F EF C4) have the key bytes
   * the other way round; cars, freediag and aster94/Keyword-Protocol-2000 send 8F as the second one, and so do we.
   */
  it.each([
    ['81', 0x33, 0xf1, true, 'C1 33 F1 81 66'],
    ['C1 E9 8F', 0xf1, 0x10, false, '83 F1 10 C1 E9 8F BD'],
    ['01 00', 0x33, 0xf1, true, 'C2 33 F1 01 00 E7'],
    ['01 05', 0x33, 0xf1, true, 'C2 33 F1 01 05 EC'],
    ['41 05 49', 0xf1, 0x10, false, '83 F1 10 41 05 49 13'],
  ])('give %s the published header and checksum', (payload, target, source, isFunctional, published) => {
    const message = { payload: bytes(payload), target, source, isFunctional }
    expect(toHex(encodeMessage(message, headerForms(0xe9)) ?? new Uint8Array())).toBe(published.replaceAll(' ', ''))
  })
})

describe('fast initialisation', () => {
  // @proves The whole protocol: K-line, slow and fast, three bit rates, with bytes on which independent public sources agree
  it('wakes the ECUs of the emission system with the published bytes', async () => {
    const { converse, spied } = line()
    const { ask } = converse({ ...engine, address: 0x33 })
    expect(await ask('0105', 1000)).toEqual(['410549'])
    const published = ['C1 33 F1 81 66', '83 F1 10 C1 E9 8F BD', 'C2 33 F1 01 05 EC', '83 F1 10 41 05 49 13']
    expect(spied.join(' ')).toBe(published.join(' '))
  })

  /**
   * An ECU whose key bytes (EA 8F) allow nothing but a length byte uses one from its first answer on: aster94/Keyword-Protocol-2000,
   * extras/ECU_Emulator/ECU_Emulator.py (Suzuki, 0x12; it shows 82 and C2, too), and fenugrec/freediag, tests/l2_14230_fast.db
   * (Citroën Berlingo, 0x13; it shows 7E, and 82 and C2 without a length byte). The same key bytes and 82, for address 0x11:
   * peter1960/Arduino-Proj, TripComputer/src/kline.cpp (Kawasaki). The checksums are the sums that all of them describe.
   */
  it('of an ECU that wants a length byte, its sign of life and its end have the published bytes', async () => {
    const { converse, logged } = line()
    const { ask } = converse({ ...engine, address: 0x12 })
    expect(await ask('3E01', 1000)).toEqual(['7E'])
    expect(await ask('82', 1000)).toEqual(['C2'])
    const start = ['8112F18105', '80F11203C1EA8FC0']
    const alive = ['8012F1023E01C4', '80F112017E02']
    const stop = ['8012F1018206', '80F11201C246']
    expect(logged()).toEqual(['low 25', ...[...start, ...alive, ...stop].map((message) => `10400 ${message}`)])
  })
})

/**
 * The whole handshake for address 0x33 with key bytes of real ECUs.
 *
 * E9 8F: DiagProf/ISO22900.II, WrapISO22900.II.Demo/Pages/PageUseCaseSimpleSendAndReceiveObd2OverKline.cs, has every byte of it;
 * iwanders/OBD9141, src/OBD9141.cpp (initImpl, initKWPSlow) and issue 34, in which a car says 233 and 143, hears the complement
 * and says CC.
 *
 * EF 8F and 70: https://m0agx.eu/2018/01/02/reading-obd2-data-without-elm327-part-2-k-line/ (text also in
 * matt2005/matt2005.github.io, _posts), seen with a logic analyser. That the complements of whatever second key byte and of 0x33
 * follow: muki01/OBD2_K-line_Reader, Basic_Code/K_Line.ino, and fenugrec/freediag, scantool/diag_l2_iso14230.c.
 *
 * For 0x33 the sources agree on the bits of the address, too. For others freediag, scantool/diag_l0_dumb.c, sends eight bits,
 * muki01 seven and a parity bit, as KWP1281 has it. Addresses above 0x7F cannot be sent that way, so eight bits are sent here.
 */
describe('slow initialisation', () => {
  it.each([
    ['E9 8F', 0x33, '33 55 E9 8F 70 CC'],
    ['EF 8F', 0x33, '33 55 EF 8F 70 CC'],
    ['E9 8F', 0x18, '18 55 E9 8F 70 E7'],
  ])('with key bytes %s exchanges the published bytes for address %i', async (keyBytes, address, published) => {
    const { converse, logged } = line(keyBytes)
    expect(await converse({ address, init: 'slow', baud: 9600 }).ask('2101', 5000)).toEqual(['61011122'])
    const [whistled, ...said] = published.split(' ')
    expect(logged().slice(0, 6)).toEqual([`5 ${whistled}`, ...said.map((byte) => `9600 ${byte}`)])
  })

  it('is given up by the tester when the inverted address is wrong', async () => {
    const { car, converse, clock } = line()
    const ecu = car.socket.attachKlineTester(7, {
      byteReceived: ({ value, baud }) => {
        if (baud === 5) clock.after(60, () => say('55 E9 8F'))
        else if (value === 0x70) clock.after(25, () => say('CC'))
      },
      pulseReceived: () => undefined,
    })
    const say = (hex: string) => ecu.send(bytes(hex), { baud: 10_400, pauseMs: 5 }, () => undefined)
    const { ask, failures } = converse({ address: 0x32, init: 'slow', baud: 10_400 })
    expect(await ask('2101', 20_000)).toEqual([])
    expect(failures).toEqual(['no-wake-up'])
  })
})
