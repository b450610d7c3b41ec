import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { languages } from '../shared/app-state.ts'
import { fail, succeeded } from '../shared/outcome.ts'
import { openedFile, openVehicleFile } from './opened-file.ts'
import { type RunningBackend, startBackend } from './testing/running-backend.ts'

const folder = mkdtempSync(join(tmpdir(), 'opened ä-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the arguments of a start', () => {
  // @proves Security: A31 the arguments of a start can name one vehicle file and nothing else
  it.each([
    [['/opt/app'], undefined],
    [['/opt/app', '/cars/one.obdcar'], '/cars/one.obdcar'],
    [['/opt/app', 'one.OBDCAR'], '/home/anna/one.OBDCAR'],
    [['/opt/app', 'a.obdcar', 'b.obdcar'], '/home/anna/b.obdcar'],
    [['/opt/app', '--vehicle=/x.obdcar'], undefined],
    [['/opt/app', '-x.obdcar'], undefined],
    [['/opt/app', 'car.obdcar; rm -rf ~'], undefined],
    [['/opt/app', 'car.yaml', 'https://evil.example/car.yaml', 'openobd://token'], undefined],
    [['/opt/app', 'a\0.obdcar'], undefined],
    [['/opt/app', `${'x'.repeat(5000)}.obdcar`], undefined],
  ])('%j name %s', (args, expected) => expect(openedFile(args, '/home/anna')).toBe(expected))

  it('of any kind name nothing but a vehicle file', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 })), (args) => {
        const found = openedFile(args, '/home/anna')
        return found === undefined || /^\/.*\.obdcar$/is.test(found)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('a vehicle file', () => {
  function setUp(answer = 0) {
    const simulator = {
      isInUse: vi.fn(() => false),
      check: vi.fn(() => Promise.resolve(succeeded(null))),
      use: vi.fn(() => Promise.resolve(succeeded(null))),
    }
    const show = vi.fn((_question: { message: string; detail?: string }) => Promise.resolve({ response: answer }))
    return { simulator, show, open: () => openVehicleFile('/cars/one.obdcar', simulator as never, 'en', show) }
  }

  it('is used after a person agreed', async () => {
    const { simulator, show, open } = setUp()
    await open()
    expect(show.mock.calls[0]?.[0].message).toBe('Use the car of “one.obdcar” on the simulator?')
    expect(simulator.use).toHaveBeenCalledExactlyOnceWith('/cars/one.obdcar')
    expect(show).toHaveBeenCalledTimes(1)
  })

  it('changes nothing when nobody agreed', async () => {
    const { simulator, open } = setUp(1)
    await open()
    expect(simulator.use).not.toHaveBeenCalled()
  })

  it.each([1, 2])('is refused with a sentence while a job is open on the simulator (look %i)', async (look) => {
    const { simulator, show, open } = setUp()
    simulator.isInUse.mockReturnValue(true)
    if (look === 2) simulator.isInUse.mockReturnValueOnce(false)
    await open()
    expect(show.mock.lastCall?.[0].message).toContain('a job is open on the simulator')
    expect(simulator.use).not.toHaveBeenCalled()
  })

  it('that is wrong is refused with the place of the mistake, without its folder', async () => {
    const { simulator, show, open } = setUp()
    simulator.check.mockResolvedValue(
      fail('engine-failed', { detail: '/cars/one.obdcar:2:6: vin is too short' }) as never,
    )
    await open()
    expect(show).toHaveBeenCalledTimes(1)
    expect(show.mock.calls[0]?.[0]).toMatchObject({ detail: 'one.obdcar:2:6: vin is too short' })
    expect(show.mock.calls[0]?.[0].message).toContain('cannot be used')
  })

  it('is refused, not fatal, when something breaks', async () => {
    const { simulator, show, open } = setUp()
    simulator.check.mockRejectedValue(new Error('broken'))
    await open()
    expect(show.mock.calls[0]?.[0].message).toContain('cannot be used')
  })

  it.each(languages)('is asked about in %s', async (language) => {
    const { simulator, show } = setUp()
    await openVehicleFile('/cars/one.obdcar', simulator as never, language, show)
    expect(show.mock.calls[0]?.[0].message).toContain('one.obdcar')
  })
})

describe('the simulator of the application', () => {
  const running: RunningBackend[] = []
  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ backend }) => backend.stop()))
  })
  const launch = () => {
    const bench = startBackend()
    running.push(bench)
    return bench
  }
  const ready = (bench: RunningBackend) =>
    bench.until(({ endpoint, tickets }) => endpoint.status === 'ready' && tickets.length > 0)

  // @proves Delivery: A vehicle file that the system opens is put on the simulator; a wrong one is refused with its place
  it('puts the car of a file on its first adapter, and refuses a wrong file without being touched', async () => {
    const bench = launch()
    await ready(bench)
    const good = join(folder, 'mine.obdcar')
    copyFileSync(join(import.meta.dirname, '../../vehicles/vinterberg-aurora.yaml'), good)
    const { simulator } = bench.backend
    if (!simulator) throw new Error('no simulator')
    const wrong = join(folder, 'wrong.obdcar')
    writeFileSync(wrong, 'name: Test\nvin: 4\n')
    expect(await simulator.check(wrong)).toMatchObject({
      failure: { detail: expect.stringMatching(/wrong\.obdcar:\d+:\d+: /) },
    })
    expect(await simulator.check(join(folder, 'gone.obdcar'))).toMatchObject({ ok: false })
    expect(bench.publisher.state.endpoint.status).toBe('ready')
    expect(await simulator.check(good)).toEqual(succeeded(null))
    const before = bench.publisher.state.connectors[0]?.vehicleName
    expect(await simulator.use(good)).toEqual(succeeded(null))
    const after = await bench.until(({ connectors }) => connectors[0] && connectors[0].vehicleName !== before)
    expect(after.connectors[0]?.vehicleName).toContain('Aurora')
  })

  it('says that it is in use while a job is open on it', async () => {
    const bench = launch()
    const { tickets } = await ready(bench)
    expect(bench.backend.simulator?.isInUse()).toBe(false)
    await bench.handlers.startSession({ target: { kind: 'ticket', number: tickets[0]?.number ?? '' } })
    expect(bench.backend.simulator?.isInUse()).toBe(true)
  })
})
