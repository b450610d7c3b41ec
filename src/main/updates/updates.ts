import type { Clock } from '../../openobd/clock.ts'
import { fail, failed, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { UpdateView } from '../../shared/update.ts'
import type { Logger } from '../logging.ts'
import type { Updater } from './platform-updater.ts'
import { updateFailure } from './update-failure.ts'

/** When the feed is asked by itself: this long after the start, then again after each day, in ms. */
export const checkTimes = { firstMs: 60_000, everyMs: 24 * 60 * 60 * 1000, lookMs: 15 * 60 * 1000 } as const

/** Dependencies of the updates. */
export interface UpdatesOptions {
  readonly updater: Updater
  readonly clock: Clock
  readonly logger: Logger
  readonly isJobOpen: () => boolean
  readonly publish: (view: UpdateView) => void
  /** Starts to quit; `ended` is called when everything has stopped. */
  readonly quit: () => void
}

/**
 * Decides when an update is looked for, fetched and installed: never while a job is open, and fetched and installed only after a
 * person agreed. A look by itself that fails says nothing: without internet everything goes on.
 */
export class Updates {
  readonly #options: UpdatesOptions
  #view: UpdateView = { status: 'idle' }
  #isInstalling = false
  #stopTimer: () => void = () => undefined

  constructor(options: UpdatesOptions) {
    this.#options = options
  }

  /** Publishes the first view and looks for updates from now on. */
  start(): void {
    this.#show({ status: 'idle' })
    this.#lookAgainIn(checkTimes.firstMs)
  }

  stop(): void {
    this.#stopTimer()
  }

  /** A person asks for a look. */
  check(): Promise<Outcome<null>> {
    return this.#check(true)
  }

  /** A person agrees to fetch the version that is offered. */
  async download(): Promise<Outcome<null>> {
    const { updater, logger } = this.#options
    if (this.#options.isJobOpen()) return fail('update-job-open')
    if (this.#view.status !== 'available') return fail('not-allowed-now')
    const { version, checkedAt } = this.#view
    const offered = { version, checkedAt }
    this.#show({ status: 'downloading', ...offered, percent: 0 })
    try {
      await updater.download((percent) => {
        if (this.#view.status === 'downloading') this.#show({ status: 'downloading', ...offered, percent })
      })
      this.#show({ status: 'ready', ...offered })
      return succeeded(null)
    } catch (error) {
      // A job that was opened meanwhile is the reason, and no failure.
      const failure = this.#options.isJobOpen() ? undefined : updateFailure(error)
      if (failure) logger.warn('an update was not fetched', { code: failure.code })
      this.#show({ status: 'available', ...offered, ...(failure && { failure }) })
      return failure ? failed(failure) : fail('update-job-open')
    }
  }

  /** A person agrees to install what was fetched: the application ends, is replaced and starts again. */
  async install(): Promise<Outcome<null>> {
    if (this.#options.isJobOpen()) return fail('update-job-open')
    if (this.#view.status !== 'ready') return fail('not-allowed-now')
    const { version, checkedAt } = this.#view
    this.#show({ status: 'installing', version, checkedAt })
    this.#isInstalling = true
    if (this.#options.updater.endsApplication) return this.#installNow()
    this.#options.quit()
    return succeeded(null)
  }

  /** Everything has ended: the moment to install. Does nothing unless a person agreed, and not when a job was left open. */
  ended(): void {
    const { updater } = this.#options
    if (!this.#isInstalling || updater.endsApplication || this.#options.isJobOpen()) return
    this.#installNow()
  }

  /** Jobs changed: a download gives way to a job. */
  jobsChanged(): void {
    if (this.#view.status === 'downloading' && this.#options.isJobOpen()) this.#options.updater.cancel()
  }

  #installNow(): Outcome<null> {
    try {
      this.#options.updater.install()
      return succeeded(null)
    } catch (error) {
      const failure = updateFailure(error, 'update-not-installed')
      this.#options.logger.error('an update was not installed', { code: failure.code })
      this.#isInstalling = false
      this.#show({ ...this.#view, status: 'available', failure })
      return failed(failure)
    }
  }

  async #check(isAsked: boolean): Promise<Outcome<null>> {
    const { updater, clock, logger } = this.#options
    if (this.#options.isJobOpen()) return fail('update-job-open')
    if (this.#view.status !== 'idle' && this.#view.status !== 'available') return fail('not-allowed-now')
    const { checkedAt } = this.#view
    this.#show({ status: 'checking', checkedAt })
    try {
      const version = await updater.check()
      const found = version === undefined ? { status: 'idle' as const } : { status: 'available' as const, version }
      this.#show({ ...found, checkedAt: clock.wallMs() })
      return succeeded(null)
    } catch (error) {
      const failure = updateFailure(error)
      logger.info('no answer about updates that could be used', { code: failure.code })
      this.#show({ status: 'idle', checkedAt, ...(isAsked && { failure }) })
      return isAsked ? failed(failure) : succeeded(null)
    }
  }

  /** Wakes often and asks rarely, so that a long job only delays a look. */
  #lookAgainIn(ms: number): void {
    const { clock } = this.#options
    this.#stopTimer = clock.after(ms, () => {
      const isDue = this.#view.checkedAt === undefined || clock.wallMs() - this.#view.checkedAt >= checkTimes.everyMs
      if (isDue) void this.#check(false)
      this.#lookAgainIn(checkTimes.lookMs)
    })
  }

  #show(view: UpdateView): void {
    this.#view = view
    this.#options.publish(view)
  }
}
