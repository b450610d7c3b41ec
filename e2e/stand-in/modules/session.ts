import { CoveredEmitter } from '../covered-emitter.ts'
import { supportedOnly } from '../stand-in-error.ts'
import type { WebContents } from './web-contents.ts'

type ProtocolHandler = (request: Request) => Response | Promise<Response>

class Protocol {
  private readonly handlers = new Map<string, ProtocolHandler>()

  handle(scheme: string, handler: ProtocolHandler): void {
    if (this.handlers.has(scheme)) throw new Error(`The scheme has been intercepted or registered: ${scheme}`)
    this.handlers.set(scheme, handler)
  }
  unhandle(scheme: string): void {
    this.handlers.delete(scheme)
  }
  isProtocolHandled(scheme: string): boolean {
    return this.handlers.has(scheme)
  }
  handlerOf(scheme: string): ProtocolHandler | undefined {
    return this.handlers.get(scheme)
  }
}

/** Details of a request for onBeforeRequest. */
export interface RequestDetails {
  readonly id: number
  readonly url: string
  readonly method: string
  readonly resourceType: string
  readonly webContentsId: number
  readonly webContents: WebContents
  readonly timestamp: number
}
type BeforeRequestListener = (details: RequestDetails, callback: (response: { cancel?: boolean }) => void) => void

class WebRequest {
  private listener: BeforeRequestListener | undefined

  onBeforeRequest(
    filterOrListener: { urls: string[] } | BeforeRequestListener | null,
    listener?: BeforeRequestListener,
  ) {
    this.listener = typeof filterOrListener === 'function' ? filterOrListener : listener
  }
  /** Whether the request is allowed. */
  async allows(details: RequestDetails): Promise<boolean> {
    const { listener } = this
    if (!listener) return true
    return new Promise((resolve) => listener(details, ({ cancel }) => resolve(cancel !== true)))
  }
}

type PermissionRequestHandler = (
  contents: WebContents,
  permission: string,
  callback: (granted: boolean) => void,
  details: object,
) => void
type PermissionCheckHandler = (
  contents: WebContents | null,
  permission: string,
  requestingOrigin: string,
  details: object,
) => boolean

/** A session of pages. All share the one profile of Chromium, which is deleted at the end. */
export class Session extends CoveredEmitter {
  protected override readonly label = 'session'
  // Downloads are refused in Chromium itself, so `will-download` can be listened for and never happens.
  protected override readonly covered = ['will-download']
  readonly protocol = supportedOnly('protocol', new Protocol())
  readonly webRequest = supportedOnly('webRequest', new WebRequest())
  private requestHandler: PermissionRequestHandler | null = null
  private checkHandler: PermissionCheckHandler | null = null

  /** The proxy settings of the system: none, or what STAND_IN_PROXY says in the form of PAC scripts. */
  resolveProxy(_url: string): Promise<string> {
    return Promise.resolve(process.env.STAND_IN_PROXY ?? 'DIRECT')
  }
  setPermissionRequestHandler(handler: PermissionRequestHandler | null): void {
    this.requestHandler = handler
  }
  setPermissionCheckHandler(handler: PermissionCheckHandler | null): void {
    this.checkHandler = handler
  }
  /** Devices and screens cannot be chosen in the stand-in: these handlers are never called. */
  setDevicePermissionHandler(_handler: unknown): void {}
  setDisplayMediaRequestHandler(_handler: unknown, _options?: unknown): void {}
  setSpellCheckerEnabled(_enabled: boolean): void {}
  async clearStorageData(): Promise<void> {}
  async clearCache(): Promise<void> {}

  /** Decision of the handlers for an origin; undefined without a handler. */
  async decides(contents: WebContents, permission: string, origin: string): Promise<boolean | undefined> {
    const details = { requestingUrl: origin, securityOrigin: origin, isMainFrame: true }
    if (this.checkHandler && !this.checkHandler(contents, permission, origin, details)) return false
    const { requestHandler } = this
    if (requestHandler) return new Promise((resolve) => requestHandler(contents, permission, resolve, details))
    return this.checkHandler ? true : undefined
  }
}

const partitions = new Map<string, Session>()

function fromPartition(partition: string, _options?: { cache?: boolean }): Session {
  const known = partitions.get(partition)
  if (known) return known
  const made = supportedOnly('session', new Session())
  partitions.set(partition, made)
  return made
}

export const session = supportedOnly('session', {
  fromPartition,
  get defaultSession(): Session {
    return fromPartition('')
  },
})
