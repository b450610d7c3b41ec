import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import { createLogger } from '../logging.ts'
import { type FakeChild, fakeSpawner } from '../testing/fake-child.ts'
import { lineSplitter } from './child.ts'
import { EmbeddedEngine } from './embedded-engine.ts'
import { FunctionHostProcess } from './function-host-process.ts'
import { GatewayProcess } from './gateway-process.ts'

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

function setUpEngine(more: Partial<ConstructorParameters<typeof EmbeddedEngine>[0]> = {}) {
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
    ...more,
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

  it('puts the car of a vehicle file on the simulator, where there is one', async () => {
    const { engine, started, child } = setUpEngine({ vehicleFile: () => '/cars/one.obdcar' })
    const starting = engine.start()
    child()?.print(readyLine)
    await starting
    expect(started[0]?.args).toEqual(['--port', '0', '--lab', '--vehicle', '/cars/one.obdcar'])
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

function setUpHost() {
  const spawner = fakeSpawner()
  const log: string[] = []
  const clock = new ManualClock()
  const host = new FunctionHostProcess({
    spawn: spawner.spawn,
    file: '/app/functions/host.js',
    environment: {},
    logger: createLogger({ write: (line) => void log.push(line) }),
    clock,
    random: () => 0,
  })
  return { ...spawner, host, log, clock, child: () => spawner.children.at(-1) }
}

const credentials = { clientId: 'near', clientSecret: 'CANARY-near', clusterId: '001' }
const offer = { host: '127.0.0.1', port: 7, credentials }

describe('the process of the function host', () => {
  it('is started with the first offer and gets each newer one', () => {
    const { host, children, child } = setUpHost()
    expect(children).toHaveLength(0)
    host.offer(offer)
    host.offer({ ...offer, port: 8 })
    expect(children).toHaveLength(1)
    expect(child()?.posted).toEqual([
      { type: 'offer', ...offer },
      { type: 'offer', ...offer, port: 8 },
    ])
  })

  it('is started again when it dies, after the gateway has given it up and later each time it dies at once, with the newest offer', async () => {
    const { host, children, child, clock, log } = setUpHost()
    host.offer(offer)
    child()?.exit(139)
    await vi.advanceTimersByTimeAsync(0)
    clock.advance(2_999)
    expect(children).toHaveLength(1)
    clock.advance(1)
    expect(children).toHaveLength(2)
    expect(child()?.posted).toEqual([{ type: 'offer', ...offer }])
    child()?.exit(139)
    await vi.advanceTimersByTimeAsync(0)
    clock.advance(3_050)
    expect(children).toHaveLength(2)
    clock.advance(50)
    expect(children).toHaveLength(3)
    expect(log.join('')).not.toContain('CANARY')
  })

  it('is asked to close, killed when it does not, and stays away', async () => {
    const { host, children, child, clock } = setUpHost()
    host.offer(offer)
    const stopping = host.stop()
    await vi.advanceTimersByTimeAsync(2_500)
    await stopping
    expect(child()?.posted.at(-1)).toEqual({ type: 'close' })
    expect(child()?.killed).toBe(1)
    clock.advance(60_000)
    expect(children).toHaveLength(1)
  })
})

const serve = {
  type: 'serve',
  endpoint: { host: 'openobd.example.org', port: 443, secure: true },
  credentials: { clientId: 'c', clientSecret: 'CANARY-far', clusterId: '001' },
  route: {},
} as const

function setUpGateway() {
  const spawner = fakeSpawner()
  const log: string[] = []
  const reports: unknown[] = []
  let deaths = 0
  const gateway = new GatewayProcess(
    {
      spawn: spawner.spawn,
      file: '/app/gateway/process.js',
      environment: {},
      logger: createLogger({ write: (line) => void log.push(line) }),
      onReport: (report) => void reports.push(report),
      onDied: () => {
        deaths += 1
      },
    },
    serve,
  )
  const [child] = spawner.children
  if (!child) throw new Error('no child')
  return { gateway, child, log, reports, deaths: () => deaths, started: spawner.started }
}

describe('the process of the gateway', () => {
  it('gets the server over its port only, and is ready when it says so', async () => {
    const { gateway, child, started } = setUpGateway()
    expect(started[0]).toMatchObject({ args: [], environment: {} })
    expect(child.posted).toEqual([serve])
    child.say({ type: 'ready', host: '127.0.0.1', port: 9, credentials })
    expect(await gateway.ready).toMatchObject({ port: 9, credentials })
  })

  it.each([
    ['says that it cannot', (child: FakeChild) => child.say({ type: 'failed', reason: 'no port' })],
    ['ends', (child: FakeChild) => child.exit(1)],
    ['stays silent', () => undefined],
  ])('is not ready when it %s', async (_what, act) => {
    const { gateway, child } = setUpGateway()
    act(child)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(await gateway.ready).toBeUndefined()
  })

  it('gets messages that have no answer as they are', () => {
    const { gateway, child } = setUpGateway()
    const message = { type: 'session-over', sessionId: 's' } as never
    gateway.post(message)
    expect(child.posted).toEqual([serve, message])
  })

  it('answers each request once, in any order, and reports the rest', async () => {
    const { gateway, child, reports } = setUpGateway()
    const first = gateway.request({ type: 'stop', sessionId: 's', contextId: 'a' })
    const second = gateway.request({ type: 'answer', answer: 'AA==' })
    child.say({ type: 'done', request: 2, isOk: true, outcome: 'ANSWER_ACCEPTED' })
    child.say({ type: 'context-ended', sessionId: 's', contextId: 'a' })
    child.say({ type: 'done', request: 1, isOk: false, detail: 'gone' })
    expect(await second).toMatchObject({ isOk: true, outcome: 'ANSWER_ACCEPTED' })
    expect(await first).toMatchObject({ isOk: false, detail: 'gone' })
    expect(reports).toEqual([{ type: 'context-ended', sessionId: 's', contextId: 'a' }])
  })

  it('fails what waits for it when it dies, and says so once', async () => {
    const { gateway, child, deaths } = setUpGateway()
    const request = gateway.request({ type: 'stop', sessionId: 's', contextId: 'a' })
    child.exit(139)
    expect(await request).toMatchObject({ isOk: false })
    expect(deaths()).toBe(1)
  })

  it.each([null, 'text', { type: 'unknown' }, { type: 'token', sessionId: 's' }, { type: 'done' }])(
    'is ignored when it sends %o, and nothing of it is logged',
    (message) => {
      const { child, reports, log } = setUpGateway()
      child.say(typeof message === 'object' && message ? { ...message, value: 'CANARY-token' } : message)
      expect(reports).toEqual([])
      expect(log.join('')).not.toContain('CANARY')
    },
  )

  it('is asked to stop and killed when it does not', async () => {
    const { gateway, child, deaths } = setUpGateway()
    const stopping = gateway.stop()
    await vi.advanceTimersByTimeAsync(2_500)
    await stopping
    expect(child.posted.at(-1)).toEqual({ type: 'stop-process' })
    expect([child.killed, deaths()]).toEqual([1, 0])
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
