import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FunctionInfo } from '../../shared/app-state.ts'
import { createLogger } from '../logging.ts'
import { fakeSpawner } from '../testing/fake-child.ts'
import { lineSplitter } from './child.ts'
import { EmbeddedEngine } from './embedded-engine.ts'
import { FunctionHostProcess } from './function-host-process.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const readyLine = JSON.stringify({
  event: 'ready',
  host: '127.0.0.1',
  port: 50_051,
  clientId: 'x',
  clientSecret: 'y',
  clusterId: '001',
  tickets: [],
})

function setUpEngine() {
  const spawner = fakeSpawner()
  const log: string[] = []
  const secrets: string[] = []
  let deaths = 0
  const engine = new EmbeddedEngine({
    spawn: spawner.spawn,
    file: '/app/engine/cli.js',
    extraArguments: ['--lab'],
    environment: { PATH: '/bin' },
    logger: createLogger({ write: (line) => void log.push(line) }),
    onSecret: (secret) => void secrets.push(secret),
    onReady: () => undefined,
    onDied: () => {
      deaths += 1
    },
  })
  return { ...spawner, engine, log, secrets, deaths: () => deaths, child: () => spawner.children.at(-1) }
}

describe('the embedded engine', () => {
  it('is started on a free port, with credentials only in the environment', async () => {
    const { engine, started, child, secrets } = setUpEngine()
    const starting = engine.start()
    child()?.print(readyLine)
    const outcome = await starting
    if (!outcome.ok) throw new Error(outcome.failure.code)
    const { clientId, clientSecret, ...where } = outcome.value
    expect(where).toEqual({ host: '127.0.0.1', port: 50_051, clusterId: '001' })
    expect(started[0]?.args).toEqual(['--port', '0', '--lab'])
    expect(started[0]?.environment).toEqual({
      PATH: '/bin',
      OPENOBD_PARTNER_CLIENT_ID: clientId,
      OPENOBD_PARTNER_CLIENT_SECRET: clientSecret,
    })
    expect(clientSecret.length).toBeGreaterThanOrEqual(43)
    expect(secrets).toEqual([clientSecret])
  })

  it('has new credentials at every launch', async () => {
    const { engine, started, child } = setUpEngine()
    for (let n = 0; n < 2; n += 1) {
      const starting = engine.start()
      child()?.print(readyLine)
      await starting
      child()?.exit(1)
      await Promise.resolve()
    }
    expect(started[0]?.environment).not.toEqual(started[1]?.environment)
  })

  it('is started once for calls at the same time', async () => {
    const { engine, children, child } = setUpEngine()
    const both = [engine.start(), engine.start()]
    child()?.print(readyLine)
    await Promise.all(both)
    await engine.start()
    expect(children).toHaveLength(1)
  })

  it.each([
    ['something else than JSON', 'Debugger listening'],
    ['JSON of another kind', '{"event":"starting"}'],
    ['a host that is not loopback', readyLine.replace('127.0.0.1', '192.168.0.7')],
    ['an invalid port', readyLine.replace('50051', '70000')],
    ['an empty line', ''],
  ])('has failed when its first line is %s', async (_name, line) => {
    const { engine, child } = setUpEngine()
    const starting = engine.start()
    child()?.print(line)
    expect(await starting).toMatchObject({ failure: { code: 'engine-failed', nextAction: 'restart-engine' } })
    expect(child()?.killed).toBe(1)
  })

  // @proves Bad input: Engine dies at start or in a session
  it('has failed when it ends first; its last error lines are the detail', async () => {
    const { engine, child, deaths } = setUpEngine()
    const starting = engine.start()
    child()?.complain('cars/volt.yaml:7:3: identification.vin has to have 17 characters')
    child()?.complain('{"level":50,"msg":"goodbye"}')
    child()?.exit(1)
    expect(await starting).toMatchObject({
      failure: { detail: 'cars/volt.yaml:7:3: identification.vin has to have 17 characters' },
    })
    expect(deaths()).toBe(0)
  })

  it('has failed when it prints nothing for 20 s', async () => {
    const { engine, child } = setUpEngine()
    const starting = engine.start()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(await starting).toMatchObject({ failure: { code: 'engine-failed' } })
    expect(child()?.killed).toBe(1)
  })

  it('can be started again after it failed', async () => {
    const { engine, child } = setUpEngine()
    const first = engine.start()
    child()?.exit(1)
    await first
    const second = engine.start()
    child()?.print(readyLine)
    expect(await second).toMatchObject({ ok: true })
  })

  it('reports once when it ends by itself', async () => {
    const { engine, child, deaths } = setUpEngine()
    const starting = engine.start()
    child()?.print(readyLine)
    await starting
    child()?.exit(139)
    await vi.advanceTimersByTimeAsync(0)
    expect(deaths()).toBe(1)
  })

  it('is asked to stop, and this end is not reported', async () => {
    const { engine, child, deaths } = setUpEngine()
    const starting = engine.start()
    child()?.print(readyLine)
    await starting
    const fake = child()
    if (fake) fake.onPost = () => fake.exit(0)
    await engine.stop()
    expect(fake?.posted).toEqual([{ type: 'stop' }])
    expect(fake?.killed).toBe(0)
    expect(deaths()).toBe(0)
  })

  it('is killed when it does not stop within 2.5 s', async () => {
    const { engine, child } = setUpEngine()
    const starting = engine.start()
    child()?.print(readyLine)
    await starting
    const stopping = engine.stop()
    await vi.advanceTimersByTimeAsync(2_500)
    await stopping
    expect(child()?.killed).toBe(1)
  })

  it('is killed at once when it is stopped while it starts', async () => {
    const { engine, child } = setUpEngine()
    const starting = engine.start()
    await engine.stop()
    expect(child()?.killed).toBeGreaterThan(0)
    expect(await starting).toMatchObject({ ok: false })
  })
})

