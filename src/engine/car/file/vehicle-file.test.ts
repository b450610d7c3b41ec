import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { dataFolder } from '../../files/data-folder.ts'
import { YamlFileError } from '../../files/yaml-file.ts'
import { scriptFileSchema } from '../../script/script-file.ts'
import { vehicleJsonSchema } from './json-schema.ts'
import { vehicleSchema } from './schema.ts'
import { parseVehicle, readVehicleFile } from './vehicle-file.ts'

const good = `name: Test car
tecdocId: 1
vin: WFKZZZ8C9MA204417
buses:
  main: { pins: [6, 14], kbitPerSecond: 500 }
ecus:
  - name: Engine
    bus: main
    request: 0x7E0
    response: 0x7E8
    data:
      F190: vin
      F187: { text: A1 }
`

/** The problems of a good file in which one text was replaced. */
function problemsAfter(find: string, replacement: string): string {
  expect(good).toContain(find)
  try {
    parseVehicle(good.replace(find, replacement), 'car.yaml')
  } catch (error) {
    if (error instanceof YamlFileError) return error.message
    throw error
  }
  return 'no problem'
}

describe('a vehicle file', () => {
  it('is read with its defaults', () => {
    const car = parseVehicle(good, 'car.yaml')
    expect(car.ecus[0]?.timing).toEqual({ responseMs: 0, p2Ms: 50, p2StarMs: 5000, s3Ms: 5000 })
    expect(car.ecus[0]?.sessions).toEqual([1, 3])
    expect(car.ignition).toBe('on')
  })

  it.each([
    ['malformed hex', '{ text: A1 }', '{ hex: "22 F" }', 'car.yaml:13:20: ecus[0].data.F187.hex: write hex bytes'],
    ['text outside ASCII', 'text: A1', 'text: Ä1', 'car.yaml:13:21: ecus[0].data.F187.text: write printable ASCII'],
    ['a number that does not fit', 'text: A1', 'number: 65536, bytes: 2', '.F187: 65536 does not fit: raise bytes'],
    ['a length that is not needed', 'text: A1', 'text: A1, bytes: 5', 'hex bytes have their own length: remove bytes'],
    [
      'an identifier without 0x',
      '0x7E0',
      '7E0',
      'car.yaml:9:14: ecus[0].request: YAML reads 7E0 as 7: write 0x7E0, or "7E0" in quotes',
    ],
    ['two kinds of value', 'text: A1', 'text: A1, hex: "00"', 'give exactly one of text, hex, number or pattern'],
    ['a number without length', 'text: A1', 'number: 5', 'a number or a pattern needs its length: add bytes'],
    [
      'a data identifier in lower case',
      'F187:',
      'f187:',
      'car.yaml:13:7: ecus[0].data.f187: a data identifier is four',
    ],
    ['a data identifier with three digits', 'F187:', 'F18:', 'a data identifier is four upper-case hex digits'],
    ['a VIN that is too short', 'WFKZZZ8C9MA204417', 'WFK', 'car.yaml:3:6: vin: a VIN has 17 characters'],
    ['a VIN with a forbidden letter', 'WFKZZZ8C9MA204417', 'WFKZZZ8C9MA20441O', 'without I, O and Q'],
    [
      'an unknown bus',
      'bus: main',
      'bus: other',
      'car.yaml:8:10: ecus[0].bus: there is no bus "other": take one of main',
    ],
    ['a misspelt field', 'response: 0x7E8', 'respnse: 0x7E8', 'respnse: this field does not exist here'],
    ['a pin that carries ground', '[6, 14]', '[4, 14]', 'car.yaml:5:18: buses.main.pins[0]: pins 4, 5 and 16'],
    ['a bus on one pin twice', '[6, 14]', '[6, 6]', 'car.yaml:5:21: buses.main.pins[1]: pin 6 is already used'],
    ['three pins', '[6, 14]', '[6, 14, 3]', 'buses.main.pins'],
    ['an unknown bit rate', 'kbitPerSecond: 500', 'kbitPerSecond: 499', 'buses.main.kbitPerSecond: take one of 1000'],
    ['hex digits as a bare text', '0x7E0', 'abc', 'ecus[0].request: abc is read as a text: write 0xabc'],
    ['a decimal identifier', '0x7E0', '760', 'ecus[0].request: 760 is decimal here: write 0x760'],
    ['an identifier as text', '0x7E0', 'xyz', 'car.yaml:9:14: ecus[0].request: write a CAN identifier such as 0x7E0'],
    ['an identifier with 30 bits', '0x7E0', '0x20000000', 'at most 29 bits'],
    [
      'the same identifier twice',
      'response: 0x7E8',
      'response: 0x7E0',
      '0x7E0 is already used by "Engine" on this bus',
    ],
    ['no identifier', '    request: 0x7E0\n', '', 'ecus[0].request: write a CAN identifier such as 0x7E0'],
    [
      'two transports',
      'request: 0x7E0',
      'tp20: { address: 1, receivesOn: 0x740 }',
      'ecus[0].tp20: an ECU with request',
    ],
    ['a K-line that is none', 'request: 0x7E0', 'kline: { address: 1, init: fast }', 'there is no K-line "main"'],
    ['a pin with two lines', 'ecus:', 'klines: { k: { pin: 6 } }\necus:', 'pin 6 is already used by bus "main"'],
    [
      'broadcasts on a K-line',
      'ecus:\n  - name: Engine\n    bus: main\n    request: 0x7E0\n    response: 0x7E8',
      'klines: { k: { pin: 7 } }\necus:\n  - name: Engine\n    bus: k\n    kline: { address: 1, init: fast }\n    broadcasts: [{ id: 1, hex: "00", everyMs: 9 }]',
      'ecus[0].broadcasts: ECUs on a K-line only answer',
    ],
    ['a name with two lines', 'ecus:', 'klines: { main: { pin: 7 } }\necus:', 'there is already a bus "main"'],
    [
      'terminal 15 on a pin with a bus',
      'ecus:',
      'ignitionPin: 14\necus:',
      'ignitionPin: pin 14 is already used by bus',
    ],
    ['terminal 15 on a pin that carries ground', 'ecus:', 'ignitionPin: 5\necus:', 'ignitionPin: pins 4, 5 and 16'],
    ['an ECU without a name', 'name: Engine', 'name: ""', 'ecus[0].name: give the ECU a name'],
    ['no name', 'name: Test car', 'x: 1', 'name: this field is missing: add it'],
    ['a key that is given twice', 'tecdocId: 1', 'tecdocId: 1\ntecdocId: 2', 'car.yaml:3:1: not valid YAML'],
    ['broken YAML', 'vin: WFK', 'vin: [WFK', 'not valid YAML'],
  ])('is refused for %s, pointing at the place', (_, find, replacement, expected) => {
    expect(problemsAfter(find, replacement)).toContain(expected)
  })

  it.each([
    ['sessions: [1, 0x7F]', 'sessions[1]: a diagnostic session goes from 0x01 to 0x7E, or from 0x81 to 0xFE'],
    ['sessions: [1, 0x89]\n    kwp: {}', 'sessions[1]: in an ECU that speaks only KWP2000 write 0x09 for this session'],
    ['kwp: { services: ["20"], local: { "01": { hex: "00" } } }', 'kwp.local: no service uses these: add "21"'],
    ['kwp: { services: ["22"] }', 'kwp.services[0]: take some of "14"'],
    [
      'sessions: [1, 0x81]\n    routines: { "0100": { sessions: [0x81] } }',
      'this never works in 0x81: possible are 0x01',
    ],
    ['sessions: [3]', 'sessions: every ECU starts in the default session: add 1 to the list'],
    [
      'routines: { "0100": { sessions: [5] } }',
      'routines.0100.sessions: this never works in 0x05: possible are 0x01, 0x03',
    ],
    [
      'routines: { "0100": { security: 5 } }',
      'routines.0100.security: security level 0x05 is not defined: add it under',
    ],
    ['routines: { "0100": { effects: [{ data: F190, set: "00" }] } }', 'effects[0].set: F190 has 17 bytes, not 1'],
    ['routines: { "0100": { effects: [{ data: F187, set: "00" }] } }', 'effects[0].set: F187 has 2 bytes, not 1'],
    [
      'routines: { "0100": { effects: [{ data: F187 }] } }',
      'effects[0].data: give exactly one of set, add, subtract or copy',
    ],
    [
      'routines: { "0100": { effects: [{ data: F187, set: "41 42", add: 1 }] } }',
      'exactly one of set, add, subtract or copy',
    ],
    ['routines: { "0100": { effects: [{ add: 1 }] } }', 'effects[0].data: give exactly one of data, local or pid'],
    [
      'routines: { "0100": { effects: [{ local: "01", add: 1 }] } }',
      'the ECU has no local identifier 01: add it under kwp.local',
    ],
    ['routines: { "0100": { effects: [{ pid: "31", add: 1 }] } }', 'the ECU has no PID 31: add it under obd.values'],
    [
      'obd: { values: { "31": "00 00" } }\n    routines: { "0100": { effects: [{ pid: "31", set: "00" }] } }',
      'effects[0].set: 31 has 2 bytes, not 1: write as many',
    ],
    [
      'routines: { "0100": { effects: [{ data: F187, copy: F190 }] } }',
      'effects[0].copy: F190 has 17 bytes and F187 has 2',
    ],
    [
      'routines: { "0100": { effects: [{ data: F187, copy: ABCD }] } }',
      'effects[0].copy: the ECU has no data identifier ABCD',
    ],
    [
      'troubleCodes: [{ code: P0171-00, snapshots: [{ record: 1, data: F40C }] }]',
      'troubleCodes[0].snapshots[0]: give either values, or data and hex',
    ],
    [
      'troubleCodes: [{ code: P0171-00, snapshots: [{ record: 1, values: [&v { data: F40C, hex: "00" }, *v] }] }]',
      'snapshots[0].values[1].data: F40C is there already',
    ],
    ['troubleCodes: [{ code: P0171-00, extended: [{ record: 1 }] }]', 'extended[0]: give either values or hex'],
    ['routines: { "0100": { effects: [{ data: F188, add: 1 }] } }', 'the ECU has no data identifier F188'],
    [
      'download: { from: 0, bytes: 16, sessions: [1] }',
      'download.sessions: this never works in 0x01: possible are 0x03',
    ],
    ['download: { from: 0, bytes: 16, security: 3 }', 'download.security: security level 0x03 is not defined'],
    ['memory: [{ address: 0, hex: "00", security: 1 }]', 'memory[0].security: security level 0x01 is not defined'],
    ['security: [{ level: 1, key: [{ xor: 1 }], sessions: [2] }]', 'security[0].sessions: this never works in 0x02'],
    ['security: [&a { level: 1, key: [{ xor: 1 }] }, *a]', 'security[1].level: 0x01 is there already: remove one'],
    ['refusals: [{ request: "22", nrc: 0x31, sessions: [9] }]', 'refusals[0].sessions: this never works in 0x09'],
    ['troubleCodes: [{ code: P0171-00 }, { code: P0171-00 }]', 'troubleCodes[1].code: P0171-00 is there already'],
    [
      'troubleCodes: [{ code: P0171-00, extended: [&r { record: 1, hex: "00" }, *r] }]',
      'troubleCodes[0].extended[1].record: 0x01 is there already',
    ],
    [
      'download: { from: 0xFFFFFFF0, bytes: 17 }',
      'download.bytes: this reaches beyond 0xFFFFFFFF, the last address: begin earlier or end sooner',
    ],
    ['memory: [{ address: 0xFFFFFFFF, hex: "0000" }]', 'memory[0].hex: this reaches beyond 0xFFFFFFFF'],
    ['security: [{ level: 1, key: [{ rotate: 3 }] }]', 'security[0].key[0]: write one of { xor }, { add }'],
    ['kwp: { identification: { "9B": { text: Öl } } }', 'kwp.identification.9B.text: write printable ASCII text'],
    ['obd: { calibration: Öl }', 'obd.calibration: write printable ASCII text'],
    ['obd: { readiness: "07" }', 'obd.readiness: readiness has three bytes'],
  ])('whose ECU cannot work is refused: %s', (field, expected) => {
    expect(problemsAfter('    data:', `    ${field}\n    data:`)).toContain(expected)
  })

  it.each(['write', 'control'])('whose %s has impossible effects is refused', (access) => {
    const entry = `      ABCE: { hex: "00", ${access}: { effects: [{ data: F188, add: 1 }] } }`
    expect(problemsAfter('    data:', `    data:\n${entry}`)).toContain(
      `data.ABCE.${access}.effects[0].data: the ECU has no data identifier F188`,
    )
  })

  it.each(['download: { from: 0xFFFFFFF0, bytes: 16 }', 'memory: [{ address: 0xFFFFFFFF, hex: "00" }]'])(
    'may have memory up to the last address: %s',
    (field) => {
      expect(parseVehicle(good.replace('    data:', `    ${field}\n    data:`), 'car.yaml').ecus).toHaveLength(1)
    },
  )

  it.each(['security: 1', 'write: { security: 1 }', 'control: { security: 1 }', 'write: { sessions: [7] }'])(
    'whose value nobody can get at is refused: %s',
    (field) => {
      expect(problemsAfter('text: A1', `text: A1, ${field}`)).toMatch(/data.F187.*(is not defined|never works)/)
    },
  )

  it('whose write changes a value that is not there is refused', () => {
    const write = 'text: A1, write: { effects: [{ data: ABCD, add: 1 }] }'
    expect(problemsAfter('text: A1', write)).toContain(
      'data.F187.write.effects[0].data: the ECU has no data identifier ABCD',
    )
  })

  // @proves Bad input: Malformed vehicle or workshop file
  it('names two ECUs of the same name and all other problems at once', () => {
    const twice = `${good}  - name: Engine\n    bus: nowhere\n    request: 0x7E0\n    response: 0x7E9\n`
    try {
      parseVehicle(twice, 'car.yaml')
      expect.unreachable()
    } catch (error) {
      const text = String((error as Error).message)
      expect(text).toContain('car.yaml:14:11: ecus[1].name: another ECU is called "Engine": rename one')
      expect(text).toContain('ecus[1].bus: there is no bus "nowhere"')
    }
  })

  it('keeps data identifiers that look like numbers', () => {
    const car = parseVehicle(
      good.replace('F187:', '"0100": { text: Z }\n      12E4: { text: Y }\n      0012:'),
      'car.yaml',
    )
    expect(Object.keys(car.ecus[0]?.data ?? {})).toEqual(['F190', '0100', '12E4', '0012'])
  })

  it('that does not exist is named', () => {
    expect(() => readVehicleFile('/nowhere/car.yaml')).toThrow(/^\/nowhere\/car.yaml:1:1: .*ENOENT/)
  })
})

