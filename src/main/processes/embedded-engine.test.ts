import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLogger } from '../logging.ts'
import { fakeSpawner } from '../testing/fake-child.ts'
import { EmbeddedEngine, type EmbeddedEngineOptions } from './embedded-engine.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const ready = (more: object = {}) =>
  JSON.stringify({ event: 'ready', host: '127.0.0.1', port: 5, clusterId: '001', ...more })

function setUp(more: Partial<EmbeddedEngineOptions> = {}) {
  const spawner = fakeSpawner()
  const log: string[] = []
  const secrets: string[] = []
  const ports: number[] = []
  const deaths: number[] = []
  const engine = new EmbeddedEngine({
    spawn: spawner.spawn,
    file: '/app/engine/cli.js',
    extraArguments: [],
    environment: {},
    logger: createLogger({ write: (line) => void log.push(line) }),
    onSecret: (secret) => void secrets.push(secret),
    onReady: (port) => void ports.push(port),
    onDied: () => void deaths.push(1),
    ...more,
  })
  const child = () => {
    const last = spawner.children.at(-1)
    if (!last) throw new Error('no child')
    return last
  }
  const started = async () => {
    const starting = engine.start()
    child().print(ready())
    return starting
  }
  return { ...spawner, engine, log, secrets, ports, deaths, child, started, starts: spawner.started }
}

describe('the start of the embedded engine', () => {
  it('is that of the program under its name', async () => {
    const { started, starts } = setUp()
    await started()
    expect(starts[0]).toMatchObject({ file: '/app/engine/cli.js', name: 'openOBD engine' })
  })

  it('uses given credentials, which are a secret all the same', async () => {
    const credentials = { clientId: 'given', clientSecret: 'CANARY-given' }
    const { started, starts, secrets } = setUp({ credentials })
    expect(await started()).toEqual({
      ok: true,
      value: { host: '127.0.0.1', port: 5, clusterId: '001', ...credentials },
    })
    expect(starts[0]?.environment).toEqual({
      OPENOBD_PARTNER_CLIENT_ID: 'given',
      OPENOBD_PARTNER_CLIENT_SECRET: 'CANARY-given',
    })
    expect(secrets).toEqual(['CANARY-given'])
  })

  it('makes random credentials that no other start has', async () => {
    const first = await setUp().started()
    if (!first.ok) throw new Error(first.failure.code)
    expect(first.value.clientId).toMatch(/^[0-9a-f]{24}$/)
    expect(first.value.clientSecret).toMatch(/^[\w-]{43}$/)
  })

  it('announces the port once it is ready, and not when it fails', async () => {
    const { started, ports, engine, child } = setUp()
    await started()
    await engine.start()
    expect(ports).toEqual([5])
    child().exit(1)
    await vi.advanceTimersByTimeAsync(0)
    const again = engine.start()
    child().exit(1)
    expect(await again).toMatchObject({ ok: false })
    expect(ports).toEqual([5])
  })

  it.each([
    ['IPv6 loopback', ready({ host: '::1' }), true],
    ['the first port', ready({ port: 1 }), true],
    ['the last port', ready({ port: 65_535 }), true],
    ['no port', ready({ port: 0 }), false],
    ['half a port', ready({ port: 1.5 }), false],
    ['no cluster', ready({ clusterId: '' }), false],
    ['another event', ready({ event: 'started' }), false],
  ])('takes a first line with %s: %s', async (_title, line, isOk) => {
    const { engine, child } = setUp()
    const starting = engine.start()
    child().print(line)
    expect((await starting).ok).toBe(isOk)
  })

  it('leaves no timer behind, whatever its end', async () => {
    const good = setUp()
    await good.started()
    expect(vi.getTimerCount()).toBe(0)
    const bad = setUp()
    const failing = bad.engine.start()
    bad.child().exit(1)
    await failing
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that fails names the last line that a person can read, of the last five', async () => {
    const { engine, child, log } = setUp()
    const starting = engine.start()
    for (const line of ['too old', 'one', 'two', 'the reason', '{"level":50}', '']) child().complain(line)
    child().exit(1)
    expect(await starting).toMatchObject({ failure: { code: 'engine-failed', detail: 'the reason' } })
    expect(log.join('')).not.toContain('too old')
    expect(log.join('')).toContain('one | two | the reason')
  })

  it('that fails without such a line has no detail', async () => {
    const { engine, child } = setUp()
    const starting = engine.start()
    child().complain('{"level":50}')
    child().complain('')
    child().exit(1)
    const outcome = await starting
    expect(!outcome.ok && 'detail' in outcome.failure).toBe(false)
  })

  it('waits 20 s for the first line and no shorter', async () => {
    const { engine, child } = setUp()
    const starting = engine.start()
    await vi.advanceTimersByTimeAsync(19_999)
    expect(child().killed).toBe(0)
    await vi.advanceTimersByTimeAsync(1)
    expect([(await starting).ok, child().killed]).toEqual([false, 1])
  })
})

describe('the end of the embedded engine', () => {
  it('by itself is logged with its code and its last lines, and a later start begins anew', async () => {
    const { started, child, log, deaths, children, engine } = setUp()
    await started()
    child().complain('out of memory')
    child().exit(134)
    await vi.advanceTimersByTimeAsync(0)
    expect(deaths).toHaveLength(1)
    expect(log.join('')).toMatch(/"exitCode":134.*out of memory|out of memory.*"exitCode":134/)
    void engine.start()
    expect(children).toHaveLength(2)
  })

  it('without a code is logged as -1', async () => {
    const { started, child, log } = setUp()
    await started()
    child().exit(null)
    await vi.advanceTimersByTimeAsync(0)
    expect(log.join('')).toContain('"exitCode":-1')
  })

  it('that was asked for is waited for and not reported, and afterwards an end by itself is', async () => {
    const { started, child, engine, deaths, log } = setUp()
    await started()
    child().onPost = () => child().exit(0)
    await engine.stop()
    expect([deaths, log]).toEqual([[], []])
    await started()
    child().exit(1)
    await vi.advanceTimersByTimeAsync(0)
    expect(deaths).toHaveLength(1)
  })

  it('of an older engine changes nothing of the present one', async () => {
    const { started, children, engine, deaths } = setUp()
    await started()
    const [old] = children
    const stopping = engine.stop()
    await vi.advanceTimersByTimeAsync(2_500)
    await stopping
    await started()
    old?.exit(1)
    await vi.advanceTimersByTimeAsync(0)
    expect([deaths, (await engine.start()).ok, children.length]).toEqual([[], true, 2])
  })

  it('is nothing to wait for when no engine runs', async () => {
    await setUp().engine.stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})
