import { spawn } from 'node:child_process'
import { AppImageUpdater, type AppUpdater, CancellationToken, MacUpdater, NsisUpdater } from 'electron-updater'
import type { ProviderRuntimeOptions } from 'electron-updater/out/providers/Provider.js'
import { guardDownloads } from './guarded-downloads.ts'
import { largestManifest, type ManifestRules } from './manifest.ts'
import { replaceFile } from './replace-file.ts'
import { SignedFeed } from './signed-feed.ts'
import { UpdateRefused } from './update-refused.ts'

/** The application as electron-updater sees it (its type is not exported). */
export type UpdaterApp = NonNullable<ConstructorParameters<typeof NsisUpdater>[1]>

/** Dependencies of the updater of a system. */
export interface PlatformUpdaterOptions {
  readonly platform: 'win32' | 'darwin' | 'linux'
  readonly feed: string
  readonly rules: () => ManifestRules
  /** For tests: the application and the HTTP client in place of Electron's. */
  readonly app?: UpdaterApp
  readonly client?: object
  /** For tests: checks the publisher's signature of a Windows installer; a text says what is wrong. */
  readonly verifyPublisher?: NsisUpdater['verifyUpdateCodeSignature']
}

/** Checks, fetches and installs updates of the system that the application runs on. */
export interface Updater {
  /** The newer version, or undefined. Rejects with UpdateRefused or an error of the network. */
  check(): Promise<string | undefined>
  /** Fetches the version that `check` has found. `onPercent` gets 0 to 100. Rejects also when `cancel` was called. */
  download(onPercent: (percent: number) => void): Promise<void>
  cancel(): void
  /** Installs what was fetched and starts it; for the moment at which everything else has ended. Throws when it cannot. */
  install(): void
  /** macOS: Squirrel ends the application itself, so `install` is called while it still runs. */
  readonly endsApplication: boolean
}

/** An AppImage is replaced in one step: electron-updater removes the old one first. */
class SafeAppImageUpdater extends AppImageUpdater {
  protected override doInstall(): boolean {
    const target = process.env.APPIMAGE
    const downloaded = this.installerPath
    const sha512 = this.downloadedUpdateHelper?.downloadedFileInfo?.sha512
    if (!target || downloaded === null || sha512 === undefined) throw new Error('no update to install')
    replaceFile(downloaded, target, sha512)
    spawn(target, [], { detached: true, stdio: 'ignore' }).unref()
    return true
  }
}

const updaters = { win32: NsisUpdater, darwin: MacUpdater, linux: SafeAppImageUpdater }

/** electron-updater for one system, restricted to our signed feed. */
export function createPlatformUpdater(options: PlatformUpdaterOptions): Updater {
  const { platform, feed, rules, app, client, verifyPublisher } = options
  const updater = new updaters[platform](undefined, app)
  const inside = updater as unknown as { httpExecutor: object; stagingUserIdPromise: { value: Promise<string> } }
  if (updater instanceof NsisUpdater && verifyPublisher) updater.verifyUpdateCodeSignature = verifyPublisher
  if (client !== undefined) inside.httpExecutor = client
  // Without this electron-updater writes a lasting id of this installation into the profile.
  inside.stagingUserIdPromise = { value: Promise.resolve('') }
  let limitBytes = largestManifest
  guardDownloads(inside.httpExecutor, () => limitBytes)
  configure(updater)
  updater.setFeedURL({
    provider: 'custom',
    updateProvider: class extends SignedFeed {
      constructor(_options: unknown, _updater: unknown, runtime: ProviderRuntimeOptions) {
        super({ feed, rules }, { ...runtime, platform })
      }
    },
  } as unknown as Parameters<AppUpdater['setFeedURL']>[0])
  let cancellation = new CancellationToken()
  return {
    endsApplication: platform === 'darwin',
    async check() {
      limitBytes = largestManifest
      const found = await updater.checkForUpdates()
      if (found?.isUpdateAvailable !== true) return undefined
      limitBytes = Math.max(...found.updateInfo.files.map(({ size = 0 }) => size))
      return found.updateInfo.version
    },
    async download(onPercent) {
      cancellation = new CancellationToken()
      const listen = ({ percent }: { percent: number }) => onPercent(Math.min(100, Math.floor(percent)))
      updater.on('download-progress', listen)
      try {
        await updater.downloadUpdate(cancellation)
      } finally {
        updater.off('download-progress', listen)
      }
    },
    cancel: () => cancellation.cancel(),
    install: () => install(updater),
  }
}

function configure(updater: AppUpdater): void {
  // Its messages hold addresses and paths; what matters is logged by our own class.
  updater.logger = null
  updater.autoDownload = false
  updater.autoInstallOnAppQuit = false
  updater.allowDowngrade = false
  updater.allowPrerelease = false
  updater.disableDifferentialDownload = true
  updater.disableWebInstaller = true
  // An error event without a listener would end the process; the promise of the same step rejects, too.
  updater.on('error', () => undefined)
}

function install(updater: AppUpdater): void {
  if (updater instanceof MacUpdater) {
    updater.quitAndInstall()
    return
  }
  let failure: unknown
  const listen = (error: unknown) => {
    failure = error
  }
  updater.on('error', listen)
  const isStarted = (updater as NsisUpdater).install(true, true)
  updater.off('error', listen)
  if (!isStarted) throw failure ?? new UpdateRefused('damaged')
}
