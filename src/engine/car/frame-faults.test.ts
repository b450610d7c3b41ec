import { describe, expect, it } from 'vitest'
import { can, session } from '../tester/testing/bus-session.ts'
import { canFrame, toHex } from './can-frame.ts'
import { type FrameFaultRule, frameFault } from './frame-faults.ts'
import type { FrameUse } from './frame-use.ts'
import { testedCar } from './testing/tested-car.ts'
import { Tp20Conversation } from './tp20/tester-conversation.ts'

type FrameOfTable = readonly [id: number, hex: string, use?: FrameUse]

const request: FrameOfTable = [0x7e0, '0322F190', { kind: 'isotp' }]
const consecutive: FrameOfTable = [0x7e8, '21AABBCC', { kind: 'isotp' }]
/** Its address could be read as a control byte, and its control byte as the length of a single frame. */
const lowAddress: FrameOfTable = [0x612, '2107AABB', { kind: 'isotp', extendedAddress: 0x21 }]
const addressed: FrameOfTable = [0x613, '0722AABB', { kind: 'isotp', extendedAddress: 0x07 }]
const setup: FrameOfTable = [0x201, '00D00003400701', { kind: 'tp20-setup' }]
const tp20Data: FrameOfTable = [0x300, '2FAABBCC', { kind: 'tp20-channel' }]
const tp20Last: FrameOfTable = [0x300, '1FAABBCC', { kind: 'tp20-channel' }]
const tp20Acknowledgement: FrameOfTable = [0x300, 'B2', { kind: 'tp20-channel' }]
const broadcast: FrameOfTable = [0x280, '2122', { kind: 'broadcast' }]
const foreign: FrameOfTable = [0x123, '21AABB']

const everything = [
  request,
  consecutive,
  lowAddress,
  addressed,
  setup,
  tp20Data,
  tp20Last,
  tp20Acknowledgement,
  broadcast,
  foreign,
]
const isotp = [request, consecutive, lowAddress, addressed]
const tp20 = [setup, tp20Data, tp20Last, tp20Acknowledgement]

const frameOf = ([id, hex]: FrameOfTable) => canFrame(id, Buffer.from(hex, 'hex'))

/** The frames that a rule makes of a frame. */
function fateOf(rule: FrameFaultRule, frame: FrameOfTable): readonly string[] {
  const deliveries = frameFault([rule], () => 0)(frameOf(frame), 'node', frame[2])
  return deliveries.map(({ frame: { data } }) => toHex(data))
}

describe('a rule about frames', () => {
  it.each([
    ['without identifier picks conversations', {}, [...isotp, ...tp20]],
    ['for conversations picks them', { traffic: 'conversations' }, [...isotp, ...tp20]],
    ['for ISO-TP picks nothing else', { traffic: 'isotp' }, isotp],
    ['for TP2.0 picks nothing else', { traffic: 'tp20' }, tp20],
    ['for broadcasts picks nothing else', { traffic: 'broadcasts' }, [broadcast]],
    ['for all picks also what nobody knows', { traffic: 'all' }, everything],
    ['with the identifier of a broadcast picks it', { id: 0x280 }, [broadcast]],
    ['with an identifier that nobody knows picks it', { id: 0x123 }, [foreign]],
    ['with an identifier and other traffic picks nothing', { id: 0x280, traffic: 'conversations' }, []],
    ['for kinds of frames reads no other protocol as ISO-TP', { frames: 'consecutive' }, [consecutive, addressed]],
    [
      'for kinds of frames in all traffic does neither',
      { frames: 'consecutive', traffic: 'all' },
      [consecutive, addressed],
    ],
    ['for single frames reads past any address', { frames: 'single' }, [request, lowAddress]],
    ['takes an identifier that nobody knows for ISO-TP', { id: 0x123, frames: 'consecutive' }, [foreign]],
  ] as const)('%s', (_what, rule, picked) => {
    expect(everything.filter((frame) => fateOf({ kind: 'lost', ...rule }, frame).length === 0)).toEqual(picked)
  })

  // @proves The whole protocol: Faults of frames hit what they say and nothing else; a wrong sequence number is a real one
  it('lets frames change places only with those of the same sender and identifier', () => {
    const fault = frameFault([{ kind: 'reordered', count: 2 }], () => 0)
    const names: string[] = []
    const say = (frame: FrameOfTable, sender: string) => {
      for (const { frame: out } of fault(frameOf(frame), sender, frame[2])) names.push(`${sender} ${toHex(out.data)}`)
    }
    say(consecutive, 'Engine')
    say([0x7e9, '21', { kind: 'isotp' }], 'Gearbox')
    say(broadcast, 'Engine')
    say([0x7e9, '22', { kind: 'isotp' }], 'Gearbox')
    say([0x7e8, '22', { kind: 'isotp' }], 'Engine')
    expect(names).toEqual(['Engine 2122', 'Gearbox 22', 'Gearbox 21', 'Engine 22', 'Engine 21AABBCC'])
  })
})

