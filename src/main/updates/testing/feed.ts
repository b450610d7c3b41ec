import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createPlainServer, type Server as PlainServer, type ServerResponse } from 'node:http'
import { createServer, request as httpsRequest, type RequestOptions, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { configureRequestUrl, type DownloadOptions, HttpExecutor } from 'builder-util-runtime'

const pem = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../../../tests/contract/certificates', name))

/** What the feed answers on a path. */
export type Answer = Buffer | string | ((response: ServerResponse) => void)

/** A feed of updates on loopback, with TLS, and a plain server beside it that nobody may ask. */
export class Feed {
  readonly answers = new Map<string, Answer>()
  readonly asked: string[] = []
  readonly headers: Record<string, unknown>[] = []
  plainRequests = 0
  readonly #server: Server
  readonly #plain: PlainServer

  private constructor(server: Server, plain: PlainServer) {
    this.#server = server
    this.#plain = plain
  }

  static async start(): Promise<Feed> {
    const server = createServer({ key: pem('good.key'), cert: pem('good.pem') }, (request, response) => {
      const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '')
      feed.asked.push(path)
      feed.headers.push(request.headers)
      const answer = feed.answers.get(path)
      if (answer === undefined) response.writeHead(404).end()
      else if (typeof answer === 'function') answer(response)
      else response.writeHead(200, { 'content-length': Buffer.byteLength(answer) }).end(answer)
    })
    const plain = createPlainServer((_request, response) => {
      feed.plainRequests += 1
      response.end('plain')
    })
    const feed = new Feed(server, plain)
    for (const one of [server, plain]) await once(one.listen(0, '127.0.0.1'), 'listening')
    return feed
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}/updates`
  }

  get plainUrl(): string {
    return `http://127.0.0.1:${(this.#plain.address() as AddressInfo).port}/updates`
  }

  stop(): void {
    for (const server of [this.#server, this.#plain]) {
      server.closeAllConnections()
      server.close()
    }
  }
}

/** Keys of a release: the public one as PEM. */
export function releaseKeys(): { readonly publicKey: string; readonly privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return { publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(), privateKey }
}

/** A manifest as electron-builder writes it. */
export function manifestOf(version: string, name: string, bytes: Buffer, dateMs: number): string {
  const sha512 = createHash('sha512').update(bytes).digest('base64')
  return `version: ${version}
files:
  - url: ${name}
    sha512: ${sha512}
    size: ${bytes.length}
path: ${name}
sha512: ${sha512}
releaseDate: '${new Date(dateMs).toISOString()}'
`
}

/** The signature file of a manifest. */
export const signatureOf = (manifest: string, key: KeyObject): string =>
  `${sign(null, Buffer.from(manifest), key).toString('base64')}\n`

/** The HTTP client of electron-updater over Node's https, which trusts the authority of the tests. */
export class NodeClient extends HttpExecutor<ReturnType<typeof httpsRequest>> {
  override createRequest(options: RequestOptions, onResponse: (response: never) => void) {
    return httpsRequest({ ...options, ca: pem('authority.pem') }, onResponse as never)
  }

  download(url: URL, destination: string, options: DownloadOptions): Promise<string> {
    return options.cancellationToken.createPromise<string>((resolve, reject, onCancel) => {
      const request: RequestOptions = { headers: options.headers ?? undefined }
      configureRequestUrl(url, request)
      this.doDownload(
        request,
        {
          destination,
          options,
          onCancel,
          responseHandler: null,
          callback: (error) => (error == null ? resolve(destination) : reject(error)),
        },
        0,
      )
    })
  }
}
