import { connect } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { ManualClock } from '../../server/clock/manual-clock.ts'
import { RealClock } from '../../server/clock/real-clock.ts'
import { type BusLog, BusLogRing, noBusLog } from './bus-log.ts'
import type { CanFrame } from './can-frame.ts'
import { SimulatedCar } from './car.ts'
import { parseVehicle } from './file/vehicle-file.ts'
import { startSocketcand } from './socketcand.ts'
import { carYaml, testedCar } from './testing/tested-car.ts'

const talkative = `    data: { F190: vin }
    communicationControl: true
    resets: [1]
    bootMs: 100
    broadcasts:
      - { id: 0x280, hex: "01 02", everyMs: 20 }
      - { id: 0x18FEEE00, hex: "FF", everyMs: 50 }
`

/** A car whose engine broadcasts, and the frames that a node on its bus receives. */
function overheard(yaml = carYaml(talkative)) {
  const tested = testedCar(yaml)
  const heard: string[] = []
  const wiring = { pinPlus: 6, pinMin: 14, bitRate: 500_000, transceiver: 'high' } as const
  const frameReceived = ({ id, isExtended, data }: { id: number; isExtended: boolean; data: Uint8Array }) => {
    if (id !== 0x280 && id !== 0x18feee00) return
    heard.push(`${id.toString(16)}${isExtended ? 'x' : ''} ${Buffer.from(data).toString('hex')}`)
  }
  tested.car.socket.attachTester(wiring, { name: 'listener', frameReceived })
  /** The frames received within the time. */
  const listen = async (ms: number) => {
    heard.length = 0
    await tested.clock.advance(ms)
    return [...heard]
  }
  return { ...tested, listen }
}

describe('an ECU with broadcasts', () => {
  it('sends each frame in its rhythm', async () => {
    const { listen } = overheard()
    expect(await listen(50)).toEqual(['280 0102', '280 0102', '18feee00x ff'])
    expect((await listen(50)).toSorted()).toEqual(['18feee00x ff', '280 0102', '280 0102', '280 0102'])
  })

  it.each([
    ['280101', true],
    ['280301', true],
    ['280303', true],
    ['280001', false],
    ['280201', false],
    ['280302', false],
  ])('is silenced by %s: %s', async (request, isSilenced) => {
    const { ask, listen } = overheard()
    await ask('1003')
    expect(await ask(request)).toEqual([`68${request.slice(2, 4)}`])
    expect(await listen(100)).toHaveLength(isSilenced ? 0 : 7)
  })

  it.each([
    ['it is allowed to', '280001'],
    ['the session ends', '1001'],
  ])('talks again when %s', async (_why, request) => {
    const { ask, listen } = overheard()
    await ask('1003')
    await ask('280301')
    expect(await listen(100)).toEqual([])
    await ask(request)
    expect(await listen(100)).toHaveLength(7)
  })

  it('is silent while it boots, without ignition and with an empty battery', async () => {
    const { ask, listen, car } = overheard()
    await ask('1101')
    expect(await listen(99)).toEqual([])
    expect(await listen(101)).toHaveLength(9)
    for (const disturbance of [{ isIgnitionOff: true }, { volts: 5 }]) {
      const end = car.disturb(disturbance)
      expect(await listen(100)).toEqual([])
      end()
      expect(await listen(100)).toHaveLength(7)
    }
  })

  it('is silent while it sleeps', async () => {
    const { listen, car } = overheard()
    const wake = car.findEcus('Engine')[0]?.disturb({ isAsleep: true })
    expect(await listen(100)).toEqual([])
    wake?.()
    expect(await listen(100)).toHaveLength(7)
  })

  it('lets nothing pile up on a bus that is full', async () => {
    const frames = Array(6).fill('{ id: 0x280, hex: "55 55 55 55 55 55 55 55", everyMs: 1 }').join(', ')
    const yaml = carYaml(`    broadcasts: [${frames}]\n`).replace('buses:', 'timing: realistic\nbuses:')
    const { listen, car } = overheard(yaml)
    // Fewer than six in a millisecond: a frame of 8 bytes takes about a quarter of one.
    expect((await listen(1000)).length).toBeLessThan(5000)
    car.findEcus('Engine')[0]?.disturb({ isAsleep: true })
    expect((await listen(1000)).length).toBeLessThanOrEqual(6)
  })

  it('leaves no timer behind with its car', () => {
    const { car, clock } = testedCar(carYaml(talkative))
    expect(clock.pendingTimers).toBe(2)
    car.dispose()
    expect(clock.pendingTimers).toBe(0)
  })

  it.each([
    ['hex: "01 02"', 'hex: "01 02 03 04 05 06 07 08 09"', 'broadcasts[0].hex: a CAN frame has at most 8 bytes'],
    ['everyMs: 20', 'everyMs: 0', 'broadcasts[0].everyMs: at least 1 ms'],
    ['id: 0x280', 'bus: other, id: 0x280', 'broadcasts[0].bus: there is no bus "other": take one of main, body'],
    ['id: 0x280', 'id: 0x20000000', 'broadcasts[0].id: a CAN identifier has at most 29 bits'],
  ])('is refused with %s changed to %s', (find, replacement, expected) => {
    expect(() => parseVehicle(carYaml(talkative.replace(find, replacement)), 'car.yaml')).toThrow(expected)
  })
})

