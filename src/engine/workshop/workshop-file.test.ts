import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../server/clock/manual-clock.ts'
import { noBusLog } from '../car/bus-log.ts'
import { dataFolder } from '../files/data-folder.ts'
import { YamlFileError } from '../files/yaml-file.ts'
import { openWorkshop } from './open-workshop.ts'
import type { Workshop } from './workshop.ts'
import { workshopJsonSchema } from './workshop-file.ts'

const car = join(dataFolder('vehicles'), 'falkenberg-corvo.yaml')
const otherCar = join(dataFolder('vehicles'), 'nordlys-tur.yaml')

const good = `name: Test
connectors:
  - number: "1"
    id: 5f0c6c1e-7a0b-4c57-9a53-0d8f3f0b1a01
    name: Lift
    vehicle: ${car}
  - number: "2"
    id: 5f0c6c1e-7a0b-4c57-9a53-0d8f3f0b1a02
    name: Yard
    vehicle: ${car}
tickets:
  - number: "7"
    id: 0b6f7c52-2b39-4e0e-8f0e-6a1d2c3e4f01
    connector: "1"
    subject: Service
    vehicleName: Corvo
`

describe('a workshop file', () => {
  let folder: string
  let opened: Workshop[]

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'workshop-'))
    opened = []
  })

  afterEach(() => {
    for (const workshop of opened) workshop.dispose()
    rmSync(folder, { recursive: true })
  })

  function open(text: string, vehicleFile?: string): Workshop {
    const file = join(folder, 'test.yaml')
    writeFileSync(file, text)
    const clocks = { session: new ManualClock(0), bus: new ManualClock() }
    const workshop = openWorkshop({ file, vehicleFile, clocks, busLog: noBusLog })
    opened.push(workshop)
    return workshop
  }

  /** The message without the folder in front. */
  function complaint(text: string): string {
    try {
      open(text)
    } catch (error) {
      if (error instanceof YamlFileError) return error.message.replaceAll(`${folder}/`, '')
      throw error
    }
    throw new Error('The file was accepted.')
  }

  it('tells who is there and what is to be done', () => {
    const workshop = open(good)
    expect(workshop.tickets.map(({ number, bay }) => [number, bay.number])).toEqual([['7', '1']])
    expect(workshop.bays.map(({ isOnline, isPlugged }) => [isOnline, isPlugged])).toEqual([
      [true, true],
      [true, true],
    ])
  })

  it('gives the car of --vehicle to the first connector only', () => {
    const [first, second] = open(good, otherCar).bays
    expect(first?.car.name).not.toBe(second?.car.name)
  })

  it.each([
    ['a field that is missing', good.replace('    subject: Service\n', ''), 'test.yaml:12:5: tickets[0].subject'],
    ['a number without quotes', good.replace('number: "7"', 'number: 7'), 'test.yaml:12:13: tickets[0].number'],
    ['a number with letters', good.replace('"2"', '"2b"'), 'test.yaml:7:13: connectors[1].number: a connector number'],
    ['a misspelt field', good.replace('vehicleName', 'vehiclename'), 'test.yaml:16:5: tickets[0].vehiclename'],
    ['a wrong type', good.replace('name: Lift', 'name: [Lift]'), 'test.yaml:5:11: connectors[0].name'],
    [
      'a repeated number',
      good.replace('"2"', '"1"'),
      'test.yaml:7:13: connectors[1].number: 1 is used already by connectors[0]',
    ],
    [
      'a connector that is not there',
      good.replace('connector: "1"', 'connector: "3"'),
      'test.yaml:14:16: tickets[0].connector: there is no connector 3; there are 1, 2',
    ],
    ['no connector at all', 'name: Test\nconnectors: []\n', 'test.yaml:2:13: connectors'],
    ['an empty file', '', 'test.yaml:1:1:'],
    ['text that is not YAML', 'name: "Test\n', 'test.yaml:1:7: not valid YAML: this text in quotes has no end'],
    ['a list instead of a workshop', '- name: Test\n', 'test.yaml:1:1'],
  ])('with %s is refused at its line and field', (_what, text, expected) => {
    expect(complaint(text)).toContain(expected)
  })

  // @proves Bad input: Malformed vehicle or workshop file
  it('names every mistake at once', () => {
    const text = good.replace('"2"', '"2b"').replace('    subject: Service\n', '')
    expect(complaint(text).split('\n')).toHaveLength(2)
  })

  it('points into the vehicle file when that one is wrong', () => {
    writeFileSync(join(folder, 'car.yaml'), 'name: 3\n')
    expect(complaint(good.replace(car, 'car.yaml'))).toContain('car.yaml:1:7: name')
  })

  it('says so when its vehicle file is missing', () => {
    expect(complaint(good.replace(car, 'nowhere.yaml'))).toContain(
      'nowhere.yaml:1:1: the vehicle file cannot be read (ENOENT)',
    )
  })
})

describe('the workshop that is shipped', () => {
  it('has its JSON schema up to date beside it', () => {
    const kept = JSON.parse(readFileSync(join(dataFolder('workshops'), 'workshop.schema.json'), 'utf8'))
    expect(kept).toEqual(JSON.parse(workshopJsonSchema()))
  })

  it('has four connectors with cars, six tickets, one slow detection and one connector offline', () => {
    const clocks = { session: new ManualClock(0), bus: new ManualClock() }
    const file = join(dataFolder('workshops'), 'default.yaml')
    const workshop = openWorkshop({ file, vehicleFile: undefined, clocks, busLog: noBusLog })
    expect(workshop.tickets[0]?.number).toBe('7848095')
    expect(workshop.bays[0]?.number).toBe('900101060')
    expect(workshop.bays.length).toBeGreaterThanOrEqual(4)
    expect(workshop.tickets.length).toBeGreaterThanOrEqual(6)
    expect(workshop.bays.filter(({ isOnline }) => !isOnline)).toHaveLength(1)
    expect(workshop.bays.some(({ ecuDetectionMs }) => ecuDetectionMs >= 30_000)).toBe(true)
    for (const { car } of workshop.bays) expect(car.detectedEcus().length).toBeGreaterThanOrEqual(8)
    workshop.dispose()
  })
})