describe('the vehicle files of the project', () => {
  const folder = dataFolder('vehicles')
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

  it('are at least four', () => expect(files.length).toBeGreaterThanOrEqual(4))

  it.each(files)('%s is a car with at least eight ECUs that identify themselves', (name) => {
    const car = readVehicleFile(join(folder, name))
    const talking = car.ecus.filter(({ answers }) => answers === 'always')
    expect(talking.length).toBeGreaterThanOrEqual(8)
    for (const ecu of talking) {
      if (ecu.kwp) expect(ecu.kwp.identification).toHaveProperty('9B')
      else for (const name of ['F187', 'F188', 'F189', 'F18C', 'F191']) expect(ecu.data).toHaveProperty(name)
    }
    expect(car.ecus.some(({ answers }) => answers === 'never')).toBe(true)
    expect(car.ecus.some(({ slow }) => slow.length > 0)).toBe(true)
    expect(car.story).toBeDefined()
  })

  it('cover 29-bit identifiers, extended addresses and frames without padding', () => {
    const ecus = files.flatMap((name) => readVehicleFile(join(folder, name)).ecus)
    expect(ecus.some(({ request }) => (request ?? 0) > 0x7ff)).toBe(true)
    expect(ecus.some(({ extendedAddress }) => extendedAddress !== undefined)).toBe(true)
    expect(ecus.some(({ isotp }) => !isotp.padding)).toBe(true)
  })

  it('describe a service reset as one write that changes other values', () => {
    const { ecus } = readVehicleFile(join(folder, 'falkenberg-corvo.yaml'))
    const confirm = ecus.find(({ name }) => name === 'Instrument cluster')?.data['0C34']
    expect(confirm === 'vin' ? undefined : confirm?.write?.effects).toMatchObject([
      { data: '0C38', copy: '0C36' },
      { data: '0C39', add: 1 },
      { data: '0C3A', subtract: 1 },
    ])
  })

  it('cover TP2.0 and K-lines at three bit rates, woken slowly and fast', () => {
    const { ecus } = readVehicleFile(join(folder, 'brinkmann-heide.yaml'))
    const klines = ecus.flatMap(({ kline }) => (kline ? [kline] : []))
    expect(new Set(klines.map(({ baud }) => baud))).toEqual(new Set([9600, 10400, 15625]))
    expect(new Set(klines.map(({ init }) => init))).toEqual(new Set(['slow', 'fast']))
    expect(ecus.filter(({ tp20 }) => tp20).length).toBeGreaterThanOrEqual(4)
  })

  it('are explained with an example that works', () => {
    const page = readFileSync(join(folder, '../docs/vehicle-files.md'), 'utf8')
    const example = /```yaml\n(name:[\s\S]*?)```/.exec(page)?.[1] ?? ''
    expect(parseVehicle(example, 'example.yaml').name).toBe('Meadow One')
  })

  it('have a schema beside them that is up to date (node src/engine/files/write-schemas.ts)', () => {
    const written: unknown = JSON.parse(readFileSync(join(folder, 'vehicle.schema.json'), 'utf8'))
    expect(written).toEqual(JSON.parse(vehicleJsonSchema()))
  })
})

