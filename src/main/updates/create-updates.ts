import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Clock } from '../../openobd/clock.ts'
import { fail, type Outcome } from '../../shared/outcome.ts'
import type { UpdateView } from '../../shared/update.ts'
import type { Logger } from '../logging.ts'
import { Updates, type UpdatesOptions } from './updates.ts'

/** What a person can ask for, and what the shell reports. */
export type UpdateControl = Pick<Updates, 'check' | 'download' | 'install' | 'ended' | 'jobsChanged' | 'stop'>

/** What decides whether this installation takes updates. */
export interface CreateUpdatesOptions extends Pick<UpdatesOptions, 'isJobOpen' | 'publish' | 'quit'> {
  readonly clock: Clock
  readonly logger: Logger
  readonly platform: NodeJS.Platform
  readonly isPackaged: boolean
  readonly version: string
  /** `out/updates.json`, written when the application was packed. */
  readonly file: string
  /** The feed that an administrator has set. */
  readonly presetFeed?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
}

const packedSchema = z.object({ feed: z.url({ protocol: /^https$/ }).nullable(), publicKey: z.string().nullable() })

/** The updates of this installation; one that takes none says why and refuses every request. */
export async function createUpdates(options: CreateUpdatesOptions): Promise<UpdateControl> {
  const { platform, version, clock } = options
  const source = sourceOf(options)
  if (source === undefined || typeof source === 'string') return refusing(options.publish, source ?? 'no-feed')
  const { feed, publicKey } = source
  // electron-updater is large, and most starts do without it.
  const { createPlatformUpdater } = await import('./platform-updater.ts')
  const updates = new Updates({
    ...options,
    updater: createPlatformUpdater({
      platform: platform === 'win32' || platform === 'darwin' ? platform : 'linux',
      feed,
      rules: () => ({ publicKey, currentVersion: version, nowMs: clock.wallMs() }),
    }),
  })
  updates.start()
  return updates
}

function refusing(publish: (view: UpdateView) => void, why: NonNullable<UpdateView['why']>): UpdateControl {
  publish({ status: 'off', why })
  const refuse = (): Promise<Outcome<null>> => Promise.resolve(fail('not-allowed-now'))
  const nothing = () => undefined
  return { check: refuse, download: refuse, install: refuse, ended: nothing, jobsChanged: nothing, stop: nothing }
}

function sourceOf(options: CreateUpdatesOptions): { feed: string; publicKey: string } | UpdateView['why'] {
  if (!options.isPackaged) return 'not-packed'
  // A deb or rpm belongs to the package manager; only an AppImage can replace itself.
  if (options.platform === 'linux' && !options.environment.APPIMAGE) return 'by-system'
  try {
    const packed = packedSchema.parse(JSON.parse(readFileSync(options.file, 'utf8')))
    const feed = options.presetFeed ?? packed.feed
    return feed === null || packed.publicKey === null ? 'no-feed' : { feed, publicKey: packed.publicKey }
  } catch {
    return 'no-feed'
  }
}
