import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { isRunning, type ProcessEntry, starters } from './starters.mjs'

const root = join(import.meta.dirname, '../..')
const npm = process.env.npm_execpath
const command = npm ? [process.execPath, npm] : ['npm']
const engine = [...command, 'run', '--silent', 'engine', '--', '--port', '0']

/** A fixture of another test suite: starts the engine, passes its ready line on, and waits. */
const fixture = `const { spawn } = require('node:child_process')
  const [program, ...args] = process.argv.slice(1)
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  child.stdout.pipe(process.stdout)
  process.stdout.write(child.pid + '\\n')`

interface Ready {
  readonly pid: number
  readonly port: number
}

/** Windows has neither these signals nor a shell in between; there the closed standard input ends the engine. */
describe.skipIf(process.platform === 'win32')('npm run engine', () => {
  const children: ChildProcess[] = []
  const strays: number[] = []

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    for (const pid of strays.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL')
  })

  async function start(argv: readonly string[]): Promise<{ child: ChildProcess; ready: Ready; lines: string[] }> {
    const [program = '', ...args] = argv
    const child = spawn(program, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    children.push(child)
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    let output = ''
    const ended = once(child, 'exit')
    const lines = await new Promise<string[]>((resolve, reject) => {
      child.stdout.on('data', (chunk) => {
        output += chunk
        const whole = output.split('\n').slice(0, -1)
        if (whole.some((line) => line.startsWith('{'))) resolve(whole)
      })
      void ended.then(() => reject(new Error(`It ended before it was ready:\n${errors}`)))
    })
    const ready: Ready = JSON.parse(lines.find((line) => line.startsWith('{')) ?? '')
    strays.push(ready.pid)
    return { child, ready, lines }
  }

  function isListening(port: number): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
  }

  async function expectEnd({ pid, port }: Ready): Promise<void> {
    await expect.poll(() => isListening(port)).toBe(false)
    await expect.poll(() => isRunning(pid)).toBe(false)
  }

  it.each<NodeJS.Signals>(['SIGTERM', 'SIGKILL'])(
    'ends when npm gets %s',
    async (signal) => {
      const { child, ready, lines } = await start(engine)
      expect(lines).toHaveLength(1)
      expect(await isListening(ready.port)).toBe(true)
      child.kill(signal)
      await expectEnd(ready)
    },
    120_000,
  )

  it('ends when a terminal sends SIGINT to everything that runs in it', async () => {
    const { child, ready } = await start(engine)
    process.kill(-(child.pid ?? 0), 'SIGINT')
    await expectEnd(ready)
  }, 120_000)

  it.each<[string, readonly string[]]>([
    ['what started npm', engine],
    ['what started the shell that started npm', ['sh', '-c', `${engine.join(' ')}; exit 0`]],
  ])(
    'ends when %s is killed',
    async (_what, argv) => {
      const { child, ready } = await start([process.execPath, '-e', fixture, ...argv])
      child.kill('SIGKILL')
      await expectEnd(ready)
    },
    120_000,
  )

  it('goes on without what started it when it is asked to', async () => {
    const { child, ready } = await start([process.execPath, '-e', fixture, ...engine, '--keep-running'])
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    // Twice the interval in which the engine checks for its parent processes.
    await pause(1000)
    expect(await isListening(ready.port)).toBe(true)
    process.kill(ready.pid, 'SIGTERM')
    await expectEnd(ready)
  }, 120_000)
})

describe('the processes that a command ends with', () => {
  const table: Readonly<Record<number, ProcessEntry>> = {
    10: { parent: 9, command: ['sh', '-c', 'node build/bootstrap/engine.mjs'] },
    9: { parent: 8, command: ['npm run engine'] },
    8: { parent: 7, command: ['/bin/sh', '-c', 'npm run engine'] },
    7: { parent: 6, command: ['python3', 'test.py'] },
    6: { parent: 1, command: ['-bash'] },
    5: { parent: 1, command: ['npm run engine'] },
  }
  const look = (pid: number) => table[pid]

  it.each<[string, number, boolean, number[]]>([
    ['the shell, npm, and what started npm through a shell', 10, true, [10, 9, 8, 7]],
    ['npm and what started it, without a shell between', 9, true, [9, 8, 7]],
    ['its parent alone, without npm', 7, false, [7]],
    ['npm alone, when what started it is gone already', 5, true, [5]],
    ['nobody, when its parent is gone already', 1, true, []],
    ['its parent, when that cannot be looked up', 4, true, [4]],
  ])('are %s', (_what, first, isUnderNpm, expected) => {
    expect(starters({ first, isUnderNpm, look })).toEqual(expected)
  })
})
