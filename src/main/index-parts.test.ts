import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { JournalOptions } from './jobs/journal/journal.ts'
import { tileIn } from './testing/job-tile.ts'
import { type Fake, launchBackend, names } from './testing/launch-entry.ts'
import type { CreateUpdatesOptions } from './updates/create-updates.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the updates of the application', () => {
  const control = { jobsChanged: vi.fn(), ended: vi.fn() }
  const createUpdates = vi.fn((_options: CreateUpdatesOptions) => Promise.resolve(control))
  beforeEach(() => {
    vi.clearAllMocks()
    vi.doMock('./updates/create-updates.ts', () => ({ createUpdates }))
    return () => vi.doUnmock('./updates/create-updates.ts')
  })
  const start = async () => {
    const launched = await launchBackend()
    const [given] = createUpdates.mock.lastCall ?? []
    if (!given) throw new Error('no updates')
    return { ...launched, given }
  }

  it('know the installation', async () => {
    const { given, options } = await start()
    expect(options.updates).toBe(control)
    expect(given).toMatchObject({
      platform: process.platform,
      isPackaged: false,
      version: '0.0.0',
      file: join(import.meta.dirname, '../updates.json'),
      presetFeed: undefined,
      environment: process.env,
    })
  })

  it('follow the jobs: one that is open counts, one that has ended does not', async () => {
    const { given, options } = await start()
    expect(given.isJobOpen()).toBe(false)
    options.publisher.set('jobs', [tileIn('ended')])
    expect(given.isJobOpen()).toBe(false)
    expect(control.jobsChanged).toHaveBeenCalledTimes(1)
    options.publisher.set('jobs', [tileIn('ended'), tileIn('active')])
    expect(given.isJobOpen()).toBe(true)
    expect(control.jobsChanged).toHaveBeenCalledTimes(2)
  })

  it('are shown, can end the application, and learn of its end', async () => {
    const { fake, given, options } = await start()
    given.publish({ status: 'ready', version: '9.9.9' })
    expect(options.publisher.state.update).toEqual({ status: 'ready', version: '9.9.9' })
    given.quit()
    expect(names(fake).at(-1)).toBe('app.quit')
    expect(control.ended).not.toHaveBeenCalled()
    fake.electron.app.emit('quit')
    expect(control.ended).toHaveBeenCalledTimes(1)
  })
})

describe('the journal of the application', () => {
  it('is in the folder of the profile, and its troubles are shown', async () => {
    const made = vi.fn()
    vi.doMock('./jobs/journal/journal.ts', () => ({
      Journal: class {
        constructor(options: JournalOptions) {
          made(options)
        }
      },
    }))
    vi.doMock('./jobs/journal/journal-thread.ts', () => ({ journalInWorker: (options: object) => options }))
    const { fake, options } = await launchBackend()
    vi.doUnmock('./jobs/journal/journal.ts')
    vi.doUnmock('./jobs/journal/journal-thread.ts')
    const [given] = made.mock.lastCall as [JournalOptions]
    expect(given.thread).toMatchObject({ file: join(import.meta.dirname, 'journal-worker.js'), folder: fake.userData })
    given.onView({ trouble: 'disk-full', since: 1 })
    expect(options.publisher.state.journal).toEqual({ trouble: 'disk-full', since: 1 })
  })
})

describe('the demonstration', () => {
  const demonstrate = vi.fn()
  const withArgument = async (prepare?: (electron: Fake['electron']) => void) => {
    vi.doMock('./demonstration.ts', () => ({ demonstrate }))
    const [argv, exitCode] = [process.argv, process.exitCode]
    process.argv = ['workbench', '--demo']
    try {
      const launched = await launchBackend((electron) => {
        electron.app.isPackaged = true
        prepare?.(electron)
      })
      await vi.waitFor(() => expect(names(launched.fake)).toContain('app.quit'))
      return { ...launched, exitCode: process.exitCode }
    } finally {
      process.argv = argv
      process.exitCode = exitCode
      vi.doUnmock('./demonstration.ts')
    }
  }

  it.each([
    [true, 0],
    [false, 1],
  ])('ends the application, with an exit code that says whether all of it worked (%s)', async (hasWorked, expected) => {
    demonstrate.mockReset().mockResolvedValue(hasWorked)
    const { options, exitCode } = await withArgument()
    expect(exitCode).toBe(expected)
    const [given] = demonstrate.mock.lastCall as [
      { state: () => unknown; say: (line: string) => void; handlers: object; clock: object },
    ]
    expect(given.state()).toBe(options.publisher.state)
    expect(given.clock).toBe(options.clock)
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    given.say('a line')
    expect(write).toHaveBeenCalledExactlyOnceWith('a line\n')
  })

  it('has a profile of its own, which is removed at the end', async () => {
    demonstrate.mockReset().mockResolvedValue(true)
    const profile = mkdtempSync(join(tmpdir(), 'kept-'))
    const { fake } = await withArgument(({ app }) => {
      app.getPath = () => profile
    })
    const [first] = fake.calls
    expect(first).toEqual({ name: 'app.setPath', args: ['userData', expect.stringContaining('workbench-demo-')] })
    expect(existsSync(profile)).toBe(true)
    fake.electron.app.emit('quit')
    expect(existsSync(profile)).toBe(false)
  })
})
