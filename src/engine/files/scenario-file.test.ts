import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EngineUnderTest } from '../testing/engine-under-test.ts'
import { dataFolder } from './data-folder.ts'
import { scenarioJsonSchema } from './scenario-file.ts'

describe('a scenario file', () => {
  let folder: string
  let scenarioFile: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'scenario-'))
    scenarioFile = join(folder, 'test.yaml')
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  it('switches faults on and off at their time', async () => {
    writeFileSync(
      scenarioFile,
      `name: Bad reception
faults:
  - { kind: latency, parameters: { baseMs: 700 } }
  - { kind: connector-offline, connector: "900101060", afterSeconds: 10, forSeconds: 5 }
`,
    )
    await using test = await EngineUnderTest.start({ scenarioFile })
    const kinds = () => test.engine.faults.active.map(({ kind }) => kind)
    const bay = test.engine.workshop.findBay('900101060')
    expect(kinds()).toEqual(['latency'])
    await test.advance(10)
    expect(kinds()).toEqual(['latency', 'connector-offline'])
    expect(bay?.isOnline).toBe(false)
    await test.advance(5)
    expect(kinds()).toEqual(['latency'])
    expect(bay?.isOnline).toBe(true)
  })

  it('takes an identifier as the file writes it', async () => {
    writeFileSync(
      scenarioFile,
      `name: X
faults:
  - { kind: frames-lost, parameters: { id: 0x7E8 } }
  - { kind: ecu-asleep, connector: "900101060", parameters: { ecu: 0x7E0 } }
`,
    )
    await using test = await EngineUnderTest.start({ scenarioFile })
    expect(test.engine.faults.active.map(({ rawParameters }) => rawParameters)).toEqual([
      { id: '0x7E8' },
      { ecu: '0x7E0' },
    ])
  })

  it.each([
    ['id: 760', 'kind: frames-lost', 'id: write 0x760'],
    [
      'ecu: 713',
      'kind: ecu-asleep, connector: "900101060"',
      'no ECU is called "713": for an identifier or address write 0x713',
    ],
    [
      'ecu: 7E0',
      'kind: ecu-asleep',
      'YAML reads 7E0 as 7: write 0x7E0 for a hexadecimal number, or put a text in quotes',
    ],
  ])('refuses %s, which nobody can tell from a decimal number', async (parameter, fault, expected) => {
    writeFileSync(scenarioFile, `name: X\nfaults:\n  - { ${fault}, parameters: { ${parameter} } }\n`)
    await expect(EngineUnderTest.start({ scenarioFile })).rejects.toThrow(expected)
  })

  it('ends quietly a fault that somebody cleared before', async () => {
    writeFileSync(scenarioFile, 'name: Short\nfaults: [{ kind: no-free-resources, forSeconds: 5 }]\n')
    await using test = await EngineUnderTest.start({ scenarioFile })
    test.engine.faults.clear('')
    await test.advance(5)
    expect(test.engine.faults.active).toEqual([])
  })

  it.each([
    [
      'an unknown kind',
      'name: X\nfaults:\n  - kind: gremlins\n',
      ':3:11: faults[0].kind: unknown kind of fault "gremlins"',
    ],
    [
      'an unknown connector',
      'name: X\nfaults:\n  - kind: no-free-resources\n    connector: "1"\n',
      ':4:16: faults[0].connector',
    ],
    [
      'a wrong parameter',
      'name: X\nfaults:\n  - kind: latency\n    parameters: { baseMs: slow }\n',
      ':4:17: faults[0].parameters: fault latency: baseMs',
    ],
    [
      'a parameter that is a list',
      'name: X\nfaults:\n  - kind: latency\n    parameters: { baseMs: [700] }\n',
      ':4:27: faults[0].parameters.baseMs: write a text or a number',
    ],
    [
      'a parameter that is left empty',
      'name: X\nfaults:\n  - kind: latency\n    parameters: { baseMs: }\n',
      'faults[0].parameters.baseMs: write a text or a number',
    ],
    [
      'a parameter that the kind does not have',
      'name: X\nfaults:\n  - kind: latency\n    parameters: { baseMs: 700, yitterMs: 5 }\n',
      ':4:17: faults[0].parameters: fault latency: unknown here: yitterMs; check the spelling or remove it',
    ],
    ['no fault', 'name: X\nfaults: []\n', ':2:9: faults'],
    [
      'a negative time',
      'name: X\nfaults:\n  - kind: no-free-resources\n    afterSeconds: -1\n',
      ':4:19: faults[0].afterSeconds',
    ],
    [
      'a time that no timer knows',
      'name: X\nfaults:\n  - kind: no-free-resources\n    afterSeconds: 3000000\n',
      ':4:19: faults[0].afterSeconds: at most 1000000',
    ],
  ])('with %s is refused at its line and field', async (_what, text, expected) => {
    writeFileSync(scenarioFile, text)
    await expect(EngineUnderTest.start({ scenarioFile })).rejects.toThrow(expected)
  })

  it('has its JSON schema up to date in the folder of the scenarios', () => {
    const kept = JSON.parse(readFileSync(join(dataFolder('scenarios'), 'scenario.schema.json'), 'utf8'))
    expect(kept).toEqual(JSON.parse(scenarioJsonSchema()))
  })
})