/** Every number of a schema, by whether a file writes it in hexadecimal. */
function numbersOf(schema: z.ZodType): { hexadecimal: ReadonlySet<string>; counted: ReadonlySet<string> } {
  const found = { hexadecimal: new Set<string>(), counted: new Set<string>() }
  const visit = (raw: unknown, path: string): void => {
    const { type, writtenAs, properties, additionalProperties, items, prefixItems, anyOf } = (raw ?? {}) as {
      readonly [name: string]: unknown
      readonly properties?: object
      readonly prefixItems?: readonly unknown[]
      readonly anyOf?: readonly unknown[]
    }
    if (type === 'integer' || type === 'number')
      (writtenAs === 'hexadecimal' ? found.hexadecimal : found.counted).add(path.split('.').at(-1) ?? '')
    for (const [name, inner] of Object.entries(properties ?? {})) visit(inner, `${path}.${name}`)
    for (const inner of [items, ...(prefixItems ?? []), ...(anyOf ?? [])]) if (inner) visit(inner, path)
    if (additionalProperties) visit(additionalProperties, path)
  }
  visit(z.toJSONSchema(schema, { io: 'input' }), '')
  return found
}

describe('a number of a file', () => {
  const files = [vehicleSchema, scriptFileSchema].map(numbersOf)
  const names = (kind: 'hexadecimal' | 'counted') => [...new Set(files.flatMap((file) => [...file[kind]]))].sort()

  it('is an identifier, an address, a code or a mask, which people know in hexadecimal', () => {
    expect(names('hexadecimal')).toEqual(
      `activationTypes address component doip from functional gateway id keyBytes level nrc padByte receivesOn record
       request resets response security sensor sessions status test tester testers xor`.split(/\s+/),
    )
  })

  it('or counts something, or is known as a decimal number', () => {
    const wrong =
      /^(?:.*Ms|.*Seconds|bytes|.*Bytes|longest.*|times|attempts|add|subtract|rotateLeft|value|limit|number)$/
    expect(names('counted').filter((name) => !wrong.test(name))).toEqual(
      `baud blockSize identifiersPerRead ignitionPin kbitPerSecond pin pins sockets tecdocId versions volts waitFrames`.split(
        ' ',
      ),
    )
  })
})

