import { canFrame, toHex } from '../../can-frame.ts'
import { quietCar } from '../../testing/tested-car.ts'
import { Tp20Conversation, type Tp20Failure } from '../tester-conversation.ts'

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
      local:
        "01": { hex: 01 00 00 27 00 00 22 00 80 1A 32 4B 25 02 7A 25 00 00 25 00 00 25 00 00 }
        "72": { hex: 08 0A FF 08 0A FF 71 0A 80 71 0A 80 68 0F 8F 7E 03 39 7E 03 39 25 00 00 }
    data:
      D001: { pattern: "00 01 02 03 04 05 06", bytes: 700 }
  - name: Steering
    bus: diagnosis
    tp20: { address: 0x09, receivesOn: 0x7A8 }
  - name: Airbags
    bus: diagnosis
    tp20: { address: 0x15, receivesOn: 0x7A4, blockSize: 4, notReadyMs: 250 }
    sessions: [1, 9]
    kwp: {}
  - name: Cluster
    bus: diagnosis
    tp20: { address: 0x17, receivesOn: 0x7A0, notReadyMs: 5000 }
`

/** The bus of the testers. */
export const wiring = { pinPlus: 6, pinMin: 14, bitRate: 500_000, transceiver: 'high' } as const

/** A tester that sends given frames; `say` returns the received frames. */
export function bareTester() {
  const { car, clock, log } = quietCar(yaml)
  const heard: string[] = []
  const port = car.socket.attachTester(wiring, {
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

/** A tester in a conversation with one ECU; `frames` are those on the bus. */
export function conversation(address = 0x01) {
  const { car, clock, log } = quietCar(yaml)
  const answers: string[] = []
  const failures: Tp20Failure[] = []
  let isHeard = true
  const port = car.socket.attachTester(wiring, {
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
  /** Sends a frame instead of the ECU. */
  const sayAsEcu = (hex: string) => {
    const ecu = car.socket.attachTester(wiring, { name: 'ecu', frameReceived: () => undefined })
    ecu.send(canFrame(0x300, Buffer.from(hex, 'hex')))
    return clock.advance(1)
  }
  return { car, clock, ask, tester, failures, frames, setHeard, sayAsEcu }
}