describe('a wrong sequence number', () => {
  it.each([
    ['of ISO-TP', {}, [consecutive, addressed]],
    ['of ISO-TP when it is asked for', { traffic: 'isotp' }, [consecutive, addressed]],
    ['of TP2.0 when it is asked for', { traffic: 'tp20' }, [tp20Data, tp20Last]],
    ['of both when they are asked for', { traffic: 'conversations' }, [consecutive, addressed, tp20Data, tp20Last]],
    ['of TP2.0 on an identifier of TP2.0', { id: 0x300 }, [tp20Data, tp20Last]],
    ['of nothing on the identifier of a broadcast', { id: 0x280 }, []],
    ['of nothing in a set-up of TP2.0', { id: 0x201 }, []],
    ['of ISO-TP on an identifier that nobody knows', { id: 0x123 }, [foreign]],
  ] as const)('is one %s', (_what, rule, changed) => {
    const isChanged = (frame: FrameOfTable) => fateOf({ kind: 'wrong-sequence', ...rule }, frame).join() !== frame[1]
    expect(everything.filter(isChanged)).toEqual(changed)
  })

  it.each([
    ['behind the extended address', addressed, '0729AABB'],
    ['in the lower half of the first byte of TP2.0', tp20Data, '26AABBCC'],
  ])('stands %s', (_where, frame, expected) => {
    expect(fateOf({ kind: 'wrong-sequence', traffic: 'conversations' }, frame)).toEqual([expected])
  })
})

const talkativeCar = `name: Talkative car
tecdocId: 7
vin: WFKZZZ8C9MA204417
buses:
  main: { pins: [6, 14], kbitPerSecond: 500 }
ecus:
  - name: Engine
    bus: main
    request: 0x7E0
    response: 0x7E8
    data: { F190: vin }
    broadcasts:
      - { id: 0x280, hex: "21 02", everyMs: 20 }
  - name: Doors
    bus: main
    request: 0x6F1
    response: 0x612
    extendedAddress: { request: 0x12, response: 0x21 }
    data: { F190: vin }
  - name: Radio
    bus: main
    tp20: { address: 0x01, receivesOn: 0x740 }
    data:
      D001: { pattern: "00 01 02 03 04 05 06", bytes: 70 }
`
const vin = `62F190${Buffer.from('WFKZZZ8C9MA204417').toString('hex').toUpperCase()}`
const pattern = `62D001${'00010203040506'.repeat(10)}`

/** A car with a tester on ISO-TP, one on TP2.0, and a listener for broadcasts. */
function talkative() {
  const { car, clock, ask } = testedCar(talkativeCar)
  const wiring = { pinPlus: 6, pinMin: 14, bitRate: 500_000, transceiver: 'high' } as const
  const heard: string[] = []
  const answers: string[] = []
  const port = car.socket.attachTester(wiring, {
    name: 'other tester',
    frameReceived: ({ id, data }) => {
      if (id === 0x201) radio.setupAnswered(data)
      if (id === 0x300) radio.frameReceived(data)
      if (id === 0x280) heard.push(toHex(data))
    },
  })
  const radio = new Tp20Conversation({
    clock,
    address: 0x01,
    receiveId: 0x300,
    transmit: (id, data, sent) => port.send(canFrame(id, data), sent),
    messageReceived: (payload) => answers.push(toHex(payload)),
    failed: (failure) => answers.push(failure),
  })
  /** The answers of the ECUs on ISO-TP and TP2.0, and the broadcasts received meanwhile. */
  const askBoth = async () => {
    heard.length = 0
    answers.length = 0
    radio.send(Buffer.from('22D001', 'hex'), () => undefined)
    const engine = await ask('22F190', 5000)
    return { engine, radio: [...answers], broadcasts: new Set(heard) }
  }
  return { car, askBoth }
}

