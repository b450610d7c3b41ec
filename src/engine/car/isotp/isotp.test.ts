import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canFrame } from '../can-frame.ts'
import { frameFault, seededRandom } from '../frame-faults.ts'
import { decodePdu, separationTimeCode, separationTimeMs } from './pdu.ts'
import { countingBytes, isotpPair } from './testing/channel-pair.ts'

const framesOf = (lines: readonly string[]) => lines.map((line) => line.split(' ').at(-1))

describe('frames of ISO 15765-2', () => {
  it.each([
    ['an empty frame', []],
    ['a single frame of length zero', [0x00, 1, 2]],
    ['a single frame that is shorter than it says', [0x05, 1, 2, 3]],
    ['a single frame longer than a frame', [0x08, 1, 2, 3, 4, 5, 6, 7]],
    ['a first frame that would fit into a single one', [0x10, 0x07, 1, 2, 3, 4, 5, 6]],
    ['a first frame with less than eight bytes', [0x10, 0x14, 1, 2, 3]],
    ['a long first frame whose length fits twelve bits', [0x10, 0x00, 0, 0, 0x0f, 0xff, 1, 2]],
    ['a consecutive frame without data', [0x21]],
    ['a flow control without separation time', [0x30, 0x00]],
    ['a reserved type', [0x40, 1, 2, 3, 4, 5, 6, 7]],
    ['another reserved type', [0xf0, 1, 2, 3, 4, 5, 6, 7]],
  ])('ignores %s', (_, bytes) => {
    expect(decodePdu(Uint8Array.from(bytes), 8)).toBeUndefined()
  })

  it.each([
    [0x00, 0],
    [0x01, 1],
    [0x7f, 127],
    [0x80, 127],
    [0xf0, 127],
    [0xf1, 0.1],
    [0xf9, 0.9],
    [0xfa, 127],
    [0xff, 127],
  ])('reads separation time code %i as %f ms', (code, milliseconds) => {
    expect(separationTimeMs(code)).toBe(milliseconds)
  })

  it.each([
    [0, 0],
    [0.1, 0xf1],
    [0.85, 0xf9],
    [1, 1],
    [2.5, 3],
    [500, 0x7f],
  ])('writes %f ms as separation time code %i', (milliseconds, code) => {
    expect(separationTimeCode(milliseconds)).toBe(code)
  })
})

