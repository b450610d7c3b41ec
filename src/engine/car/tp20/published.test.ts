import { describe, expect, it } from 'vitest'
import { timeByte, timeOf } from './frames.ts'
import { bareTester, conversation } from './testing/tp20-tester.ts'

/**
 * Set-up, parameters, a short message and its acknowledgements: Jared Wiltshire, https://jazdw.net/tp20 (text also in
 * openvehicles/Open-Vehicle-Monitoring-System-3, vehicle/OVMS.V3/components/vehicle/docs/VW-TP-2.0.txt), and
 * seishuku/teensycanbusdisplay, vwtpkwp2k.c, whose comments show what a car said. Set-up and parameters are the same in
 * notyal/vwcanread, src/vwtp20.cpp, made after SAE J2819.
 */
const opening = [
  ['200#01C00010000301', '201#00D00003400701'],
  ['740#A00F8AFF32FF', '300#A10F8AFF4AFF'],
]
const session = [
  ['740#1000021089', '300#B1'],
  ['300#1000025089', '740#B1'],
]

/**
 * Messages of several frames, not acknowledged before the last one: the example of jazdw.net goes on from the one above; the
 * one in seishuku/teensycanbusdisplay, vwtpkwp2k.c, starts at sequence 0. I-CAN-hack/pq-flasher, tp20.py, cuts and
 * acknowledges in the same way and flashes real ECUs.
 */
const blockOfJazdw = [
  ['740#1100022101', '300#B2'],
  ['300#21001A6101010000', '300#222700002200801A', '300#23324B25027A2500', '300#1400250000250000', '740#B5'],
]
const blockOfTeensy = [
  ['740#1000022172', '300#B1'],
  ['300#20001A6172080AFF', '300#21080AFF710A8071', '300#220A80680F8F7E03', '300#13397E0339250000', '740#B4'],
]

describe('TP2.0 on the wire', () => {
  // @proves The whole protocol: TP2.0 with bytes on which independent public sources agree
  it('opens a channel, starts a session and reads a block with the published bytes', async () => {
    const { ask, frames } = conversation()
    expect(await ask('1089', 500)).toEqual(['5089'])
    expect(await ask('2101', 500)).toEqual(['61010100002700002200801A324B25027A250000250000250000'])
    expect(frames()).toEqual([...opening, ...session, ...blockOfJazdw].flat())
  })

  it('reads the block of the other source with its published bytes', async () => {
    const { ask, frames } = conversation()
    await ask('2172', 500)
    expect(frames()).toEqual([...opening, ...blockOfTeensy].flat())
  })

  it('answers the published bytes of a tester, on the side of the ECU', async () => {
    const { say } = bareTester()
    expect(await say(0x200, '01C00010000301')).toEqual(['201 00D00003400701'])
    expect(await say(0x740, 'A00F8AFF32FF')).toEqual(['300 A10F8AFF4AFF'])
    expect(await say(0x740, '1000021089')).toEqual(['300 B1', '300 1000025089'])
    expect(await say(0x740, 'B1')).toEqual([])
  })

  /**
   * A3 and the parameters that come back: seishuku/teensycanbusdisplay, vwtpkwp2k.c, and notyal/vwcanread, src/vwtpchannel.cpp;
   * jazdw.net/tp20 says the same of A3 in general.
   */
  it('answers the published channel test, on the side of the ECU', async () => {
    const { say } = bareTester()
    await say(0x200, '01C00010000301')
    expect(await say(0x740, 'A3')).toEqual(['300 A10F8AFF4AFF'])
  })

  /**
   * As a tester, notyal/vwcanread, src/vwtpchannel.cpp, and openvehicles/Open-Vehicle-Monitoring-System-3,
   * vehicle/OVMS.V3/components/vehicle/vehicle_poller_vwtp.cpp, answer A3 with A1 and their own parameters, which differ in T3.
   * jazdw/vag-blocks, tp20.cpp, gives an A3 back instead; its author's text (jazdw.net/tp20) and the two others have the A1.
   */
  it('answers the published channel test of an ECU with the parameters of the tester', async () => {
    const { ask, frames, sayAsEcu } = conversation()
    await ask('1089', 500)
    await sayAsEcu('A3')
    expect(frames().slice(-2)).toEqual(['300#A3', '740#A10F8AFF32FF'])
  })

  /**
   * A8 closes: jazdw/vag-blocks, tp20.cpp, and notyal/vwcanread, src/vwtp20.cpp. That the other side says A8, too:
   * jazdw.net/tp20, and OVMS (see above), which waits for it and says it.
   */
  it('closes with the published byte, which is given back by an ECU', async () => {
    const { ask, frames, tester, clock } = conversation()
    await ask('1089', 500)
    tester.close()
    await clock.advance(1)
    expect(frames().slice(-2)).toEqual(['740#A8', '300#A8'])
  })

  /**
   * 9X, X being the next sequence number, as an acknowledgement of a receiver that is not ready: jazdw.net/tp20 and
   * notyal/vwcanread, src/vwtp20.cpp (after SAE J2819). What a sender does then differs: OVMS gives the message up, others wait
   * for BX. So an ECU here has taken the block, says BX by itself when it is ready, and takes a repeated block for what it is.
   */
  it('says that an ECU is not ready with the published byte, and with the other one that it is', async () => {
    const { say, clock, heard } = bareTester()
    await say(0x200, '15C00010000301')
    await say(0x7a4, 'A00F8AFF32FF')
    expect(await say(0x7a4, '1000021089')).toEqual(['300 91'])
    await clock.advance(249)
    expect(heard).toEqual(['300 91'])
    await clock.advance(1)
    expect(heard).toEqual(['300 91', '300 B1', '300 1000025089'])
  })

  /** I-CAN-hack/pq-flasher, tp20.py, and https://icanhack.nl/knowledge-base/diagnostics/vw-tp20/ tell of this module. */
  it('lets an ECU choose where it listens', async () => {
    const { say } = bareTester()
    expect(await say(0x200, '09C00010000301')).toEqual(['209 00D00003A80701'])
  })

  it.each([
    [0x8a, 100],
    [0x32, 5],
    [0x4a, 10],
    [0x0a, 1],
  ])('reads the time byte %i as %d ms and writes it again to the same length', (byte, milliseconds) => {
    expect(timeOf(byte)).toBe(milliseconds)
    expect(timeOf(timeByte(milliseconds))).toBe(milliseconds)
  })
})
