import { describe, expect, it } from 'vitest'
import {
  type PolicyRefusal,
  type RestrictableContents,
  type RestrictableSession,
  restrictContents,
  restrictSession,
} from './content-policy.ts'

interface Refusable {
  isPrevented: boolean
  preventDefault(): void
}
const refusable = <T extends object>(more: T): Refusable & T => ({
  ...more,
  isPrevented: false,
  preventDefault() {
    this.isPrevented = true
  },
})

function counted() {
  const refused: string[] = []
  const add = (kind: PolicyRefusal, what = '') => void refused.push(what ? `${kind} ${what}` : kind)
  return { refused, refusals: { add } }
}

function setUpSession() {
  const { refused, refusals } = counted()
  const handlers: Record<string, (...args: never[]) => unknown> = {}
  const keep = (name: string) => (handler: (...args: never[]) => unknown) => {
    handlers[name] = handler
  }
  restrictSession(
    {
      setPermissionRequestHandler: keep('request'),
      setPermissionCheckHandler: keep('check'),
      setDevicePermissionHandler: keep('device'),
      setDisplayMediaRequestHandler: keep('display'),
      webRequest: { onBeforeRequest: keep('before') },
      on: (event, listener) => keep(event)(listener as never),
    } as RestrictableSession,
    refusals,
  )
  const call = (name: string, ...args: unknown[]) => handlers[name]?.(...(args as never[]))
  return { refused, call }
}

describe('the session of the page', () => {
  it('may write to the clipboard and has no other permission', () => {
    const { refused, call } = setUpSession()
    const decisions: boolean[] = []
    const decide = (granted: boolean) => void decisions.push(granted)
    const names = ['clipboard-sanitized-write', 'clipboard-read', 'geolocation', 'media', 'openExternal', '']
    for (const name of names) call('request', {}, name, decide)
    expect(decisions).toEqual([true, false, false, false, false, false])
    expect(names.map((name) => call('check', {}, name))).toEqual([true, false, false, false, false, false])
    const expected = names.slice(1).map((name) => `permission ${name}`.trim())
    expect(refused).toEqual([...expected, ...expected])
  })

  it('has no device and no picture of a screen', () => {
    const { refused, call } = setUpSession()
    const streams: object[] = []
    expect(call('device')).toBe(false)
    call('display', {}, (given: object) => void streams.push(given))
    expect([streams, refused]).toEqual([[{}], ['permission', 'permission']])
  })

  it.each([
    ['app://bundle/index.html', true],
    ['blob:app://bundle/0-0-0', true],
    ['app://other/index.html', false],
    ['app://bundle.evil/', false],
    ['https://example.org/app://bundle/', false],
    ['blob:https://example.org/1', false],
    ['file:///etc/passwd', false],
    ['data:text/html,x', false],
    ['http://127.0.0.1:5000/', false],
    ['', false],
  ])('loads %s: %s', (url, isLoaded) => {
    const { refused, call } = setUpSession()
    const decisions: object[] = []
    call('before', { url }, (response: object) => void decisions.push(response))
    expect([decisions, refused]).toEqual([[{ cancel: !isLoaded }], isLoaded ? [] : ['request']])
  })

  it('downloads nothing', () => {
    const { refused, call } = setUpSession()
    const event = refusable({})
    call('will-download', event)
    expect([event.isPrevented, refused]).toEqual([true, ['download']])
  })
})

describe('the contents of a window', () => {
  function setUp(url = 'app://bundle/index.html#/jobs') {
    const { refused, refusals } = counted()
    const listeners: Record<string, (details: never) => void> = {}
    let open: () => unknown = () => undefined
    const contents: RestrictableContents = {
      getURL: () => url,
      on: (event: string, listener: (details: never) => void) => {
        listeners[event] = listener
      },
      setWindowOpenHandler: (handler) => {
        open = handler
      },
    }
    restrictContents(contents, refusals)
    return { refused, listeners, open: () => open() }
  }
  const navigations = ['will-navigate', 'will-frame-navigate', 'will-redirect'] as const

  it.each([
    ['app://bundle/index.html#/history', true],
    ['app://bundle/index.html#', true],
    ['app://bundle/index.html', false],
    ['app://bundle/other.html#/jobs', false],
    ['app://other/index.html#/jobs', false],
    ['https://example.org/#app://bundle/', false],
    ['javascript:alert(1)#', false],
  ])('navigate to %s: %s', (url, isAllowed) => {
    for (const event of navigations) {
      const { refused, listeners } = setUp()
      const details = refusable({ url })
      listeners[event]?.(details as never)
      expect([event, details.isPrevented, refused]).toEqual([event, !isAllowed, isAllowed ? [] : ['navigation']])
    }
  })

  it('of another page do not count as the same document', () => {
    const { listeners } = setUp('https://example.org/app')
    const details = refusable({ url: 'https://example.org/app#x' })
    listeners['will-navigate']?.(details as never)
    expect(details.isPrevented).toBe(true)
  })

  it('open no window and hold no webview', () => {
    const { refused, listeners, open } = setUp()
    const event = refusable({})
    listeners['will-attach-webview']?.(event as never)
    expect([event.isPrevented, open(), refused]).toEqual([true, { action: 'deny' }, ['webview', 'window']])
  })
})