it.each([
  ['sessions: [1, 10]', 'sessions[1]: 10 is decimal here: write 0x10'],
  ['resets: [60]', 'resets[0]: 60 is decimal here: write 0x60'],
  ['security: [{ level: 11, key: [{ xor: 1 }] }]', 'security[0].level: 11 is decimal here: write 0x11'],
  ['security: [{ level: 1, key: [{ xor: 12345678 }] }]', 'security[0].key[0].xor: 12345678 is decimal here'],
  ['download: { from: 1000, bytes: 16 }', 'download.from: 1000 is decimal here: write 0x1000'],
  ['troubleCodes: [{ code: P0171-00, status: 09 }]', 'troubleCodes[0].status: 09 is decimal here: write 0x09'],
  ['troubleCodes: [{ code: P0171-00, extended: [{ record: 90, hex: "00" }] }]', 'extended[0].record: 90 is decimal'],
  ['refusals: [{ request: "22", nrc: 22 }]', 'refusals[0].nrc: 22 is decimal here: write 0x22'],
  ['refusals: [{ request: 22, nrc: 0x22 }]', 'refusals[0].request: write "22" in quotes'],
  ['memory: [{ address: 20000000, hex: 0012 }]', 'memory[0].hex: YAML reads 0012 as 12: put "0012" in quotes'],
  ['broadcasts: [{ id: 300, hex: "00", everyMs: 10 }]', 'broadcasts[0].id: 300 is decimal here: write 0x300'],
  ['extendedAddress: { request: 10, response: 0x20 }', 'extendedAddress.request: 10 is decimal here'],
  ['kwp: { services: [14] }', 'kwp.services[0]: take some of "14"'],
  ['kwp: { local: { "01": { hex: 01 } } }', 'kwp.local.01.hex: YAML reads 01 as 1: put "01" in quotes'],
  [
    'obd: { freezeFrame: { code: P0171-00, values: { 0x0C: "00" } } }',
    'values.0x0C: a PID is two upper-case hex digits',
  ],
  ['detected: no', 'detected: this has to be true or false: write false, without quotes'],
])('an ECU with %s is refused in words about what the file says', (field, expected) => {
  const file = good.replace('    data:\n', `    ${field}\n    data:\n`)
  expect(() => parseVehicle(file, 'car.yaml')).toThrow(expected)
})
