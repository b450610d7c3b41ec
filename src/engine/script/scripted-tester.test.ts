import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dataFolder } from '../files/data-folder.ts'

const run = promisify(execFile)
const cli = join(import.meta.dirname, '../cli/cli.ts')

const script = `
name: A minute of questions
forSeconds: 60
channels:
  - { request: 0x7E0, response: 0x7E8, everyMs: 100, payloads: ["22F190", "3E00", "2701"] }
  - { request: 0x7E1, response: 0x7E9, everyMs: 170, payloads: ["22F190"] }
`
const noise = `
name: Frames get lost
faults:
  - { kind: frames-lost, connector: "900101060", afterSeconds: 5, parameters: { probability: 0.1 } }
`

describe('a scripted tester', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'engine-script-'))
    writeFileSync(join(folder, 'script.yaml'), script)
    writeFileSync(join(folder, 'noise.yaml'), noise)
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  /** Runs the script in an engine of its own and returns the bus log and the output. */
  async function play(name: string, ...args: readonly string[]) {
    const log = join(folder, name)
    const files = ['--script', join(folder, 'script.yaml'), '--scenario', join(folder, 'noise.yaml')]
    const { stderr } = await run(process.execPath, [cli, '--clock', 'manual', ...files, '--bus-log', log, ...args])
    const klines = existsSync(`${log}.kline`) ? readFileSync(`${log}.kline`, 'utf8') : ''
    return { bytes: readFileSync(log), klines, stderr }
  }

  // @proves The whole protocol: The same files and seed give the same logs, over every kind of bus
  it('writes the same bus log in every run with the same seed, and another one with another seed', async () => {
    const [first, second, other] = await Promise.all([
      play('first.log', '--seed', '7'),
      play('second.log', '--seed', '7'),
      play('other.log', '--seed', '8'),
    ])
    expect(first.bytes.length).toBeGreaterThan(50_000)
    expect(first.bytes.equals(second.bytes)).toBe(true)
    expect(first.bytes.equals(other.bytes)).toBe(false)
    expect(first.stderr).toContain('"simulatedSeconds":60')
  }, 60_000)

  // @proves The whole protocol: The same files and seed give the same logs, over every kind of bus
  it.each([
    ['TP2.0', 'brinkmann-heide', ['Engine', 'Gearbox'], '1A9B', 20_000, 0],
    ['a K-line', 'brinkmann-heide', ['Heating'], '1A9B', 0, 5_000],
    ['TP2.0 and a K-line', 'brinkmann-heide', ['Engine', 'Telephone'], '1A9B', 10_000, 5_000],
    ['DoIP', 'vinterberg-aurora', ['Central gateway', 'Charger'], '22F190', 20_000, 0],
  ])(
    'repeats itself over %s and is answered',
    async (_way, vehicle, ecus, payload, bytes, klineCharacters) => {
      const channels = ecus.map((ecu) => `  - { ecu: ${ecu}, everyMs: 1000, payloads: ["${payload}"] }`)
      writeFileSync(join(folder, 'script.yaml'), ['name: X', 'forSeconds: 60', 'channels:', ...channels].join('\n'))
      const car = ['--vehicle', join(dataFolder('vehicles'), `${vehicle}.yaml`)]
      const [first, second] = await Promise.all([play('first.log', ...car), play('second.log', ...car)])
      expect(first.bytes.length).toBeGreaterThanOrEqual(bytes)
      expect(first.bytes.equals(second.bytes)).toBe(true)
      expect(first.klines.length).toBeGreaterThanOrEqual(klineCharacters)
      expect(first.klines).toBe(second.klines)
      const reports = [first, second].map(({ stderr }) => /"requests":\d+,"answers":\d+/.exec(stderr)?.[0])
      expect(reports[0]).toBe(reports[1])
      const [requests = 0, answers = 0] = reports[0]?.match(/\d+/g)?.map(Number) ?? []
      expect(requests).toBeGreaterThanOrEqual(ecus.length * 55)
      // The others lost a frame.
      expect(answers).toBeGreaterThan(requests * 0.4)
    },
    60_000,
  )

  it.each([
    ['nobody to ask', '{ everyMs: 1, payloads: ["3E00"] }', /:5:5: channels\[0\]: say whom it asks/],
    [
      'two ways to one ECU',
      '{ ecu: Engine, request: 1, response: 2, everyMs: 1, payloads: ["3E00"] }',
      /:5:5: channels\[0\]: say whom it asks: either ecu, or request and response/,
    ],
    [
      'an ECU and half of another way',
      '{ ecu: Engine, request: 1, everyMs: 1, payloads: ["3E00"] }',
      /say whom it asks/,
    ],
    ['half of a way', '{ response: 1, everyMs: 1, payloads: ["3E00"] }', /say whom it asks/],
    [
      'an ECU that the car does not have',
      '{ ecu: Motor, everyMs: 1, payloads: ["3E00"] }',
      /:5:12: channels\[0\]\.ecu: Brinkmann Heide.* has no ECU "Motor": take one of Engine, Gearbox/,
    ],
    [
      'two rhythms of waking on one K-line',
      '{ ecu: Heating, everyMs: 1, payloads: ["3E"] }\n  - { ecu: Telephone, everyMs: 1, payloads: ["3E"] }',
      /:5:3: channels: bus "7 \S+FAST \S+15625": pin 7 is already used by bus "7 \S+SLOW \S+10400"\n$/,
    ],
  ])('is refused with %s, at its place', async (_what, channels, expected) => {
    writeFileSync(join(folder, 'script.yaml'), `\nname: X\nforSeconds: 6\nchannels:\n  - ${channels}\n`)
    const car = join(dataFolder('vehicles'), 'brinkmann-heide.yaml')
    await expect(play('none.log', '--vehicle', car)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(expected),
    })
  })

  it.each([
    ['without a manual clock', ['--script', 'script.yaml'], 2, 'a script needs --clock manual'],
    ['that is not there', ['--script', 'no-such-file.yaml', '--clock', 'manual'], 1, 'cannot be read'],
    ['with a seed that is no number', ['--seed', 'seven'], 2, 'a seed is a whole number'],
  ])('is refused %s', async (_, args, code, words) => {
    await expect(run(process.execPath, [cli, ...args], { cwd: folder })).rejects.toMatchObject({
      code,
      stderr: expect.stringContaining(words),
    })
  })

  it('is refused with an unknown connector, which is named with its place', async () => {
    writeFileSync(join(folder, 'script.yaml'), script.replace('forSeconds', 'connector: "1"\nforSeconds'))
    await expect(play('none.log')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/script\.yaml:3:\d+: connector: there is no connector 1/),
    })
  })
})
