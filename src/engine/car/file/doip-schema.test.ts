import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dataFolder } from '../../files/data-folder.ts'
import { doipCarYaml } from '../doip/testing/gateway-tester.ts'
import { parseVehicle, readVehicleFile } from './vehicle-file.ts'

const good = doipCarYaml()

function problemsAfter(find: string, replacement: string): string {
  const text = good.replace(find, replacement)
  expect(text).not.toBe(good)
  try {
    parseVehicle(text, 'car.yaml')
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return ''
}

describe('a vehicle file with DoIP', () => {
  it('knows what it does not say', () => {
    expect(parseVehicle(good, 'car.yaml').doip).toMatchObject({
      testers: [0x0e00, 0x0eff],
      activationTypes: [0],
      versions: [2],
      sockets: 8,
    })
  })

  it.each([
    [
      'pins that carry no DoIP',
      '[3, 11]',
      '[6, 14]',
      'doip.pins: DoIP is on pins [1, 9] (option 1) or [3, 11] (option 2)',
    ],
    ['an unknown make', 'volvo', 'tesla', 'doip.network'],
    [
      'a gateway with 17 bits',
      'gateway: 0x1001',
      'gateway: 0x10001',
      'doip.gateway: a logical address has at most 16 bits',
    ],
    ['a gateway among the testers', 'gateway: 0x1001', 'gateway: 0x0E01', 'doip.gateway: this address is in the range'],
    [
      'a connector that is not let in',
      'tester: 0x0E80',
      'tester: 0x0F00',
      'doip.tester: the address is not one of testers',
    ],
    [
      'testers from back to front',
      'functional: 0xE000',
      'testers: [3, 2]',
      'doip.testers: the first address is above the last',
    ],
    ['no versions', 'functional: 0xE000', 'versions: []', 'doip.versions'],
    ['an EID that is too short', 'functional: 0xE000', 'eid: "00"', 'doip.eid: an identification has six bytes'],
    ['an address twice', 'doip: 0x1011', 'doip: 0x1010', 'ecus[1].doip: this address already belongs to "Engine"'],
    [
      'an ECU among the testers',
      'doip: 0x1011',
      'doip: 0x0E11',
      'ecus[1].doip: this address is in the range of testers',
    ],
    ['an ECU that is everybody', 'doip: 0x1011', 'doip: 0xE000', 'ecus[1].doip: this address means all ECUs'],
    ['an ECU that nobody reaches', '    doip: 0x1011\n', '', 'ecus[1].bus: bus "inside" is not at the socket'],
    ['a bus on the pins of DoIP', 'inside: {', 'inside: { pins: [6, 11],', 'pin 11 is already used by bus "doip"'],
    [
      'an address but no gateway',
      good.slice(good.indexOf('doip:\n'), good.indexOf('buses:')),
      '',
      'ecus[0].doip: the car has no DoIP gateway',
    ],
  ])('is refused for %s', (_, find, replacement, expected) => {
    expect(problemsAfter(find, replacement)).toContain(expected)
  })

  it('is there: an electric car with at least eight ECUs behind its gateway', () => {
    const car = readVehicleFile(join(dataFolder('vehicles'), 'vinterberg-aurora.yaml'))
    expect(car.doip?.network).toBe('volvo')
    expect(car.ecus.filter(({ doip }) => doip !== undefined).length).toBeGreaterThanOrEqual(8)
    expect(Object.values(car.buses).every(({ pins }) => pins === undefined)).toBe(true)
  })
})