describe('an ISO-TP transfer', () => {
  it('puts a short payload into one padded single frame', async () => {
    const { tester, ecu, log, clock } = isotpPair()
    tester.send(Uint8Array.of(0x22, 0xf1, 0x90))
    await clock.advance(0)
    expect(ecu.received).toEqual([Uint8Array.of(0x22, 0xf1, 0x90)])
    expect(framesOf(log.lines())).toEqual(['7E0#0322F190CCCCCCCC'])
    expect(tester.sendOutcomes).toEqual(['sent'])
  })

  it('segments a long payload after the flow control', async () => {
    const { tester, ecu, log, clock } = isotpPair({ sendPadding: 'off' }, { sendPadding: 'off' })
    tester.send(countingBytes(16))
    await clock.advance(0)
    expect(ecu.received).toEqual([countingBytes(16)])
    expect(framesOf(log.lines())).toEqual([
      '7E0#1010000102030405',
      '7E8#300000',
      '7E0#21060708090A0B0C',
      '7E0#220D0E0F',
    ])
  })

  it('sends as much as a block allows and waits for the next flow control', async () => {
    const { tester, ecu, log, clock } = isotpPair({}, { blockSize: 2 })
    tester.send(countingBytes(6 + 7 * 5))
    await clock.advance(0)
    expect(ecu.received).toHaveLength(1)
    expect(framesOf(log.lines()).filter((frame) => frame?.startsWith('7E8#30'))).toHaveLength(3)
  })

  it.each([
    [5, 'as-fast-as-possible'],
    [0.3, 'as-fast-as-possible'],
  ] as const)('keeps a separation time of %f ms', async (separationTimeMs, timing) => {
    const { tester, ecu, log, clock } = isotpPair({}, { separationTimeMs }, timing)
    tester.send(countingBytes(6 + 7 * 3))
    await clock.advance(separationTimeMs * 1.5)
    expect(ecu.received).toHaveLength(0)
    await clock.advance(separationTimeMs)
    expect(ecu.received).toHaveLength(1)
    const times = log
      .lines()
      .filter((line) => / 7E0#2/.test(line))
      .map((line) => Number(line.slice(1, line.indexOf(')'))))
    expect(((times[2] ?? 0) - (times[0] ?? 0)) * 1000).toBeCloseTo(separationTimeMs * 2, 1)
  })

  it('takes the time of its frames on a realistic bus', async () => {
    const { tester, ecu, clock } = isotpPair({}, {}, 'realistic')
    tester.send(Uint8Array.of(1, 2, 3))
    await clock.advance(0.2)
    expect(ecu.received).toHaveLength(0)
    await clock.advance(0.1)
    expect(ecu.received).toHaveLength(1)
  })

  it('waits while the receiver asks for it', async () => {
    const { tester, ecu, clock } = isotpPair({}, { waitFrames: 3, waitFrameEveryMs: 400 })
    tester.send(countingBytes(20))
    await clock.advance(1199)
    expect(ecu.received).toHaveLength(0)
    await clock.advance(1)
    expect(ecu.received).toEqual([countingBytes(20)])
  })

  it('sends payloads one after the other', async () => {
    const { tester, ecu, clock } = isotpPair()
    for (const length of [30, 2, 9]) tester.send(countingBytes(length))
    await clock.advance(0)
    expect(ecu.received.map(({ length }) => length)).toEqual([30, 2, 9])
  })

  it('passes long payloads in both directions at once', async () => {
    const { tester, ecu, clock } = isotpPair({ blockSize: 3 }, { blockSize: 4 })
    tester.send(countingBytes(300))
    ecu.send(countingBytes(200))
    await clock.advance(0)
    expect(ecu.received).toEqual([countingBytes(300)])
    expect(tester.received).toEqual([countingBytes(200)])
  })

  it('carries 4095 bytes with the short and 4096 with the long length', async () => {
    const { tester, ecu, log, clock } = isotpPair({}, { longestPayload: 5000 })
    tester.send(countingBytes(4095))
    tester.send(countingBytes(4096))
    await clock.advance(0)
    expect(ecu.received.map(({ length }) => length)).toEqual([4095, 4096])
    const firstFrames = framesOf(log.lines()).filter((frame) => frame?.startsWith('7E0#1'))
    expect(firstFrames).toEqual(['7E0#1FFF000102030405', '7E0#1000000010000001'])
  })

  it('uses extended addresses in every frame, also in flow control', async () => {
    const { tester, ecu, log, clock } = isotpPair(
      { sendAddress: 0x40, receiveAddress: 0xf1, sendPadding: 'off' },
      { sendAddress: 0xf1, receiveAddress: 0x40, sendPadding: 'off' },
    )
    tester.send(countingBytes(8))
    await clock.advance(0)
    expect(ecu.received).toEqual([countingBytes(8)])
    expect(framesOf(log.lines())).toEqual(['7E0#4010080001020304', '7E8#F1300000', '7E0#4021050607'])
  })

  it('answers a functional request with flow control on the physical identifier', async () => {
    const { tester, ecu, log, clock } = isotpPair({ sendId: 0x7df, flowControlId: 0x7e0 })
    ecu.send(countingBytes(20))
    await clock.advance(0)
    expect(tester.received).toHaveLength(0)
    expect(framesOf(log.lines())[1]).toBe('7E0#300000CCCCCCCCCC')
  })

  it('follows the padding of the other side when told to detect it', async () => {
    const { tester, ecu, log, clock } = isotpPair({ sendPadding: 'as-the-other-side' }, { sendPadding: 'off' })
    tester.send(Uint8Array.of(1))
    await clock.advance(0)
    ecu.send(Uint8Array.of(2))
    await clock.advance(0)
    tester.send(Uint8Array.of(3))
    await clock.advance(0)
    expect(framesOf(log.lines())).toEqual(['7E0#0101CCCCCCCCCCCC', '7E8#0102', '7E0#0103'])
  })

  it('ignores unpadded frames where padding is required', async () => {
    const { tester, ecu, clock } = isotpPair({ sendPadding: 'off' }, { receivedPadding: 'required' })
    tester.send(Uint8Array.of(1))
    await clock.advance(5000)
    expect(ecu.received).toHaveLength(0)
  })
})

describe('an ISO-TP transfer that goes wrong', () => {
  const longEnough = 6 + 7 * 10

  it.each([
    ['lost', 'wrong-sequence-number', 'consecutive'],
    ['duplicated', 'wrong-sequence-number', 'consecutive'],
    ['reordered', 'wrong-sequence-number', 'consecutive'],
    ['late', 'wrong-sequence-number', 'consecutive'],
  ] as const)('is given up by the receiver when a consecutive frame is %s', async (kind, failure, frames) => {
    const { tester, ecu, bus, clock } = isotpPair()
    bus.setFault(frameFault([{ kind, frames, count: 1 }], seededRandom(1)))
    tester.send(countingBytes(longEnough))
    await clock.advance(5000)
    expect(ecu.received).toHaveLength(0)
    expect(ecu.failures).toEqual([failure])
  })

  it('ends after N_Cr when the last consecutive frame is lost', async () => {
    const { tester, ecu, bus, clock } = isotpPair()
    bus.setFault((frame) => (frame.data[0] === 0x22 ? [] : [{ frame, delayMs: 0 }]))
    tester.send(countingBytes(6 + 7 * 2))
    await clock.advance(999)
    expect(ecu.failures).toEqual([])
    await clock.advance(1)
    expect(ecu.failures).toEqual(['consecutive-frame-missing'])
    expect(ecu.received).toHaveLength(0)
  })

  it('ends after N_Cr when the last consecutive frame is late, and ignores the straggler', async () => {
    const { tester, ecu, bus, clock } = isotpPair()
    bus.setFault((frame) => [{ frame, delayMs: frame.data[0] === 0x22 ? 1001 : 0 }])
    tester.send(countingBytes(6 + 7 * 2))
    await clock.advance(5000)
    expect(ecu.failures).toEqual(['consecutive-frame-missing'])
    expect(ecu.received).toHaveLength(0)
  })

  it.each([
    ['no flow control comes', () => [], 'no-flow-control', 1000],
    ['the receiver has no room', () => [0x32, 0, 0], 'receiver-overflow', 0],
    ['the flow status is a reserved one', () => [0x33, 0, 0], 'invalid-flow-status', 0],
  ] as const)('fails at the sender when %s', async (_, flowControl, failure, afterMs) => {
    const { tester, bus, clock } = isotpPair()
    bus.setFault((frame) => {
      if (frame.id !== 0x7e8) return [{ frame, delayMs: 0 }]
      const bytes = flowControl()
      return bytes.length === 0 ? [] : [{ frame: canFrame(0x7e8, Uint8Array.from(bytes)), delayMs: 0 }]
    })
    tester.send(countingBytes(20))
    await clock.advance(afterMs)
    expect(tester.sendOutcomes).toEqual([failure])
  })

  it('fails at the sender when the receiver never stops asking to wait', async () => {
    const { tester, clock } = isotpPair({ acceptedWaitFrames: 2 }, { waitFrames: 10 })
    tester.send(countingBytes(20))
    await clock.advance(10_000)
    expect(tester.sendOutcomes).toEqual(['too-many-waits'])
  })

  it('is refused with an overflow when the payload is longer than the receiver takes', async () => {
    const { tester, ecu, clock } = isotpPair({}, { longestPayload: 100 })
    tester.send(countingBytes(101))
    await clock.advance(0)
    expect(tester.sendOutcomes).toEqual(['receiver-overflow'])
    expect(ecu.failures).toEqual(['payload-too-long'])
  })

  it('fails after N_As when nobody acknowledges the frame', async () => {
    const { tester, ecu, clock, log } = isotpPair()
    ecu.port.setBusOff(true)
    tester.send(Uint8Array.of(0x3e, 0x00))
    await clock.advance(999)
    expect(tester.sendOutcomes).toEqual([])
    await clock.advance(1)
    expect(tester.sendOutcomes).toEqual(['not-acknowledged'])
    expect(log.lines()).toEqual([])
  })

  it('takes everything that waits with it when nobody acknowledges', async () => {
    const { tester, ecu, clock, log } = isotpPair()
    tester.port.setBusOff(true)
    for (let count = 0; count < 3; count += 1) tester.send(Uint8Array.of(count))
    await clock.advance(1000)
    tester.port.setBusOff(false)
    await clock.advance(5000)
    expect(tester.sendOutcomes).toEqual(['not-acknowledged', 'not-acknowledged', 'not-acknowledged'])
    expect([ecu.received, log.lines()]).toEqual([[], []])
  })

  it('works again after bus-off', async () => {
    const { tester, ecu, clock } = isotpPair()
    tester.port.setBusOff(true)
    tester.send(Uint8Array.of(1))
    await clock.advance(1000)
    tester.port.setBusOff(false)
    tester.send(Uint8Array.of(2))
    await clock.advance(0)
    expect(tester.sendOutcomes).toEqual(['not-acknowledged', 'sent'])
    expect(ecu.received).toEqual([Uint8Array.of(2)])
  })

  it('is dropped when a new message interrupts it, and the new one arrives', async () => {
    const { ecu, bus, clock } = isotpPair()
    const port = bus.attach({ name: 'rude', frameReceived: () => undefined })
    port.send(canFrame(0x7e0, Uint8Array.of(0x10, 20, 1, 2, 3, 4, 5, 6)))
    port.send(canFrame(0x7e0, Uint8Array.of(0x02, 0x3e, 0x00)))
    await clock.advance(0)
    expect(ecu.received).toEqual([Uint8Array.of(0x3e, 0x00)])
    expect(ecu.failures).toEqual(['interrupted-by-new-message'])
  })

  it('ignores consecutive frames and flow control that nobody waits for', async () => {
    const { tester, ecu, bus, clock } = isotpPair()
    const port = bus.attach({ name: 'rude', frameReceived: () => undefined })
    port.send(canFrame(0x7e0, Uint8Array.of(0x21, 1, 2, 3, 4, 5, 6, 7)))
    port.send(canFrame(0x7e8, Uint8Array.of(0x30, 0, 0)))
    await clock.advance(5000)
    expect([...ecu.received, ...tester.received]).toEqual([])
    expect([...ecu.failures, ...tester.failures]).toEqual([])
  })

  it('tells every waiting payload when the endpoint is closed', async () => {
    const { tester, clock } = isotpPair({}, { waitFrames: 1 })
    tester.send(countingBytes(20))
    tester.send(countingBytes(20))
    await clock.advance(0)
    tester.endpoint.close()
    expect(tester.sendOutcomes).toEqual(['closed', 'closed'])
    await clock.advance(10_000)
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('ISO-TP under any circumstances', () => {
  const behaviour = fc.record({
    length: fc.integer({ min: 1, max: 4095 }),
    padding: fc.boolean(),
    extended: fc.boolean(),
    blockSize: fc.integer({ min: 0, max: 20 }),
    separationTimeMs: fc.constantFrom(0, 0.1, 0.9, 1, 3),
    waitFrames: fc.integer({ min: 0, max: 2 }),
  })

  it('delivers every payload unchanged with every block size, separation time and padding', async () => {
    await fc.assert(
      fc.asyncProperty(behaviour, async ({ length, padding, extended, ...receiver }) => {
        const sendPadding = padding ? 'on' : 'off'
        const { tester, ecu, clock } = isotpPair(
          { sendPadding, ...(extended && { sendAddress: 1, receiveAddress: 2 }) },
          { sendPadding, ...receiver, ...(extended && { sendAddress: 2, receiveAddress: 1 }) },
        )
        tester.send(countingBytes(length))
        await clock.advance(60_000)
        await clock.advance(600_000)
        expect(ecu.received).toEqual([countingBytes(length)])
        expect(tester.sendOutcomes).toEqual(['sent'])
        expect(clock.pendingTimers).toBe(0)
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  // @proves Protocol and engine: Real ISO-TP: flow control, separation time, padding, 11 and 29 bit; lost, late and reordered frames fail as ISO 15765-2 says
  it('never delivers a wrong payload, whatever happens to the frames', async () => {
    const rule = fc.record({
      kind: fc.constantFrom('lost', 'late', 'reordered', 'duplicated' as const),
      probability: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
      delayMs: fc.integer({ min: 1, max: 3000 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 600 }),
        fc.array(rule, { minLength: 1, maxLength: 3 }),
        fc.integer(),
        fc.integer({ min: 0, max: 4 }),
        async (length, rules, seed, blockSize) => {
          const { tester, ecu, bus, clock } = isotpPair({}, { blockSize })
          bus.setFault(frameFault(rules as Parameters<typeof frameFault>[0], seededRandom(seed)))
          tester.send(countingBytes(length))
          await clock.advance(20_000)
          for (const payload of ecu.received) expect(payload).toEqual(countingBytes(length))
        },
      ),
      { numRuns: 150 },
    )
  }, 60_000)
})
