import { toHex } from '../../can-frame.ts'
import { quietCar } from '../../testing/tested-car.ts'
import { decodeHeader, decodePayload, encodeMessage, headerBytes, typeOf } from '../codec.ts'
import type { DoipGateway } from '../gateway.ts'
import type { DoipMessage } from '../messages.ts'

/** A small car with a gateway at 0x1001, two ECUs that answer and one that is dead. */
export function doipCarYaml({ gateway = '', engine = '' } = {}): string {
  return `name: Test car
tecdocId: 7
vin: WFKZZZ8C9MA204417
doip:
  pins: [3, 11]
  network: volvo
  gateway: 0x1001
  tester: 0x0E80
  functional: 0xE000
${gateway}
buses:
  inside: { kbitPerSecond: 500 }
ecus:
  - name: Engine
    bus: inside
    request: 0x7E0
    response: 0x7E8
    doip: 0x1010
${engine}
    slow: [{ request: "22 D0 01", takesMs: 300 }]
    data:
      F190: vin
      D001: { number: 258, bytes: 2 }
      D003: { pattern: "AA 55", bytes: 300 }
  - name: Brakes
    bus: inside
    request: 0x7E1
    response: 0x7E9
    power: battery
    doip: 0x1011
    data:
      F190: vin
  - name: Drowned
    bus: inside
    request: 0x7E2
    response: 0x7EA
    doip: 0x1012
    answers: never
`
}

/** A message in a short form for comparisons. */
export function brief(message: DoipMessage): string {
  switch (message.type) {
    case 'activationResponse':
      return `activation ${message.code.toString(16).padStart(2, '0')}`
    case 'diagnosticMessage':
      return `${message.source.toString(16)}: ${toHex(message.data)}`
    case 'diagnosticAck':
      return `ack ${message.source.toString(16)}`
    case 'diagnosticNack':
      return `nack ${message.source.toString(16)} ${message.code}`
    case 'headerNack':
      return `header nack ${message.code}`
    default:
      return message.type
  }
}

/** A raw tester at a gateway that records the received messages. */
export function testerAt(gateway: DoipGateway, version = 2) {
  const heard: DoipMessage[] = []
  let isClosed = false
  const connection = gateway.accept({
    send: (bytes) => {
      const type = typeOf(decodeHeader(bytes).payloadType)
      if (type) heard.push(decodePayload(type, bytes.subarray(headerBytes)))
    },
    close: () => {
      isClosed = true
    },
  })
  const say = (message: DoipMessage) => connection.received(encodeMessage(message, version))
  return {
    ...connection,
    raw: (bytes: Uint8Array) => connection.received(bytes),
    leave: () => connection.closed(),
    say,
    activate: (source: number, activationType = 0) => say({ type: 'activationRequest', source, activationType }),
    ask: (source: number, target: number, hex: string) =>
      say({ type: 'diagnosticMessage', source, target, data: Buffer.from(hex, 'hex') }),
    /** Messages since the last call. */
    heard: () => heard.splice(0).map(brief),
    isClosed: () => isClosed,
  }
}

/** A car with a gateway on a manual clock. */
export function doipCar(yaml = doipCarYaml()) {
  const { car, clock, log } = quietCar(yaml)
  const gateway = car.doip
  if (!gateway) throw new Error('The car of the test has no gateway.')
  return { car, clock, log, gateway }
}
