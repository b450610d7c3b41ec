import { describe, expect, it } from 'vitest'
import { line } from './testing/kline-tester.ts'

const codes = (...names: readonly string[]) =>
  `[${names.map((code) => `{ code: ${code}-00, status: 0x0C }`).join(', ')}]`

const emissionCar = (address: string, troubleCodes: string) => `name: Old car
tecdocId: 7
vin: 1A1JC5444R7252367
buses: {}
klines: { k: { pin: 7 } }
ecus:
  - name: Engine
    bus: k
    kline: { address: ${address}, init: fast, functional: true }
    kwp: {}
    troubleCodes: ${troubleCodes}
    obd:
      values: { "05": "49", "0C": "0D 20" }
      calibration: "37805-RBB-J53"
      permanent: [P0170]
      oxygenSensorTests: [{ test: 1, sensor: 1, hex: "5A" }]
      monitorTests: [{ test: 6, component: 0x03, value: 0x005A, limit: 0x9C40 }, { test: 6, component: 0x85, value: 0x005A, limit: 0 }]
      controls: [{ test: 1, hex: "00 00 00 00 01" }]
`

async function asked(request: string, car: string, address = 0x11) {
  const { converse, logged } = line('E9 8F', car)
  const answers = await converse({ address, init: 'fast', baud: 10_400 }).ask(request, 1000)
  return { answers, logged: logged() }
}

/**
 * muki01/OBD2_K-line_Reader (notes of its readDTCs and getVehicleInfo) has the answers of ECU 0x11 with three codes and with the
 * VIN; Ircama/ELM327-emulator has the one without codes; the simulator of scantool.net, in public tests of parsers, has two
 * messages of ECU 0x10; the results of service 06 stand with a public ELM327 emulation (ISO 14230-4, ECU 0x10).
 */
describe('emission services on a K-line, with published bytes', () => {
  it.each([
    ['two codes', '03', '0x11', codes('P0170', 'P0134'), ['87F1114301700134000072']],
    ['no codes', '03', '0x11', '[]', ['87F11143000000000000CC']],
    ['no pending codes', '07', '0x11', '[]', ['87F11147000000000000D0']],
    [
      'six codes',
      '03',
      '0x10',
      codes('P0100', 'P0200', 'P0300', 'C0300', 'B0200', 'U0100'),
      ['87F11043010002000300D1', '87F1104343008200C10051'],
    ],
    [
      'the VIN',
      '0902',
      '0x11',
      '[]',
      ['87F1114902010000003106', '87F11149020241314A43D5', '87F11149020335343434A8', '87F11149020452373235C8'],
    ],
    ['monitor tests', '0606', '0x10', '[]', ['87F110460603005A9C400D', '87F110460685005A0000B3']],
  ])('%s', async (_what, request, address, troubleCodes, published) => {
    const { logged } = await asked(request, emissionCar(address, troubleCodes), Number(address))
    for (const message of published) expect(logged).toContain(`10400 ${message}`)
  })
})

describe('emission services on a K-line', () => {
  it.each([
    ['one PID in a request', '0105', ['410549']],
    ['none to two PIDs', '01050C', []],
    ['the freeze frame of a code', '020500', ['42050060']],
    ['the code of the freeze frame', '020200', ['4202000170']],
    ['the list of the freeze frame', '020000', ['42000048000000']],
    ['no other frame', '020501', []],
    ['no answer without a frame number', '0205', []],
    ['clearing', '04', ['44']],
    ['an oxygen sensor', '050101', ['4501015A']],
    ['the tests of an oxygen sensor', '050001', ['45000180000000']],
    ['no unknown oxygen sensor', '050102', []],
    ['the list of monitor tests', '0600', ['4600FF04000000']],
    ['no unknown monitor test', '0607', []],
    ['control of a test', '08010000000000', ['48010000000001']],
    ['the list of controls', '08000000000000', ['48000080000000']],
    ['no control with fewer bytes', '0801', []],
    ['permanent codes', '0A', ['4A017000000000']],
    ['the list of vehicle information', '0900', ['490001F0C00000']],
    ['how many messages the VIN has', '0901', ['490105']],
    ['how many messages the calibration has', '0903', ['490304']],
    ['no unknown information', '0906', []],
  ])('answers with %s', async (_what, request, answers) => {
    const car = emissionCar('0x11', codes('P0170')).replace(
      '    obd:',
      '    obd:\n      freezeFrame: { code: P0170-00, values: { "05": "60" } }',
    )
    expect((await asked(request, car)).answers).toEqual(answers)
  })

  it('gives a calibration in numbered messages', async () => {
    const { answers } = await asked('0904', emissionCar('0x11', '[]'))
    expect(answers).toEqual(['49040133373830', '490402352D5242', '490403422D4A35', '49040433000000'])
  })
})
