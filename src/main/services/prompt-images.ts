import { dropOldest } from '../../shared/drop-oldest.ts'
import { fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { Logger } from '../logging.ts'
import { type DownloadedImage, downloadImage, type ImagePolicy, ImageRefused } from './image-download.ts'

/** Dependencies of the pictures. */
export interface PromptImagesOptions {
  readonly urlOf: (promptId: string) => string | undefined
  readonly policy: (promptId: string) => ImagePolicy
  readonly logger: Logger
  readonly download?: (url: string, policy: ImagePolicy) => Promise<DownloadedImage>
}

const keptImages = 8

/** Pictures of prompts: fetched once per address, the last few kept. After a failure the next call tries again. */
export class PromptImages {
  readonly #options: PromptImagesOptions
  readonly #kept = new Map<string, Promise<DownloadedImage>>()

  constructor(options: PromptImagesOptions) {
    this.#options = options
  }

  /** The picture of a prompt. Fails with `not-found` or `image-unavailable`; the prompt itself stays as it is. */
  async get(
    promptId: string,
  ): Promise<Outcome<{ mimeType: DownloadedImage['mimeType']; bytes: Uint8Array<ArrayBuffer> }>> {
    const url = this.#options.urlOf(promptId)
    if (url === undefined) return fail('not-found')
    try {
      const { mimeType, bytes } = await this.#fetch(url, this.#options.policy(promptId))
      return succeeded({ mimeType, bytes: new Uint8Array(bytes) })
    } catch (error) {
      const outcome = fail('image-unavailable')
      const reason = error instanceof ImageRefused ? error.message : 'unexpected'
      this.#options.logger.warn('a picture was not shown', { reason })
      return outcome
    }
  }

  #fetch(url: string, policy: ImagePolicy): Promise<DownloadedImage> {
    const name = `${policy.allowLoopback} ${url}`
    const known = this.#kept.get(name)
    if (known) return known
    const fetching = (this.#options.download ?? downloadImage)(url, policy)
    this.#kept.set(name, fetching)
    fetching.catch(() => this.#kept.delete(name))
    dropOldest(this.#kept, keptImages)
    return fetching
  }
}
