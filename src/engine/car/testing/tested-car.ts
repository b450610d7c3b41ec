import { ManualClock } from '../../../server/clock/manual-clock.ts'
import { BusLogRing } from '../bus-log.ts'
import { toHex } from '../can-frame.ts'
import { SimulatedCar } from '../car.ts'
import { parseVehicle } from '../file/vehicle-file.ts'
import { IsotpEndpoint } from '../isotp/endpoint.ts'
import { isotpDefaults } from '../isotp/options.ts'

/** A small car for tests: an engine with the given YAML fields (six spaces deep lists included), and a second ECU. */
export function carYaml(engineFields = ''): string {
  return `name: Test car
tecdocId: 7
vin: WFKZZZ8C9MA204417
buses:
  main: { pins: [6, 14], kbitPerSecond: 500 }
  body: { pins: [3, 11], kbitPerSecond: 125 }
ecus:
  - name: Engine
    bus: main
    request: 0x7E0
    response: 0x7E8
${engineFields}
  - name: Brakes
    bus: main
    request: 0x7E1
    response: 0x7E9
    power: battery
    data:
      F190: vin
`
}

/** Values of the engine in most tests. */
export const engineData = `    data:
      F190: vin
      F187: { text: AB12 }
      F189: { text: "0815" }
      D001: { number: 258, bytes: 2, sessions: [3] }
      D002: { hex: "01", needsIgnition: true }
      D003: { pattern: "AA 55", bytes: 300 }
`

/** A car on a manual clock without any tester. */
export function quietCar(yaml = carYaml(engineData)) {
  const clock = new ManualClock()
  const log = new BusLogRing()
  const car = new SimulatedCar(parseVehicle(yaml, 'car.yaml'), { clock, busLog: log, connectorNumber: '1' })
  return { car, clock, log }
}

/** A car on a manual clock with a bare tester on pins 6 and 14 that talks to one ECU. */
export function testedCar(yaml = carYaml(engineData), ids = { request: 0x7e0, response: 0x7e8 }) {
  const { car, clock, log } = quietCar(yaml)
  const answers: string[] = []
  const wiring = { pinPlus: 6, pinMin: 14, bitRate: 500_000, transceiver: 'high' } as const
  let isPlugged = true
  const port = car.socket.attachTester(
    wiring,
    {
      name: 'tester',
      frameReceived: (frame) => {
        if (frame.id === ids.response) endpoint.frameReceived(frame)
      },
    },
    () => isPlugged,
  )
  const endpoint = new IsotpEndpoint(
    { ...isotpDefaults, sendId: ids.request },
    clock,
    (frame, sent) => port.send(frame, sent),
    { messageReceived: (payload) => answers.push(toHex(payload)), receptionFailed: () => undefined },
  )
  /** Sends a request and returns everything that is answered within the time. */
  const ask = async (hex: string, withinMs = 0): Promise<string[]> => {
    answers.length = 0
    endpoint.send(Uint8Array.from(Buffer.from(hex, 'hex')))
    await clock.advance(withinMs)
    return [...answers]
  }
  const setPlugged = (plugged: boolean) => {
    isPlugged = plugged
  }
  return { car, clock, log, answers, ask, setPlugged }
}
