import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { frameFault } from '../car/frame-faults.ts'
import { dataFolder } from '../files/data-folder.ts'
import { EngineUnderTest } from '../testing/engine-under-test.ts'

const everything = { connectorNumber: '', sessionId: '' }

describe('the scenarios of the project', () => {
  const folder = dataFolder('scenarios')
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

  it('are at least three', () => expect(files.length).toBeGreaterThanOrEqual(3))

  it.each(files)('%s plays', async (name) => {
    await using test = await EngineUnderTest.start({ scenarioFile: join(folder, name) })
    await test.advance(120)
    expect(test.engine.faults.definitions.length).toBeGreaterThan(0)
  })
})

describe('a fault of the car', () => {
  it.each([
    ['ecu-asleep', { ecu: 'Nobody' }, 'no car here has an ECU "Nobody"'],
    ['ecu-busy', { ecu: '0x123' }, 'no car here has an ECU "0x123"'],
    ['pending-storm', { everyMs: '0' }, 'everyMs'],
    ['voltage-drop', {}, 'volts'],
    ['voltage-drop', { volts: 'twelve' }, 'must be a voltage such as 10.4'],
    ['frames-lost', { id: '7E8' }, 'id: write 0x7E8'],
    ['frames-lost', { id: 'Engine' }, 'must be an identifier such as 0x7E8'],
    ['ecu-busy', { ecu: '7E0' }, 'no ECU is called "7E0": for an identifier or address write 0x7E0'],
    ['ecu-busy', { ecu: '2016' }, 'no car here has an ECU "2016"'],
    ['frames-lost', { probability: '2' }, 'must be a number from 0 to 1'],
    ['frames-late', { delayMs: '-1' }, 'must be a whole number'],
    ['frames-duplicated', { frames: 'all' }, 'frames'],
    ['frames-late', { traffic: 'noise' }, 'traffic'],
    ['frames-lost', { traffic: 'tp20', frames: 'first' }, 'frames are kinds of ISO-TP frames'],
    ['frames-reordered', { traffic: 'broadcasts', frames: 'single' }, 'frames are kinds of ISO-TP frames'],
    ['frames-wrong-sequence', { traffic: 'broadcasts' }, 'traffic'],
    ['frames-wrong-sequence', { traffic: 'all' }, 'traffic'],
    ['frames-wrong-sequence', { frames: 'consecutive' }, 'frames'],
    ['bus-off', { ecu: '*' }, 'ecu'],
  ])('%s is refused with %j', async (kind, parameters, words) => {
    await using test = await EngineUnderTest.start()
    expect(() => test.engine.faults.set(kind, everything, parameters as Record<string, string>)).toThrow(words)
    expect(test.engine.faults.active).toEqual([])
  })

  it.each(['ecu-asleep', 'ecu-busy', 'pending-storm'])(
    '%s is refused in a session whose car has no such ECU, with the names that it has',
    async (kind) => {
      await using test = await EngineUnderTest.start()
      const { id } = await test.claimed('7848095')
      const { car } = test.engine.sessions.get(id).bay
      const elsewhere = test.engine.workshop.bays
        .flatMap((bay) => bay.car.ecus)
        .find((ecu) => car.findEcus(ecu.description.name).length === 0)
      const ecu = elsewhere?.description.name ?? ''
      expect(ecu).not.toBe('')
      const scope = { connectorNumber: '', sessionId: id }
      const attempt = () => test.engine.faults.set(kind, scope, { ecu })
      expect(attempt).toThrow(`the car of this session has no ECU "${ecu}"`)
      for (const { description } of car.ecus) expect(attempt).toThrow(`"${description.name}"`)
      expect(test.engine.faults.active).toEqual([])
      const own = test.engine.faults.set(kind, scope, { ecu: car.ecus[0]?.description.name ?? '' })
      expect(test.engine.faults.active).toEqual([own])
    },
  )

  it('is refused with the names of the car on its connector, where that has no such ECU', async () => {
    await using test = await EngineUnderTest.start()
    const [bay] = test.engine.workshop.bays
    const scope = { connectorNumber: bay?.number ?? '', sessionId: '' }
    const attempt = () => test.engine.faults.set('ecu-busy', scope, { ecu: 'Nobody' })
    expect(attempt).toThrow('the car on this connector has no ECU "Nobody"')
    for (const { description } of bay?.car.ecus ?? []) expect(attempt).toThrow(`"${description.name}"`)
  })

  it('is refused for a session that is not there, whatever its ECU', async () => {
    await using test = await EngineUnderTest.start()
    const scope = { connectorNumber: '', sessionId: 'nothing' }
    for (const ecu of ['*', 'Nobody'])
      expect(() => test.engine.faults.set('ecu-busy', scope, { ecu })).toThrow('no session found with that id')
  })

  it('is limited to its connector, and the car is as before once it is cleared', async () => {
    await using test = await EngineUnderTest.start()
    const [first, second] = test.engine.workshop.bays
    const before = first?.car.voltage
    test.engine.faults.set('voltage-drop', { ...everything, connectorNumber: first?.number ?? '' }, { volts: '9.5' })
    test.engine.faults.set('ignition-off', { ...everything, connectorNumber: first?.number ?? '' }, {})
    expect([first?.car.voltage, first?.car.ignitionOn]).toEqual([9.5, false])
    expect([second?.car.voltage, second?.car.ignitionOn]).toEqual([12.4, true])
    test.engine.faults.clear('')
    expect([first?.car.voltage, first?.car.ignitionOn]).toEqual([before, true])
  })
})

describe('frames with a wrong sequence number', () => {
  it.each([
    ['a consecutive frame', [0x21, 1, 2], [0x28, 1, 2]],
    ['the last number before zero', [0x2f, 1], [0x26, 1]],
    ['a consecutive frame with an extended address', [0xf1, 0x21, 1], [0xf1, 0x28, 1]],
    ['a single frame', [0x02, 0x3e, 0x00], [0x02, 0x3e, 0x00]],
    ['a first frame', [0x10, 0x14, 0x62], [0x10, 0x14, 0x62]],
    ['flow control', [0x30, 0, 0], [0x30, 0, 0]],
  ])('are those of %s', (_what, data, expected) => {
    const fault = frameFault([{ kind: 'wrong-sequence', id: 0x7e8 }], () => 0)
    const deliveries = fault({ id: 0x7e8, isExtended: false, data: Uint8Array.from(data) }, 'ECU')
    expect(deliveries.map(({ frame }) => [...frame.data])).toEqual([expected])
  })
})
