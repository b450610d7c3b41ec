import { describe, expect, it, vi } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { UpdateView } from '../../shared/update.ts'
import { UpdateRefused } from './update-refused.ts'
import { checkTimes, Updates } from './updates.ts'

function setUp(endsApplication = false) {
  const clock = new ManualClock()
  const world = { isJobOpen: false, views: [] as UpdateView[], quits: 0 }
  const updater = {
    endsApplication,
    check: vi.fn<() => Promise<string | undefined>>(() => Promise.resolve('0.2.0')),
    download: vi.fn((onPercent: (percent: number) => void) => Promise.resolve(onPercent(50))),
    cancel: vi.fn(),
    install: vi.fn(),
  }
  const updates = new Updates({
    updater,
    clock,
    logger: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
    isJobOpen: () => world.isJobOpen,
    publish: (view) => world.views.push(view),
    quit: () => {
      world.quits += 1
    },
  })
  return { clock, updates, updater, world, shown: () => world.views.at(-1) }
}

async function readyToInstall(endsApplication = false) {
  const made = setUp(endsApplication)
  await made.updates.check()
  await made.updates.download()
  expect(made.shown()).toMatchObject({ status: 'ready', version: '0.2.0' })
  return made
}

describe('the look for updates by itself', () => {
  it('comes a minute after the start and then once a day', async () => {
    const { clock, updates, updater } = setUp()
    updates.start()
    await clock.advanceAsync(checkTimes.firstMs - 1)
    expect(updater.check).not.toHaveBeenCalled()
    await clock.advanceAsync(1)
    expect(updater.check).toHaveBeenCalledTimes(1)
    await clock.advanceAsync(checkTimes.everyMs - checkTimes.lookMs)
    expect(updater.check).toHaveBeenCalledTimes(1)
    await clock.advanceAsync(2 * checkTimes.lookMs)
    expect(updater.check).toHaveBeenCalledTimes(2)
  })

  it('says nothing when there is no internet, and is tried again', async () => {
    const { clock, updates, updater, world } = setUp()
    updater.check.mockRejectedValue(Object.assign(new Error(), { code: 'ENOTFOUND' }))
    updates.start()
    await clock.advanceAsync(checkTimes.firstMs + checkTimes.lookMs)
    expect(updater.check).toHaveBeenCalledTimes(2)
    expect(world.views.filter(({ failure }) => failure)).toEqual([])
  })

  // @proves Delivery: No update is looked for, fetched or installed while a job is open, however long
  it('waits for the end of a job, however long it takes', async () => {
    const { clock, updates, updater, world } = setUp()
    world.isJobOpen = true
    updates.start()
    await clock.advanceAsync(30 * checkTimes.everyMs)
    expect(updater.check).not.toHaveBeenCalled()
    world.isJobOpen = false
    await clock.advanceAsync(checkTimes.lookMs)
    expect(updater.check).toHaveBeenCalledTimes(1)
  })

  it('fetches nothing by itself', async () => {
    const { clock, updates, updater, shown } = setUp()
    updates.start()
    await clock.advanceAsync(3 * checkTimes.everyMs)
    expect(shown()).toMatchObject({ status: 'available', version: '0.2.0' })
    expect(updater.download).not.toHaveBeenCalled()
  })

  it('ends with the application', async () => {
    const { clock, updates, updater } = setUp()
    updates.start()
    updates.stop()
    await clock.advanceAsync(3 * checkTimes.everyMs)
    expect(updater.check).not.toHaveBeenCalled()
  })
})

describe('what is shown', () => {
  it('is each step, with the version and the time of the look', async () => {
    const { clock, updates, updater, world } = setUp()
    let report: (percent: number) => void = () => undefined
    updater.download.mockImplementationOnce((onPercent) => {
      report = onPercent
      return Promise.resolve(onPercent(50))
    })
    updates.start()
    await clock.advanceAsync(checkTimes.firstMs)
    const offered = { version: '0.2.0', checkedAt: clock.wallMs() }
    expect(await updates.download()).toEqual({ ok: true, value: null })
    report(99)
    expect(await updates.install()).toEqual({ ok: true, value: null })
    expect(world.views).toEqual([
      { status: 'idle' },
      { status: 'checking' },
      { status: 'available', ...offered },
      { status: 'downloading', ...offered, percent: 0 },
      { status: 'downloading', ...offered, percent: 50 },
      { status: 'ready', ...offered },
      { status: 'installing', ...offered },
    ])
  })

  it('is the failure of a look that a person asked for, and the time of the look before', async () => {
    const { clock, updates, updater, world } = setUp()
    updater.check.mockResolvedValueOnce(undefined)
    expect(await updates.check()).toEqual({ ok: true, value: null })
    const checkedAt = clock.wallMs()
    await clock.advanceAsync(1_000)
    updater.check.mockRejectedValueOnce(new UpdateRefused('stale'))
    const failure = expect.objectContaining({ code: 'update-stale' })
    expect(await updates.check()).toEqual({ ok: false, failure })
    expect(world.views).toEqual([
      { status: 'checking' },
      { status: 'idle', checkedAt },
      { status: 'checking', checkedAt },
      { status: 'idle', checkedAt, failure },
    ])
  })

  it('is no failure when a download gave way to a job', async () => {
    const { updates, updater, world, shown } = setUp()
    await updates.check()
    updater.download.mockImplementationOnce(async () => {
      updates.jobsChanged()
      expect(updater.cancel).not.toHaveBeenCalled()
      world.isJobOpen = true
      updates.jobsChanged()
      throw new Error('cancelled')
    })
    expect(await updates.download()).toMatchObject({ failure: { code: 'update-job-open' } })
    expect(updater.cancel).toHaveBeenCalledTimes(1)
    expect(shown()).toEqual({ status: 'available', version: '0.2.0', checkedAt: expect.any(Number) })
    vi.clearAllMocks()
    updates.jobsChanged()
    expect(updater.cancel).not.toHaveBeenCalled()
  })
})