describe('a car with conversations of two protocols and broadcasts', () => {
  const sound = { engine: [vin], radio: [pattern], broadcasts: new Set(['2102']) }
  const deaf = { ...sound, engine: [] }

  it.each([
    ['frames lost', { kind: 'lost' }, { ...deaf, radio: ['no-channel'] }],
    ['frames of ISO-TP lost', { kind: 'lost', traffic: 'isotp' }, deaf],
    ['frames of TP2.0 lost', { kind: 'lost', traffic: 'tp20' }, { ...sound, radio: ['no-channel'] }],
    ['broadcasts lost', { kind: 'lost', traffic: 'broadcasts' }, { ...sound, broadcasts: new Set() }],
    ['all lost', { kind: 'lost', traffic: 'all' }, { engine: [], radio: ['no-channel'], broadcasts: new Set() }],
    ['consecutive frames lost', { kind: 'lost', frames: 'consecutive' }, deaf],
    ['wrong sequence numbers', { kind: 'wrong-sequence' }, deaf],
    ['wrong numbers in TP2.0', { kind: 'wrong-sequence', traffic: 'tp20' }, { ...sound, radio: ['not-acknowledged'] }],
    ['one wrong number in TP2.0', { kind: 'wrong-sequence', traffic: 'tp20', count: 1 }, sound],
    ['wrong numbers in a broadcast', { kind: 'wrong-sequence', id: 0x280 }, sound],
  ] as const)('with %s is disturbed as far as that goes, and not afterwards', async (_what, frames, expected) => {
    const { car, askBoth } = talkative()
    const calm = car.disturb({ frames })
    expect(await askBoth()).toEqual(expected)
    calm()
    expect(await askBoth()).toEqual(sound)
  })

  it('loses consecutive frames behind an extended address that looks like their control byte', async () => {
    const { buses, open, car } = session(talkativeCar)
    buses.configure([can('b')])
    const doors = open({
      bus_name: 'b',
      request_id: 0x6f1,
      response_id: 0x612,
      extended_request_address: 0x12,
      extended_response_address: 0x21,
    })
    expect(await doors.ask('3E00')).toEqual(['7E00'])
    car.disturb({ frames: { kind: 'wrong-sequence' } })
    expect(await doors.ask('22F190', 5000)).toEqual([])
    expect(await doors.ask('3E00')).toEqual(['7E00'])
  })
})

describe('an identifier that only a session knows', () => {
  // @proves The whole protocol: Faults of frames hit what they say and nothing else; a wrong sequence number is a real one
  it('is disturbed as long as its channel is open', async () => {
    const { buses, open, car, clock } = session()
    buses.configure([can('b')])
    const wiring = { pinPlus: 6, pinMin: 14, bitRate: 500_000, transceiver: 'high' } as const
    const heard: string[] = []
    car.socket.attachTester(wiring, { name: 'ear', frameReceived: ({ data }) => heard.push(toHex(data)) })
    const tool = car.socket.attachTester(wiring, { name: 'tool', frameReceived: () => undefined })
    car.disturb({ frames: { kind: 'wrong-sequence' } })
    const overheard = async () => {
      heard.length = 0
      tool.send(canFrame(0x6bb, Uint8Array.of(0x21, 0xaa)))
      await clock.advance(0)
      return [...heard]
    }
    expect(await overheard()).toEqual(['21AA'])
    const channel = open({ bus_name: 'b', request_id: 0x6aa, response_id: 0x6bb })
    expect(await overheard()).toEqual(['28AA'])
    channel.release()
    expect(await overheard()).toEqual(['21AA'])
  })
})
