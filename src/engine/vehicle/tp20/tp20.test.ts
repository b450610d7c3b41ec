import { describe, expect, it } from 'vitest'
import { canFrame, toHex } from '../can-frame.ts'
import { quietCar } from '../car.test-tester.ts'
import { timeByte, timeOf } from './frames.ts'
import { Tp20Conversation, type Tp20Failure } from './tester-conversation.ts'

const yaml = `name: Old car
tecdocId: 7
vin: WFKZZZ8C9MA204417
buses:
  diagnosis: { pins: [6, 14], kbitPerSecond: 500 }
ecus:
  - name: Engine
    bus: diagnosis
    tp20: { address: 0x01, receivesOn: 0x740 }
    sessions: [1, 9]
    kwp:
      identification:
        "9B": { label: Part number, text: 03L906022LM }
    data:
      D001: { pattern: "00 01 02 03 04 05 06", bytes: 700 }
  - name: Steering
    bus: diagnosis
    tp20: { address: 0x09, receivesOn: 0x7A8 }
`

const wiring = { pinPlus: 6, pinMin: 14, bitRate: 500_000, transceiver: 'high' } as const

function bareTester() {
  const { car, clock, log } = quietCar(yaml)
  const heard: string[] = []
  const port = car.attachTester(wiring, {
    name: 'tester',
    frameReceived: ({ id, data }) => heard.push(`${id.toString(16)} ${toHex(data)}`),
  })
  const say = async (id: number, hex: string, waitMs = 0) => {
    heard.length = 0
    port.send(canFrame(id, Buffer.from(hex, 'hex')))
    await clock.advance(waitMs)
    return [...heard]
  }
  return { car, clock, log, say, heard }
}

function conversation(address = 0x01) {
  const { car, clock, log } = quietCar(yaml)
  const answers: string[] = []
  const failures: Tp20Failure[] = []
  let isHeard = true
  const port = car.attachTester(wiring, {
    name: 'tester',
    frameReceived: ({ id, data }) => {
      if (!isHeard) return
      if (id === 0x200 + address) tester.setupAnswered(data)
      if (id === 0x300) tester.frameReceived(data)
    },
  })
  const tester = new Tp20Conversation({
    clock,
    address,
    receiveId: 0x300,
    transmit: (id, data, sent) => port.send(canFrame(id, data), sent),
    messageReceived: (payload) => answers.push(toHex(payload)),
    failed: (failure) => failures.push(failure),
  })
  const ask = async (hex: string, withinMs = 2000) => {
    answers.length = 0
    tester.send(Buffer.from(hex, 'hex'), () => undefined)
    await clock.advance(withinMs)
    return [...answers]
  }
  const setHeard = (value: boolean) => {
    isHeard = value
  }
  const frames = () => log.lines().map((line) => line.split(' ')[2])
  return { car, clock, ask, tester, failures, frames, setHeard }
}

/**
 * Set-up and parameters: Jared Wiltshire, https://jazdw.net/tp20 (text also in openvehicles/Open-Vehicle-Monitoring-System-3,
 * vehicle/OVMS.V3/components/vehicle/docs/VW-TP-2.0.txt), and notyal/vwcanread, src/vwtp20.cpp, made after SAE J2819.
 * Data and acknowledgements: the former, and I-CAN-hack/pq-flasher, tp20.py, which was made after it but flashes real ECUs.
 */
const published = [
  ['200#01C00010000301', '201#00D00003400701'],
  ['740#A00F8AFF32FF', '300#A10F8AFF4AFF'],
  ['740#1000021089', '300#B1', '300#1000025089', '740#B1'],
]