describe('a job that is open', () => {
  // @proves Delivery: No update is looked for, fetched or installed while a job is open, however long
  it.each(['check', 'download', 'install'] as const)('refuses %s with a sentence', async (name) => {
    const { updates, updater, world } = await readyToInstall()
    vi.clearAllMocks()
    world.isJobOpen = true
    expect(await updates[name]()).toMatchObject({ failure: { code: 'update-job-open' } })
    for (const call of [updater.check, updater.download, updater.install]) expect(call).not.toHaveBeenCalled()
    expect(world.quits).toBe(0)
  })

  it('and is left open on quitting is not replaced under a person’s hands', async () => {
    const { updates, updater, world } = await readyToInstall()
    await updates.install()
    world.isJobOpen = true
    updates.ended()
    expect(updater.install).not.toHaveBeenCalled()
  })

  it('does not end a download of a job that is over', async () => {
    const { updates, updater } = setUp()
    updates.jobsChanged()
    expect(updater.cancel).not.toHaveBeenCalled()
  })
})

describe('an installation', () => {
  it('comes after everything has ended', async () => {
    const { updates, updater, world } = await readyToInstall()
    await updates.install()
    expect([world.quits, updater.install.mock.calls.length]).toEqual([1, 0])
    updates.ended()
    expect(updater.install).toHaveBeenCalledTimes(1)
  })

  it('never happens on quitting when nobody agreed', async () => {
    const { updates, updater } = await readyToInstall()
    updates.ended()
    expect(updater.install).not.toHaveBeenCalled()
  })

  it('is begun at once where the system ends the application itself', async () => {
    const { updates, updater, world } = await readyToInstall(true)
    await updates.install()
    updates.ended()
    expect([world.quits, updater.install.mock.calls.length]).toEqual([0, 1])
  })

  it.each([
    ['EBUSY', 'update-not-installed'],
    ['ENOSPC', 'disk-full'],
    ['ENOENT', 'update-not-installed'],
  ])('that fails with %s says so, and can be tried again', async (code, expected) => {
    const { updates, updater, shown } = await readyToInstall(true)
    updater.install.mockImplementationOnce(() => {
      throw Object.assign(new Error(), { code })
    })
    expect(await updates.install()).toMatchObject({ failure: { code: expected } })
    expect(shown()).toMatchObject({ status: 'available', version: '0.2.0', failure: { code: expected } })
    expect(await updates.download()).toMatchObject({ ok: true })
    expect(await updates.install()).toMatchObject({ ok: true })
  })
})

describe('a request out of turn', () => {
  it('is refused', async () => {
    const { updates } = setUp()
    expect(await updates.download()).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(await updates.install()).toMatchObject({ failure: { code: 'not-allowed-now' } })
    const made = await readyToInstall()
    expect(await made.updates.check()).toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(await made.updates.download()).toMatchObject({ failure: { code: 'not-allowed-now' } })
  })
})

describe('a download that fails', () => {
  it.each([
    [new UpdateRefused('damaged'), 'update-damaged'],
    [Object.assign(new Error(), { code: 'ERR_UPDATER_INVALID_SIGNATURE' }), 'update-not-signed'],
    [Object.assign(new Error(), { code: 'ENOSPC' }), 'disk-full'],
    [new Error('net::ERR_INTERNET_DISCONNECTED'), 'update-unreachable'],
    [undefined, 'update-unreachable'],
  ])('is told (%#)', async (error, expected) => {
    const { updates, updater, shown } = setUp()
    await updates.check()
    updater.download.mockRejectedValueOnce(error)
    expect(await updates.download()).toMatchObject({ failure: { code: expected } })
    expect(shown()).toMatchObject({ status: 'available', version: '0.2.0', failure: { code: expected } })
  })
})
