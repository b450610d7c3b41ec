import { describe, expect, it } from 'vitest'
import { isTrustedSender, type SenderEvent } from './sender.ts'

const ours = (id: number) => id === 1
const event = (url: unknown, more: { id?: number; parent?: unknown } = {}): SenderEvent =>
  ({
    sender: { id: more.id ?? 1 },
    senderFrame: { url, parent: more.parent === undefined ? null : more.parent },
  }) as SenderEvent

const destroyedFrame = {
  get url(): string {
    throw new Error('Render frame was disposed before WebFrameMain could be accessed')
  },
  parent: null,
}

describe('isTrustedSender', () => {
  it.each(['app://bundle/index.html', 'app://bundle/index.html#x', 'app://bundle/index.html?y'])('serves %s', (url) => {
    expect(isTrustedSender(event(url), ours)).toBe(true)
  })

  it.each<[string, unknown]>([
    ['empty', ''],
    ['blank', 'about:blank'],
    ['srcdoc', 'about:srcdoc'],
    ['data', 'data:text/html,<script>'],
    ['blob of ours', 'blob:app://bundle/2c9d'],
    ['blob of others', 'blob:https://evil.example/2c9d'],
    ['javascript', 'javascript:alert(1)'],
    ['file', 'file:///opt/app/out/renderer/index.html'],
    ['https', 'https://bundle/index.html'],
    ['http on loopback', 'http://127.0.0.1:5173/'],
    ['suffix host', 'app://bundle.evil/index.html'],
    ['prefix host', 'app://evil.bundle/index.html'],
    ['user info', 'app://bundle@evil/index.html'],
    ['user info before ours', 'app://evil@bundle/index.html'],
    ['password', 'app://x:y@bundle/index.html'],
    ['port', 'app://bundle:1/index.html'],
    ['port zero', 'app://bundle:0/'],
    ['no host', 'app:///index.html'],
    ['no slashes', 'app:bundle/index.html'],
    ['one slash', 'app:/bundle/index.html'],
    ['backslashes', 'app:\\\\bundle\\index.html'],
    ['backslash in host', 'app://bundle\\@evil/'],
    ['other case of host', 'app://BUNDLE/index.html'],
    ['other case of scheme', 'APP://bundle/index.html'],
    ['trailing dot', 'app://bundle./index.html'],
    ['space before', ' app://bundle/index.html'],
    ['tab inside', 'app://bun\tdle/index.html'],
    ['newline inside', 'app://bundle\n.evil/index.html'],
    ['percent in host', 'app://bundle%2eevil/'],
    ['nul in host', 'app://bundle%00/'],
    ['similar letter', 'app://bundlе/index.html'],
    ['full width', 'app://ｂundle/index.html'],
    ['scheme with suffix', 'app2://bundle/'],
    ['scheme with plus', 'app+x://bundle/'],
    ['view-source', 'view-source:app://bundle/index.html'],
    ['filesystem', 'filesystem:app://bundle/temporary/x'],
    ['extension', 'chrome-extension://bundle/index.html'],
    ['devtools', 'devtools://devtools/bundled/inspector.html'],
    ['web socket', 'ws://bundle/'],
    ['host only', 'app://bundle'],
    ['no URL', 'bundle'],
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['an object', { toString: () => 'app://bundle/index.html' }],
    ['an array', ['app://bundle/index.html']],
  ])('refuses %s', (_name, url) => {
    expect(isTrustedSender(event(url), ours)).toBe(false)
  })

  // @proves Security: A11 foreign senders are refused and counted
  it('refuses a destroyed frame', () => {
    expect(isTrustedSender({ sender: { id: 1 }, senderFrame: null }, ours)).toBe(false)
    expect(isTrustedSender({ sender: { id: 1 }, senderFrame: destroyedFrame }, ours)).toBe(false)
    expect(isTrustedSender({} as SenderEvent, ours)).toBe(false)
  })

  it.each([{ url: 'app://bundle/index.html' }, undefined])('refuses a frame inside another one (%o)', (parent) => {
    const inner = event('app://bundle/index.html', { parent: parent ?? {} })
    expect(isTrustedSender(inner, ours)).toBe(false)
  })

  it('refuses a frame whose parent is unknown', () => {
    const frame = { url: 'app://bundle/index.html' } as unknown as NonNullable<SenderEvent['senderFrame']>
    expect(isTrustedSender({ sender: { id: 1 }, senderFrame: frame }, ours)).toBe(false)
  })

  it('refuses another window, and any window when the check throws', () => {
    expect(isTrustedSender(event('app://bundle/index.html', { id: 2 }), ours)).toBe(false)
    const throwing = () => {
      throw new Error('destroyed')
    }
    expect(isTrustedSender(event('app://bundle/index.html'), throwing)).toBe(false)
  })
})