const functions: FunctionInfo[] = [{ id: 'f', name: 'F', version: '1', description: '' }]

function setUpHost() {
  const spawner = fakeSpawner()
  const log: string[] = []
  const host = new FunctionHostProcess({
    spawn: spawner.spawn,
    file: '/app/functions/host.js',
    environment: {},
    logger: createLogger({ write: (line) => void log.push(line) }),
  })
  return { ...spawner, host, log, child: () => spawner.children.at(-1) }
}

const run = {
  type: 'run',
  runId: 'r1',
  functionId: 'f',
  endpoint: { host: '127.0.0.1', port: 1, secure: false },
  sessionToken: 'CANARY-token',
  language: 'en',
} as const

async function readyHost() {
  const bench = setUpHost()
  const listed = bench.host.functions()
  bench.child()?.say({ type: 'ready', functions })
  await listed
  const received: unknown[] = []
  bench.host.run(run, (message) => received.push(message))
  return { ...bench, received }
}

describe('the process of the function host', () => {
  it('is started once and lists its functions', async () => {
    const { host, children, child } = setUpHost()
    const both = [host.functions(), host.functions()]
    child()?.say({ type: 'ready', functions })
    expect(await Promise.all(both)).toEqual([functions, functions])
    expect(children).toHaveLength(1)
  })

  it('lists nothing when it ends or stays silent, and is started again by the next call', async () => {
    const { host, children, child } = setUpHost()
    const first = host.functions()
    child()?.exit(1)
    expect(await first).toBeUndefined()
    const second = host.functions()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(await second).toBeUndefined()
    const third = host.functions()
    child()?.say({ type: 'ready', functions })
    expect(await third).toEqual(functions)
    expect(children).toHaveLength(3)
  })

  it('is left alone once it has listed its functions, however long it runs', async () => {
    const { child } = await readyHost()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(child()?.killed).toBe(0)
  })

  it('delivers messages until the run has ended', async () => {
    const { child, received } = await readyHost()
    const ended = { type: 'ended', runId: 'r1', outcome: 'succeeded' }
    child()?.say({ type: 'started', runId: 'r1' })
    child()?.say(ended)
    child()?.say(ended)
    child()?.say({
      type: 'finding',
      runId: 'r1',
      subject: 'a',
      subjectKey: 'a',
      subjectKind: 'car',
      name: 'b',
      key: 'vin',
      value: 'c',
      outcome: 'value',
    })
    expect(received).toEqual([{ type: 'started', runId: 'r1' }, ended])
  })

  it.each([
    null,
    'text',
    { type: 'unknown' },
    { type: 'finding', runId: 'r1' },
    { type: 'ended', runId: 'r1', outcome: 'exploded' },
    { type: 'started', runId: 'another' },
  ])('is ignored when it sends %o', async (message) => {
    const { child, received, log } = await readyHost()
    child()?.say(message)
    expect(received).toEqual([])
    expect(log.join('')).not.toContain('CANARY')
  })

  it('gets newer tokens and stops only for a run that has not ended', async () => {
    const { host, child } = await readyHost()
    host.passToken('r1', 't2')
    host.stopRun('r1')
    child()?.say({ type: 'ended', runId: 'r1', outcome: 'stopped' })
    host.passToken('r1', 't3')
    host.stopRun('r1')
    expect(child()?.posted).toEqual([
      run,
      { type: 'sessionToken', runId: 'r1', token: 't2' },
      { type: 'stop', runId: 'r1' },
    ])
  })

  it('ends its runs as failed when it dies', async () => {
    const { child, received } = await readyHost()
    child()?.exit(139)
    await vi.advanceTimersByTimeAsync(0)
    expect(received).toEqual([{ type: 'ended', runId: 'r1', outcome: 'failed', failureCode: 'function-failed' }])
  })

  it('is asked to close and killed when it does not', async () => {
    const { host, child } = await readyHost()
    const stopping = host.stop()
    await vi.advanceTimersByTimeAsync(2_500)
    await stopping
    expect(child()?.posted.at(-1)).toEqual({ type: 'close' })
    expect(child()?.killed).toBe(1)
  })
})

describe('lineSplitter', () => {
  it('joins pieces into lines and drops a line that never ends', () => {
    const lines: string[] = []
    const push = lineSplitter((line) => lines.push(line))
    const text = Buffer.from('größe\r\nsecond\nthird')
    for (const byte of text) push(Buffer.of(byte))
    push('x'.repeat(100_000))
    push('\nnext\n')
    expect(lines).toEqual(['größe', 'second', '', 'next'])
  })
})
