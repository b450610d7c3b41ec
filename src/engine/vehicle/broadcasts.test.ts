import { describe, expect, it } from 'vitest'
import { carYaml, testedCar } from './car.test-tester.ts'
import { parseVehicle } from './file/load.ts'

const talkative = `    data: { F190: vin }
    communicationControl: true
    resets: [1]
    bootMs: 100
    broadcasts:
      - { id: 0x280, hex: "01 02", everyMs: 20 }
      - { id: 0x18FEEE00, hex: "FF", everyMs: 50 }
`

/** A car whose engine talks, and what a node on its bus hears of that. */
function overheard(yaml = carYaml(talkative)) {
  const tested = testedCar(yaml)
  const heard: string[] = []
  const wiring = { pinPlus: 6, pinMin: 14, bitRate: 500_000, transceiver: 'high' } as const
  const frameReceived = ({ id, isExtended, data }: { id: number; isExtended: boolean; data: Uint8Array }) => {
    if (id !== 0x280 && id !== 0x18feee00) return
    heard.push(`${id.toString(16)}${isExtended ? 'x' : ''} ${Buffer.from(data).toString('hex')}`)
  }
  tested.car.attachTester(wiring, { name: 'listener', frameReceived })
  /** What is heard within the time. */
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
    // Not six in a millisecond: a frame of 8 bytes takes about a quarter of one.
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
    ['id: 0x280', 'id: 0x20000000', 'broadcasts[0].id: a CAN identifier has at most 29 bits'],
  ])('is refused with %s changed to %s', (find, replacement, expected) => {
    expect(() => parseVehicle(carYaml(talkative.replace(find, replacement)), 'car.yaml')).toThrow(expected)
  })
})