const mainPins = { pinPlus: 6, pinMin: 14, bitRate: 500_000, transceiver: 'high' } as const
const bodyPins = { pinPlus: 3, pinMin: 11, bitRate: 125_000, transceiver: 'high' } as const

/** A car with broadcasts; returns the frames that a listener with the given wiring receives, with the time since the start. */
function unheard(yaml = talkative, busLog: BusLog = noBusLog) {
  const clock = new ManualClock()
  const startedAt = clock.now()
  const car = new SimulatedCar(parseVehicle(carYaml(yaml), 'car.yaml'), { clock, busLog, connectorNumber: '1' })
  const heard: string[] = []
  const frameReceived = ({ id }: CanFrame) => heard.push(`${id.toString(16)} at ${clock.now() - startedAt}`)
  const listen = (wiring: typeof mainPins | typeof bodyPins = mainPins) =>
    car.socket.attachTester(wiring, { name: 'listener', frameReceived })
  return { car, clock, heard, listen }
}

describe('broadcasts that nobody hears', () => {
  it('run only while somebody is on their bus', () => {
    const { clock, listen } = unheard()
    expect(clock.pendingTimers).toBe(0)
    const first = listen()
    const second = listen()
    expect(clock.pendingTimers).toBe(2)
    first.detach()
    first.detach()
    expect(clock.pendingTimers).toBe(2)
    second.detach()
    expect(clock.pendingTimers).toBe(0)
  })

  it.each([
    ['on another bus', bodyPins],
    ['with another bit rate', { ...mainPins, bitRate: 250_000 as 500_000 }],
  ])('do not run for somebody %s', (_where, wiring) => {
    const { clock, listen } = unheard()
    listen(wiring)
    expect(clock.pendingTimers).toBe(0)
  })

  it('are in the bus log once somebody hears them, not before', async () => {
    const log = new BusLogRing()
    const { clock, listen } = unheard(talkative, log)
    await clock.advance(50)
    expect(log.lines()).toEqual([])
    listen()
    await clock.advance(50)
    expect(log.lines()).toHaveLength(4)
  })

  it('run while a foreign tool is on their bus', async () => {
    const { car, clock } = unheard()
    const server = await startSocketcand({
      port: 0,
      cars: [{ car, connectorNumber: '1' }],
      clock: new RealClock(),
      report: () => undefined,
    })
    const socket = connect(server.port, '127.0.0.1')
    let said = ''
    socket.setEncoding('latin1').on('data', (text) => {
      said += text
    })
    socket.write('< open can0 >')
    await vi.waitUntil(() => said.includes('< ok >'))
    expect(clock.pendingTimers).toBe(0)
    socket.write('< rawmode >')
    await vi.waitUntil(() => clock.pendingTimers === 2)
    await clock.advance(20)
    await vi.waitUntil(() => said.includes('< frame 280 '))
    socket.end()
    await vi.waitUntil(() => clock.pendingTimers === 0)
    await server.close()
  })

  it('keep the rhythm that began with the car', async () => {
    const { clock, heard, listen } = unheard()
    await clock.advance(30)
    const listener = listen()
    await clock.advance(30)
    listener.detach()
    await clock.advance(35)
    listen()
    await clock.advance(25)
    const times = ['280 at 40', '18feee00 at 50', '280 at 60', '280 at 100', '18feee00 at 100', '280 at 120']
    expect(heard).toEqual(times)
  })

  it('do not start again after the end of the car', () => {
    const { car, clock, listen } = unheard()
    car.dispose()
    listen()
    expect(clock.pendingTimers).toBe(0)
  })

  it('go to another bus that the ECU sits on', async () => {
    const { clock, heard, listen } = unheard(talkative.replace('id: 0x280', 'bus: body, id: 0x280'))
    listen(bodyPins)
    expect(clock.pendingTimers).toBe(1)
    await clock.advance(50)
    listen(mainPins)
    await clock.advance(50)
    expect(heard).toEqual(['280 at 20', '280 at 40', '280 at 60', '280 at 80', '18feee00 at 100', '280 at 100'])
  })
})
