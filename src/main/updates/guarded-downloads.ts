import { UpdateRefused } from './update-refused.ts'

/** The parts of electron-updater's HTTP client that are guarded; every request of a download passes both. */
export interface Downloader {
  doDownload(request: RequestOptions, download: Download, redirects: number): void
  createRequest(request: object, onResponse: (response: Response) => void): { abort(): void }
}
interface RequestOptions {
  readonly protocol?: string | null
}
interface Download {
  readonly callback: (error: Error | null) => void
}
interface Response {
  on(event: 'data', listener: (chunk: { readonly length: number }) => void): unknown
}

/** electron-updater counts redirects wrongly and would follow them for ever. */
const mostHops = 6

/**
 * Guards an HTTP client: each hop of a download must be https, there are few of them, and a body that is larger than `limitBytes`
 * says ends the download. All are refused by UpdateRefused.
 */
export function guardDownloads(client: object, limitBytes: () => number): void {
  const guarded = client as Downloader
  const doDownload = guarded.doDownload.bind(client)
  const createRequest = guarded.createRequest.bind(client)
  const hops = new WeakMap<Download, number>()
  let refuse: (error: UpdateRefused) => void = () => undefined
  guarded.doDownload = (request, download, redirects) => {
    const hop = (hops.get(download) ?? 0) + 1
    hops.set(download, hop)
    if (request.protocol !== 'https:' || hop > mostHops) {
      download.callback(new UpdateRefused('insecure'))
      return
    }
    // The request of this download is created before the call returns.
    refuse = download.callback
    doDownload(request, download, redirects)
  }
  guarded.createRequest = (request, onResponse) => {
    const end = refuse
    const limit = limitBytes()
    const made = createRequest(request, (response) => {
      let received = 0
      response.on('data', ({ length }) => {
        received += length
        if (received <= limit) return
        end(new UpdateRefused('damaged'))
        made.abort()
      })
      onResponse(response)
    })
    return made
  }
}
