import { beforeAll, describe, expect, it } from 'vitest'
import { fromChromium, registerScheme, toChromium } from './addresses.ts'

beforeAll(() => registerScheme('app'))

describe('the addresses of an own scheme', () => {
  it.each([
    ['app://bundle/index.html', 'https://bundle.app.invalid/index.html'],
    ['app://bundle', 'https://bundle.app.invalid/'],
    ['app://bundle/a%2Fb?q=1#top', 'https://bundle.app.invalid/a%2Fb?q=1#top'],
    ['app://bundle.evil/index.html', 'https://bundle.evil.app.invalid/index.html'],
  ])('become origins of Chromium and come back: %s', (own, chromium) => {
    expect(toChromium(own)).toBe(chromium)
    expect(fromChromium(chromium)).toBe(own === 'app://bundle' ? 'app://bundle/' : own)
  })
  it.each(['https://example.com/', 'file:///etc/passwd', 'other://bundle/', 'about:blank', 'data:text/html,x'])(
    'leave %s alone',
    (address) => {
      expect(toChromium(address)).toBe(address)
      expect(fromChromium(address)).toBe(address)
    },
  )
  it.each([
    'https://bundle.app.invalid.example.com/index.html',
    'http://bundle.app.invalid/index.html',
    'https://example.com/https://bundle.app.invalid/',
    'https://bundle.other.invalid/',
    'https://user@bundle.app.invalid.evil/',
  ])('are not faked by %s', (address) => {
    expect(fromChromium(address).startsWith('app://bundle/')).toBe(false)
  })
})
