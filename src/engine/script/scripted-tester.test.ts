import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const cli = join(import.meta.dirname, '../cli.ts')

const script = `
name: A minute of questions
forSeconds: 60
channels:
  - { request: 0x7E0, response: 0x7E8, everyMs: 100, payloads: ["22F190", "3E00", "2701"] }
  - { request: 0x7E1, response: 0x7E9, everyMs: 170, payloads: ["22F190"] }
`
const olderScript = `
name: A minute with the older car
connector: "900101066"
forSeconds: 60
channels:
  - { tp20: 0x01, everyMs: 700, payloads: ["2101"] }
  - { pin: 7, init: slow, kline: 0x08, everyMs: 5900, payloads: ["2101", "1A9B"] }
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

  /** Plays the script in an engine of its own; the bus log and what the engine said. */
  async function play(name: string, ...args: readonly string[]) {
    const log = join(folder, name)
    const files = ['--script', join(folder, 'script.yaml'), '--scenario', join(folder, 'noise.yaml')]
    const { stderr } = await run(process.execPath, [cli, '--clock', 'manual', ...files, '--bus-log', log, ...args])
    return { bytes: readFileSync(log), stderr }
  }

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

  it('writes the same K-lines and TP2.0 channels in every run, beside each other', async () => {
    writeFileSync(join(folder, 'script.yaml'), olderScript)
    const [first, second] = await Promise.all([play('first.log'), play('second.log')])
    const klines = ['first.log', 'second.log'].map((name) => readFileSync(join(folder, `${name}.kline`), 'utf8'))
    expect(first.bytes.toString()).toContain(' 900101066.drive 740#1000022101\n')
    expect(first.bytes.equals(second.bytes)).toBe(true)
    expect(klines[0]).toContain(' 900101066.body 5 08\n')
    expect(klines[0]?.split('\n').length).toBeGreaterThan(50)
    expect(klines[0]).toBe(klines[1])
    const report = JSON.parse(first.stderr.split('\n').find((line) => line.includes('script ended')) ?? '{}')
    expect(report.answers).toBe(report.requests)
  }, 60_000)

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

  it.each([
    ['of no known kind', '{ requst: 1, everyMs: 1, payloads: ["3E"] }', 'give request and response, or tp20, or'],
    ['with a value out of range', '{ tp20: 0xF0, everyMs: 1, payloads: ["3E"] }', 'channels[0].tp20: Too big'],
  ])('is refused with a channel %s', async (_what, channel, words) => {
    writeFileSync(join(folder, 'script.yaml'), `name: Wrong\nforSeconds: 1\nchannels:\n  - ${channel}\n`)
    await expect(play('none.log')).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(words) })
  })

  it('is refused with an unknown connector, which is named with its place', async () => {
    writeFileSync(join(folder, 'script.yaml'), script.replace('forSeconds', 'connector: "1"\nforSeconds'))
    await expect(play('none.log')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/script\.yaml:3:\d+: connector: there is no connector 1/),
    })
  })
})
