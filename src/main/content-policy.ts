import type { RefusalCounter } from './refusal-counter.ts'

interface Refusable {
  preventDefault(): void
}

/** The part of Electron's Session that the policy needs. */
export interface RestrictableSession {
  setPermissionRequestHandler(
    handler: (contents: unknown, permission: string, decide: (granted: boolean) => void) => void,
  ): void
  setPermissionCheckHandler(handler: (contents: unknown, permission: string) => boolean): void
  setDevicePermissionHandler(handler: () => boolean): void
  setDisplayMediaRequestHandler(handler: (request: unknown, decide: (streams: object) => void) => void): void
  webRequest: {
    onBeforeRequest(listener: (details: { url: string }, decide: (response: { cancel: boolean }) => void) => void): void
  }
  on(event: 'will-download', listener: (event: Refusable) => void): unknown
}

type Navigation = Refusable & { url: string }

/** The part of Electron's WebContents that the policy needs. */
export interface RestrictableContents {
  getURL(): string
  on(event: 'will-navigate' | 'will-frame-navigate' | 'will-redirect', listener: (details: Navigation) => void): unknown
  on(event: 'will-attach-webview', listener: (event: Refusable) => void): unknown
  setWindowOpenHandler(handler: () => { action: 'deny' }): void
}

/** Kinds of refused actions. */
export type PolicyRefusal = 'permission' | 'request' | 'navigation' | 'window' | 'webview' | 'download'

type Refusals = Pick<RefusalCounter<PolicyRefusal>, 'add'>

/** The only permission of the page: to write text to the clipboard after a click. */
const grantedPermission = 'clipboard-sanitized-write'

const isLoadable = (url: string) => url.startsWith('app://bundle/') || url.startsWith('blob:app://bundle/')

/** Whether a navigation stays in the same document. */
function isHashOnly(from: string, to: string): boolean {
  if (!to.startsWith('app://bundle/')) return false
  return to.includes('#') && to.split('#', 1)[0] === from.split('#', 1)[0]
}

/**
 * Refuses every permission (except the one above), device, screen capture and download, and every request except our own `app:`
 * and `blob:`.
 */
export function restrictSession(session: RestrictableSession, refusals: Refusals): void {
  const refused = (kind: PolicyRefusal, what?: string) => {
    refusals.add(kind, what)
    return false
  }
  const isGranted = (permission: string) => permission === grantedPermission || refused('permission', permission)
  session.setPermissionRequestHandler((_contents, permission, decide) => decide(isGranted(permission)))
  session.setPermissionCheckHandler((_contents, permission) => isGranted(permission))
  session.setDevicePermissionHandler(() => refused('permission'))
  session.setDisplayMediaRequestHandler((_request, decide) => {
    refused('permission')
    decide({})
  })
  session.webRequest.onBeforeRequest(({ url }, decide) => decide({ cancel: !isLoadable(url) && !refused('request') }))
  session.on('will-download', (event) => {
    refused('download')
    event.preventDefault()
  })
}

/** Refuses navigation (except to a hash of the same page), new windows and webviews. */
export function restrictContents(contents: RestrictableContents, refusals: Refusals): void {
  const guard = (details: Navigation) => {
    if (isHashOnly(contents.getURL(), details.url)) return
    refusals.add('navigation')
    details.preventDefault()
  }
  contents.on('will-navigate', guard)
  contents.on('will-frame-navigate', guard)
  contents.on('will-redirect', guard)
  contents.on('will-attach-webview', (event) => {
    refusals.add('webview')
    event.preventDefault()
  })
  contents.setWindowOpenHandler(() => {
    refusals.add('window')
    return { action: 'deny' }
  })
}
