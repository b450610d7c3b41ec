import { fromChromium } from './addresses.ts'
import { preventableEvent } from './covered-emitter.ts'
import type { WebContents } from './modules/web-contents.ts'

/** The used fields of `Fetch.requestPaused` of the DevTools protocol. */
export interface PausedRequest {
  readonly requestId: string
  readonly request: {
    readonly url: string
    readonly method: string
    readonly headers: Record<string, string>
    readonly postData?: string
  }
  readonly frameId: string
  readonly resourceType: string
  readonly redirectedRequestId?: string
}

type Send = (method: string, params: object) => Promise<unknown>

const resourceTypes: Record<string, string> = {
  Document: 'mainFrame',
  Stylesheet: 'stylesheet',
  Script: 'script',
  Image: 'image',
  Font: 'font',
  XHR: 'xhr',
  Fetch: 'xhr',
  Ping: 'ping',
  Media: 'media',
  WebSocket: 'webSocket',
}
let lastId = 0

/** Asks main whether a page may navigate to another address, except for navigations started by main or a reload. */
function mayNavigate(contents: WebContents, paused: PausedRequest, url: string): boolean {
  if (paused.resourceType !== 'Document') return true
  const frame = contents.frames.get(paused.frameId) ?? null
  const isMainFrame = frame === null || frame.parent === null
  if (isMainFrame && contents.isOwnNavigation(url)) return true
  const details = { url, isMainFrame, isSameDocument: false, frame }
  const names = [
    'will-frame-navigate',
    ...(isMainFrame ? ['will-navigate'] : []),
    ...(paused.redirectedRequestId ? ['will-redirect'] : []),
  ]
  return names.every((name) => {
    const event = preventableEvent(details)
    contents.emit(name, event, url, false, isMainFrame)
    return !event.defaultPrevented
  })
}

async function fulfil(paused: PausedRequest, response: Response, send: Send): Promise<void> {
  await send('Fetch.fulfillRequest', {
    requestId: paused.requestId,
    responseCode: response.status,
    responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
    body: Buffer.from(await response.arrayBuffer()).toString('base64'),
  })
}

/** Handles one request of a page: main's navigation guard, its webRequest listener, its protocol handlers. */
export async function answerRequest(contents: WebContents, paused: PausedRequest, send: Send): Promise<void> {
  const url = fromChromium(paused.request.url)
  // Electron's windows have no tab and never ask for its icon.
  if (paused.resourceType === 'Other' && new URL(url).pathname === '/favicon.ico') {
    await send('Fetch.fulfillRequest', { requestId: paused.requestId, responseCode: 204 })
    return
  }
  const fail = (errorReason: string) => send('Fetch.failRequest', { requestId: paused.requestId, errorReason })
  if (!mayNavigate(contents, paused, url)) {
    await fail('Aborted')
    return
  }
  const isSubFrame = paused.resourceType === 'Document' && Boolean(contents.frames.get(paused.frameId)?.parent)
  const allowed = await contents.session.webRequest.allows({
    id: ++lastId,
    url,
    method: paused.request.method,
    resourceType: isSubFrame ? 'subFrame' : (resourceTypes[paused.resourceType] ?? 'other'),
    webContentsId: contents.id,
    webContents: contents,
    timestamp: Date.now(),
  })
  if (!allowed) {
    await fail('BlockedByClient')
    return
  }
  const handler = contents.session.protocol.handlerOf(new URL(url).protocol.slice(0, -1))
  if (!handler) {
    await send('Fetch.continueRequest', { requestId: paused.requestId })
    return
  }
  try {
    const { method, headers, postData } = paused.request
    await fulfil(paused, await handler(new Request(url, { method, headers, body: postData })), send)
  } catch (error) {
    process.stderr.write(`The protocol handler failed for ${url}: ${(error as Error).message}\n`)
    await fail('Failed')
  }
}
