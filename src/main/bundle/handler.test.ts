import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bundlePathOf, createBundleHandler } from './handler.ts'
import { contentSecurityPolicy, securityHeaders } from './headers.ts'
import { bundleManifestSchema } from './manifest.ts'

function bundle() {
  const parent = mkdtempSync(join(tmpdir(), 'workbench-bundle-'))
  const folder = join(parent, 'renderer')
  const manifest: Record<string, { sha256: string; mimeType: string; bytes: number }> = {}
  mkdirSync(join(folder, 'assets'), { recursive: true })
  mkdirSync(join(parent, 'renderer-secrets'))
  const add = (path: string, content: string, mimeType: string) => {
    writeFileSync(join(folder, path), content)
    manifest[path] = {
      sha256: createHash('sha256').update(content).digest('hex'),
      mimeType,
      bytes: Buffer.byteLength(content),
    }
  }
  add('/index.html', '<!doctype html>', 'text/html; charset=utf-8')
  add('/assets/main-1.js', 'export {}', 'text/javascript; charset=utf-8')
  writeFileSync(join(parent, 'secret.txt'), 'CANARY')
  writeFileSync(join(parent, 'renderer-secrets/key'), 'CANARY')
  writeFileSync(join(folder, 'not-listed.html'), 'CANARY')
  symlinkSync(join(parent, 'secret.txt'), join(folder, 'link.html'))
  const handler = createBundleHandler({ manifest: bundleManifestSchema.parse(manifest), folder })
  return { folder, handler, get: (url: string, method = 'GET') => handler({ method, url }) }
}

describe('app://bundle', () => {
  it.each([
    ['app://bundle/index.html', 'text/html; charset=utf-8', '<!doctype html>'],
    ['app://bundle/index.html?reload=1#hash', 'text/html; charset=utf-8', '<!doctype html>'],
    ['app://bundle/assets/main-1.js', 'text/javascript; charset=utf-8', 'export {}'],
  ])('serves %s', async (url, mimeType, content) => {
    const response = await bundle().get(url)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe(mimeType)
    await expect(response.text()).resolves.toBe(content)
  })

  it('answers HEAD without a body', async () => {
    const response = await bundle().get('app://bundle/index.html', 'HEAD')
    expect(response.headers.get('content-length')).toBe('15')
    await expect(response.text()).resolves.toBe('')
  })

  it.each([
    'app://bundle/',
    'app://bundle',
    'app://bundle/not-listed.html',
    'app://bundle/link.html',
    'app://bundle/../secret.txt',
    'app://bundle/assets/../index.html',
    'app://bundle/./index.html',
    'app://bundle//index.html',
    'app://bundle/assets',
    'app://bundle/assets/',
    'app://bundle/index.html/',
    'app://bundle/..%2fsecret.txt',
    'app://bundle/%2e%2e/secret.txt',
    'app://bundle/%252e%252e%252fsecret.txt',
    'app://bundle/..%5csecret.txt',
    'app://bundle/..\\secret.txt',
    'app://bundle/index.html%00',
    'app://bundle/index.html\0',
    'app://bundle/%69ndex.html',
    'app://bundle/INDEX.HTML',
    'app://bundle/index.html.',
    'app://bundle/index.html ',
    'app://bundle/index.html::$DATA',
    'app://bundle/renderer-secrets/key',
    'app://bundle/../renderer-secrets/key',
    'app://bundle/C:/Windows/win.ini',
    'app://bundle//etc/passwd',
    'app://bundle/__proto__',
    'app://bundle/constructor',
    'app://bundle/toString',
    'app://bundle@evil/index.html',
    'app://bundle.evil/index.html',
    'app://evil/index.html',
    'https://bundle/index.html',
    'file:///etc/passwd',
    '',
  ])('answers 404 to %s', async (url) => {
    const response = await bundle().get(url)
    expect(response.status).toBe(404)
    await expect(response.text()).resolves.toBe('')
  })

  // @proves Security: A29 app://bundle serves the files of the build and nothing else
  it('answers 404 to 100,000 invented paths', async () => {
    const { get } = bundle()
    const piece = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '%2e',
        '%2f',
        '%5c',
        '%00',
        '\\',
        '/',
        '//',
        'index.html',
        'assets',
        'secret.txt',
        '~',
        ':',
      ),
      fc.string({ maxLength: 6 }),
    )
    const served = new Set(['/index.html', '/assets/main-1.js'])
    const paths = fc.sample(fc.array(piece, { minLength: 1, maxLength: 6 }), { numRuns: 100_000, seed: 20_261_122 })
    for (const path of paths) {
      const url = `app://bundle/${path.join('')}`
      const named = bundlePathOf(url)
      if (named === undefined || !served.has(named)) expect((await get(url)).status, url).toBe(404)
    }
  }, 60_000)

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'get'])('refuses the method %s', async (method) => {
    const response = await bundle().get('app://bundle/index.html', method)
    expect(response.status).toBe(405)
  })

  // @proves Security: A29 app://bundle serves the files of the build and nothing else
  it('does not serve a file that was changed after the build', async () => {
    const { folder, get } = bundle()
    writeFileSync(join(folder, 'index.html'), '<script>evil()</script>')
    expect((await get('app://bundle/index.html')).status).toBe(404)
  })

  it.each(['app://bundle/index.html', 'app://bundle/missing.html'])(
    'sends the security headers with %s',
    async (url) => {
      const response = await bundle().get(url)
      for (const [name, value] of Object.entries(securityHeaders)) expect(response.headers.get(name)).toBe(value)
    },
  )
})

describe('the manifest', () => {
  it.each(['index.html', '/../x', '/a//b', '/.hidden', '/a b', '/a%20b', '/', '/é', '/a\\b'])(
    'cannot name %s',
    (path) => {
      const file = { sha256: 'a'.repeat(64), mimeType: 'text/html', bytes: 1 }
      expect(bundleManifestSchema.safeParse({ [path]: file }).success).toBe(false)
    },
  )
})

it('the security headers are exactly the expected ones', () => {
  expect(securityHeaders).toEqual({
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  })
})

describe('the content security policy', () => {
  const directives = new Map(
    contentSecurityPolicy.split('; ').map((part) => [part.split(' ')[0] ?? '', part.split(' ').slice(1)] as const),
  )

  // @proves Security: A20, A21 strict policy by header, no violations in any spec
  it('is exactly the expected one', () => {
    expect(contentSecurityPolicy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-src 'none'; object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    )
  })

  it.each(['script-src', 'style-src', 'connect-src', 'worker-src', 'default-src'])(
    'allows nothing loose in %s',
    (name) => {
      for (const source of directives.get(name) ?? ['missing']) expect(["'self'", "'none'"]).toContain(source)
    },
  )
})
