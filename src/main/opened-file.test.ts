import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { languages } from '../shared/languages.ts'
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

  it('name a file of up to 4096 characters', () => {
    const named = (length: number) => openedFile([`/${'x'.repeat(length - 8)}.obdcar`], '/home/anna')
    expect(named(4096)).toHaveLength(4096)
    expect(named(4097)).toBeUndefined()
  })

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
    const show = vi.fn((_question: { message: string; detail?: string; buttons: string[] }) =>
      Promise.resolve({ response: answer }),
    )
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

  it.each(languages)('is asked about in %s, and by default not used', async (language) => {
    const { simulator, show } = setUp()
    await openVehicleFile('/cars/one.obdcar', simulator as never, language, show)
    expect(show.mock.calls).toEqual([
      [
        {
          type: 'question',
          message: expect.stringMatching(/one\.obdcar.*\?$/),
          detail: expect.stringMatching(/.{50}/),
          buttons: [expect.stringMatching(/./), expect.stringMatching(/./)],
          defaultId: 1,
          cancelId: 1,
          noLink: true,
        },
      ],
    ])
  })

  it('is spoken of in each language with other words, and always by its name', async () => {
    const messages: string[] = []
    for (const language of languages) {
      const { simulator, show } = setUp()
      const open = () => openVehicleFile('/cars/one.obdcar', simulator as never, language, show)
      await open()
      simulator.check.mockResolvedValueOnce(fail('engine-failed') as never)
      await open()
      simulator.isInUse.mockReturnValue(true)
      await open()
      const shown = show.mock.calls.map(([question]) => question)
      expect(shown.slice(1)).toEqual(
        [1, 2].map(() => ({
          type: 'warning',
          message: expect.stringContaining('one.obdcar'),
          buttons: [expect.stringMatching(/./)],
        })),
      )
      messages.push(...shown.flatMap(({ message, detail, buttons }) => [message, detail ?? buttons[0] ?? '']))
    }
    expect(new Set(messages).size).toBe(5 * languages.length)
  })

  it('that breaks when it is used is refused with the first 500 characters of the reason', async () => {
    const { simulator, show, open } = setUp()
    simulator.use.mockResolvedValueOnce(fail('engine-failed', { detail: 'x'.repeat(600) }) as never)
    await open()
    expect(show.mock.lastCall?.[0]).toMatchObject({ type: 'warning', detail: 'x'.repeat(500) })
    show.mockRejectedValue(new Error('no display'))
    await expect(open()).resolves.toBeUndefined()
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
