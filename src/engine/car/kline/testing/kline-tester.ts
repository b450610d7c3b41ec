import { toHex } from '../../can-frame.ts'
import { quietCar } from '../../testing/tested-car.ts'
import type { LineByte } from '../line.ts'
import { KlineConversation, type KlineFailure } from '../tester-conversation.ts'
import { TurnTaking } from '../turn-queue.ts'
import type { KlineTarget } from '../wake-up.ts'

/** Bytes written in hex, spaces allowed. */
export const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

const yaml = (slowKeyBytes: string) => `name: Old car
tecdocId: 7
vin: WFKZZZ8C9MA204417
buses: {}
klines:
  k: { pin: 7 }
ecus:
  - name: Engine
    bus: k
    kline: { address: 0x10, init: fast, functional: true }
    obd: { values: { "05": "49", "0C": "0D 20", "0D": "39" } }
    sessions: [1, 9]
    kwp:
      identification:
        "9B": { text: "038906018" }
    data:
      D001: { pattern: "0A", bytes: 100 }
  - name: Gearbox
    bus: k
    kline: { address: 0x18, init: slow, baud: 9600, functional: true, keyBytes: [${slowKeyBytes.replace(/\w+/g, '0x$&').replace(' ', ', ')}] }
    kwp: { local: { "01": { hex: "11 22" } } }
  - name: Brakes
    bus: k
    kline: { address: 0x28, init: fast, baud: 15625, keyBytes: [0x6B, 0x8F] }
    timing: { s3Ms: 60000 }
    slow: [{ request: "21 02", takesMs: 400 }]
    kwp: { local: { "01": { hex: "11 22" }, "02": { hex: "33" } } }
  - name: Motorbike
    bus: k
    kline: { address: 0x12, init: fast, keyBytes: [0xEA, 0x8F] }
    kwp: {}
  - name: Slow unit
    bus: k
    kline: { address: 0x40, init: fast }
    slow: [{ request: "3E", takesMs: 700 }]
    kwp: { local: { "01": { hex: "11 22" } } }
`

/** A K-line with several ECUs on a manual clock, a plug, and a listener that records everything. */
export function line(slowKeyBytes = 'E9 8F', carText = yaml(slowKeyBytes)) {
  const { car, clock, log } = quietCar(carText)
  let isPlugged = true
  const heard: LineByte[] = []
  const listeners: ((byte: LineByte) => void)[] = []
  const port = car.socket.attachKlineTester(
    7,
    {
      byteReceived: (byte) => {
        heard.push(byte)
        for (const listener of listeners) listener(byte)
      },
      pulseReceived: () => undefined,
    },
    () => isPlugged,
  )
  const turns = new TurnTaking()
  const spied: string[] = []
  const listen = {
    byteReceived: ({ value }: LineByte) => spied.push(toHex(Uint8Array.of(value))),
    pulseReceived: () => undefined,
  }
  car.socket.attachKlineTester(7, listen)
  const converse = (target: KlineTarget) => {
    const answers: string[] = []
    const failures: KlineFailure[] = []
    const tester = new KlineConversation({
      clock,
      target,
      port,
      turns,
      canSayGoodbye: () => isPlugged,
      messageReceived: (payload) => answers.push(toHex(payload)),
      failed: (failure) => failures.push(failure),
    })
    listeners.push((byte) => tester.byteReceived(byte))
    const ask = async (hex: string, withinMs = 8000) => {
      answers.length = 0
      tester.send(bytes(hex), () => undefined)
      await clock.advance(withinMs)
      return [...answers]
    }
    return { tester, answers, failures, ask }
  }
  const setPlugged = (value: boolean) => {
    isPlugged = value
  }
  /** What the bus log says of the line: baud or "low", then bytes or milliseconds. */
  const logged = () => log.lines().map((entry) => entry.split(' ').slice(2).join(' '))
  return { car, clock, port, heard, spied, converse, setPlugged, log, logged }
}

/** An ECU of the emission system, woken fast. */
export const engine: KlineTarget = { address: 0x10, init: 'fast', baud: 10400 }
/** The fastest one on the line, which promises some of its answers. */
export const brakes: KlineTarget = { address: 0x28, init: 'fast', baud: 15625 }
/** Woken slowly, by the address of the emission system. */
export const gearbox: KlineTarget = { address: 0x33, init: 'slow', baud: 9600 }
