import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CancellationToken, Provider, type ResolvedUpdateFileInfo, type UpdateInfo } from 'electron-updater'
import type { ProviderRuntimeOptions } from 'electron-updater/out/providers/Provider.js'
import { type ManifestRules, readManifest } from './manifest.ts'
import { UpdateRefused } from './update-refused.ts'

/** Dependencies of the feed. */
export interface FeedOptions {
  /** Address of the folder with manifests and installers. */
  readonly feed: string
  readonly rules: () => ManifestRules
}

/**
 * The feed of updates: a folder with `latest….yml`, its signature in `latest….yml.sig`, and the installers that it names. Its requests
 * carry nothing that identifies the computer.
 */
export class SignedFeed extends Provider<UpdateInfo> {
  readonly #options: FeedOptions
  readonly #base: URL

  constructor(options: FeedOptions, runtime: ProviderRuntimeOptions) {
    super(runtime)
    this.#options = options
    this.#base = new URL(options.feed.endsWith('/') ? options.feed : `${options.feed}/`)
  }

  /** The manifest, when it may be taken. Throws UpdateRefused, or the error of the network. */
  async getLatestVersion(): Promise<UpdateInfo> {
    const name = `${this.getDefaultChannelName()}.yml`
    const manifest = await this.#read(name)
    const signature = await this.#read(`${name}.sig`).catch((error: unknown) => {
      throw isMissing(error) ? new UpdateRefused('not-signed') : error
    })
    return readManifest(manifest, signature, this.#options.rules())
  }

  resolveFiles(update: UpdateInfo): ResolvedUpdateFileInfo[] {
    return update.files.map((info) => ({ url: new URL(info.url, this.#base), info }))
  }

  /** By way of a file, because only downloads are guarded. */
  async #read(name: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'workbench-update-'))
    try {
      const file = join(folder, 'manifest')
      const headers = { accept: '*/*', 'cache-control': 'no-cache' }
      await this.#download(new URL(name, this.#base), file, headers)
      return await readFile(file, 'utf8')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  #download(url: URL, file: string, headers: Record<string, string>): Promise<unknown> {
    const { executor } = this as unknown as {
      executor: { download(url: URL, file: string, options: object): Promise<unknown> }
    }
    return executor.download(url, file, { headers, cancellationToken: new CancellationToken() })
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && /status 404\b/.test(error.message)