describe('TP2.0 on the wire', () => {
  it('opens a channel and starts a session with the published bytes, on the side of the tester', async () => {
    const { ask, frames } = conversation()
    expect(await ask('1089', 900)).toEqual(['5089'])
    expect(frames()).toEqual(published.flat())
  })

  it('answers the published bytes of a tester, on the side of the ECU', async () => {
    const { say } = bareTester()
    expect(await say(0x200, '01C00010000301')).toEqual(['201 00D00003400701'])
    expect(await say(0x740, 'A00F8AFF32FF')).toEqual(['300 A10F8AFF4AFF'])
    expect(await say(0x740, '1000021089')).toEqual(['300 B1', '300 1000025089'])
    expect(await say(0x740, 'B1')).toEqual([])
    expect(await say(0x740, 'A3')).toEqual(['300 A10F8AFF4AFF'])
    expect(await say(0x740, 'A8')).toEqual(['300 A8'])
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

describe('an ECU with TP2.0', () => {
  it.each([
    ['another address', 0x200, '02C00010000301'],
    ['a set-up that is too short', 0x200, '01C000100003'],
    ['a set-up without a valid identifier', 0x200, '01C00010001001'],
    ['data without a channel', 0x740, '1000021089'],
    ['parameters without a channel', 0x740, 'A00F8AFF32FF'],
  ])('does not answer %s', async (_what, id, hex) => {
    expect(await bareTester().say(id, hex, 100)).toEqual([])
  })

  it('refuses an application that is not diagnosis', async () => {
    expect(await bareTester().say(0x200, '01C00010000320')).toEqual(['201 00D60010000320'])
  })

  it('has no second channel for another tester, but starts anew with the same one', async () => {
    const { say } = bareTester()
    await say(0x200, '01C00010000301')
    expect(await say(0x200, '01C00010010301')).toEqual(['201 00D80010010301'])
    expect(await say(0x200, '01C00010000301')).toEqual(['201 00D00003400701'])
  })

  it('ignores data out of sequence and parameters that are impossible', async () => {
    const { say } = bareTester()
    await say(0x200, '01C00010000301')
    expect(await say(0x740, 'A0008AFF32FF')).toEqual([])
    await say(0x740, 'A00F8AFF32FF')
    expect(await say(0x740, '1500021089')).toEqual([])
    expect(await say(0x740, '1000021089')).toEqual(['300 B1', '300 1000025089'])
  })

  it('acknowledges a repeated frame again without serving it twice', async () => {
    const { say } = bareTester()
    await say(0x200, '01C00010000301')
    await say(0x740, 'A00F8AFF32FF')
    await say(0x740, '1000021089')
    await say(0x740, 'B1')
    expect(await say(0x740, '1000021089')).toEqual(['300 B1'])
  })

  it('repeats what is not acknowledged and disconnects in the end', async () => {
    const { say, clock, heard } = bareTester()
    await say(0x200, '01C00010000301')
    await say(0x740, 'A00F8AFF32FF')
    await say(0x740, '1000021089')
    await clock.advance(600)
    expect(heard.filter((frame) => frame === '300 1000025089')).toHaveLength(5)
    expect(heard.at(-1)).toBe('300 A8')
  })

  it('throws away a message whose length is a lie', async () => {
    const { say } = bareTester()
    await say(0x200, '01C00010000301')
    await say(0x740, 'A00F8AFF32FF')
    expect(await say(0x740, '1000051089', 100)).toEqual(['300 B1'])
  })
})

describe('a tester with TP2.0', () => {
  const long = `62D001${'00010203040506'.repeat(100)}`

  it('gets a long answer in acknowledged blocks', async () => {
    const { ask, frames } = conversation()
    expect(await ask('22D001')).toEqual([long])
    expect(frames().filter((frame) => frame?.startsWith('740#B')).length).toBe(7)
  })

  it.each([
    ['one frame in ten', { kind: 'lost', probability: 0.1 } as const],
    ['every third acknowledgement of the tester', { kind: 'lost', id: 0x740, probability: 0.3 } as const],
    ['frames twice', { kind: 'duplicated', probability: 0.5 } as const],
  ])('gets the right answer or none when the bus gives %s', async (_what, frames) => {
    const { car, ask } = conversation()
    car.disturb({ frames })
    const all: string[] = []
    for (let round = 0; round < 20; round += 1) all.push(...(await ask('22D001', 20_000)))
    expect(all.length).toBeGreaterThan(0)
    expect(new Set(all)).toEqual(new Set([long]))
  })

  it('gives up after ten set-ups that nobody answers', async () => {
    const { ask, failures, frames } = conversation(0x55)
    expect(await ask('1089', 3000)).toEqual([])
    expect(failures).toEqual(['no-channel'])
    expect(frames()).toEqual(Array(10).fill('200#55C00010000301'))
  })

  it('waits until an ECU has given up the channel of another tester', async () => {
    const { car, clock, ask, failures } = conversation()
    const port = car.attachTester(wiring, { name: 'other', frameReceived: () => undefined })
    port.send(canFrame(0x200, Buffer.from('01C00010010301', 'hex')))
    await clock.advance(1)
    expect(await ask('1089', 200)).toEqual([])
    expect(await ask('1089', 4000)).toEqual(['5089', '5089'])
    expect(failures).toEqual([])
  })

  it('tests a quiet channel, which keeps the diagnostic session', async () => {
    const { ask, frames } = conversation()
    await ask('1089')
    expect(await ask('1A9B', 20_000)).toEqual([`5A9B${Buffer.from('03L906022LM').toString('hex').toUpperCase()}`])
    expect(frames().filter((frame) => frame === '740#A3').length).toBeGreaterThan(15)
    expect(frames()).not.toContain('740#A8')
  })

  it('sets a new channel up after the ECU was without power', async () => {
    const { ask, car, clock } = conversation()
    await ask('1089')
    const end = car.disturb({ isIgnitionOff: true })
    await clock.advance(5000)
    end()
    expect(await ask('1A9B')).toHaveLength(1)
  })

  it('leaves no timer behind when it closes', async () => {
    const { ask, tester, clock, frames, car } = conversation()
    await ask('1089')
    tester.close()
    await clock.advance(10)
    expect(frames().slice(-2)).toEqual(['740#A8', '300#A8'])
    car.dispose()
    await clock.advance(10_000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('fails when the other side falls deaf in the middle', async () => {
    const { ask, setHeard, failures } = conversation()
    await ask('1089')
    setHeard(false)
    expect(await ask('1A9B', 3000)).toEqual([])
    expect(failures).toEqual(['not-acknowledged'])
  })
})
