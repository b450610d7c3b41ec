import { isOldSqlite } from '../../src/main/storage/sqlite-version.ts'
import { expect, test } from '../fixtures.ts'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
]

test.describe('what the page is served', () => {
  test.use({ expectedPageErrors: [/status of 404/] })

  test('has the strict policy and its companions, and nothing outside of the manifest exists', async ({
    workbench,
  }) => {
    const { page } = workbench.window
    const served = await page.evaluate(async () => {
      const { headers } = await fetch('./index.html')
      const names = ['content-security-policy', 'x-content-type-options', 'cross-origin-opener-policy']
      const paths = [
        '../main/index.js',
        '..%2fmain%2findex.js',
        '%2e%2e/package.json',
        'index.html%00.js',
        'INDEX.HTML',
      ]
      const statuses = await Promise.all(paths.map((path) => fetch(`./${path}`).then(({ status }) => status)))
      return { headers: names.map((name) => headers.get(name)), statuses }
    })
    const [found, sniff, opener] = served.headers
    expect(
      found
        ?.split(';')
        .map((part) => part.trim())
        .filter(Boolean)
        .sort(),
    ).toEqual([...policy].sort())
    expect([sniff, opener]).toEqual(['nosniff', 'same-origin'])
    expect(served.statuses).toEqual([404, 404, 404, 404, 404])
  })
})

test.describe('a hostile page', () => {
  // Chromium must report each attempt as an error.
  test.use({ expectedPageErrors: [/Content Security Policy|Trusted|ERR_BLOCKED|ERR_FAILED|Failed to load|CORS/i] })

  // @proves Security: A20, A21 strict policy by header, no violations in any spec
  test('runs no inline script, no eval, and loads nothing from elsewhere', async ({ workbench }) => {
    const { page } = workbench.window
    const outcome = await page.evaluate(async () => {
      const violations: string[] = []
      Object.assign(globalThis, { violations })
      document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective))
      const attempts = [
        () => document.body.insertAdjacentHTML('beforeend', '<img src=x>'),
        () => new Worker('data:text/javascript,1'),
      ]
      const refused = attempts.map((attempt) => {
        try {
          attempt()
          return false
        } catch {
          return true
        }
      })
      // Outside of the evaluation, for which the debugger allows eval.
      const isEvalRefused = await new Promise<boolean>((resolve) =>
        setTimeout(() => {
          try {
            Reflect.construct(Function, ['return 1'])
            resolve(false)
          } catch {
            resolve(true)
          }
        }),
      )
      const image = new Image()
      const failed = new Promise((resolve) => image.addEventListener('error', resolve))
      image.src = 'https://example.com/x.png'
      document.body.append(image)
      await failed
      const fetched = await fetch('https://example.com/').then(
        () => true,
        () => false,
      )
      return { refused, isEvalRefused, fetched }
    })
    expect(outcome.refused[0]).toBe(true)
    expect(outcome.isEvalRefused).toBe(true)
    expect(outcome.fetched).toBe(false)
    const violations = () => page.evaluate(() => (globalThis as unknown as { violations: string[] }).violations)
    await expect
      .poll(violations)
      .toEqual(expect.arrayContaining(['img-src', 'connect-src', 'require-trusted-types-for']))
  })
})

// @proves Security: A26 no navigation, no new windows, no webviews
test('the page cannot open windows, leave its origin or get permissions', async ({ workbench }) => {
  const { page, start } = workbench.window
  await expect(start.screen).toBeVisible()
  expect(await page.evaluate(() => window.open('https://example.com/'))).toBeNull()
  await page.evaluate(() => {
    location.href = 'https://example.com/'
  })
  await expect(start.screen).toBeVisible()
  const states = await page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone'] as PermissionName[]
    return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state))
  })
  expect(states).toEqual(['denied', 'denied', 'denied', 'denied'])
  expect(workbench.app.windows()).toHaveLength(1)
})

// @proves Security: A03 page and frames see nothing of Node
// @proves Security: A04 one frozen object with agreed functions; plain data only
test('page and frames see nothing of Node, and only one frozen object of the application', async ({ workbench }) => {
  const { page } = workbench.window
  const seen = await page.evaluate(() => {
    const api = (globalThis as unknown as { workbench: Record<string, unknown> }).workbench
    const names = ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron']
    return {
      node: names.filter((name) => name in globalThis),
      isFrozen: Object.isFrozen(api),
      kinds: [...new Set(Object.values(api).map((value) => typeof value))],
    }
  })
  expect(seen).toEqual({ node: [], isFrozen: true, kinds: ['function'] })
})

// The versions of Electron's own Node: this spec also runs there.
test('the SQLite of the application keeps a write-ahead log together', async ({ workbench }) => {
  const sqlite = await workbench.app.evaluate(() => process.versions.sqlite)
  expect(isOldSqlite(sqlite), `SQLite ${sqlite}`).toBe(false)
})
