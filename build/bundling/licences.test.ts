import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { headingsIn, licencesFile, packageFolder, readPackage } from './licences.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'licences-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Locked {
  readonly version?: string
  readonly dev?: boolean
}

describe('the package of a module', () => {
  it.each([
    ['/p/node_modules/react/index.js', '/p/node_modules/react'],
    ['/p/node_modules/@grpc/grpc-js/build/src/index.js', '/p/node_modules/@grpc/grpc-js'],
    ['/p/node_modules/a/node_modules/@b/c/x.css?inline', '/p/node_modules/a/node_modules/@b/c'],
    ['\0/p/node_modules/long/index.js?commonjs-proxy', '/p/node_modules/long'],
    ['C:\\p\\node_modules\\uplot\\dist\\uPlot.esm.js', 'C:/p/node_modules/uplot'],
    ['/p/src/main/index.ts', undefined],
    ['\0vite/preload-helper.js', undefined],
  ])('of %j is %s', (id, expected) => expect(packageFolder(id)).toBe(expected))

  it('without the text of its licence stops the build', () => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'bare', version: '1.0.0', license: 'MIT' }))
    expect(() => readPackage(folder)).toThrow('bare is bundled, but it comes without the text of its licence (MIT).')
  })

  it('brings its licence and its notices', () => {
    const place = join(folder, 'good')
    mkdirSync(place)
    writeFileSync(
      join(place, 'package.json'),
      JSON.stringify({ name: 'good', version: '1.2.3', license: 'Apache-2.0' }),
    )
    writeFileSync(join(place, 'LICENSE.txt'), 'Permission is granted')
    writeFileSync(join(place, 'NOTICE'), 'Made by somebody')
    const file = licencesFile([readPackage(place)])
    expect(headingsIn(file)).toEqual(['good 1.2.3 (Apache-2.0)'])
    expect(file).toMatch(/Permission is granted[\s\S]*Made by somebody/)
  })
})

// @proves Delivery: Licence texts of bundled packages ship, and audits see what ships
describe('the built application', () => {
  const bundles = ['node', 'main', 'preload', 'renderer'] as const
  const headings = (bundle: string) => headingsIn(readFileSync(join(root, 'out/licences', `${bundle}.txt`), 'utf8'))

  beforeAll(() => {
    const built = spawnSync(process.execPath, [join(root, 'build/build.ts')], { cwd: root, encoding: 'utf8' })
    expect(built.status, built.stderr).toBe(0)
  }, 180_000)

  it.each([
    ['node', '@grpc/grpc-js'],
    ['main', 'zod'],
    ['renderer', 'react-dom'],
    ['renderer', 'uplot'],
  ])('has the licences of bundle %s, %s among them', (bundle, name) => {
    expect(headings(bundle).map((heading) => heading.split(' ')[0])).toContain(name)
  })

  // @proves Delivery: Licence texts of bundled packages ship, and audits see what ships
  it('bundles dependencies only, so that `npm audit --omit=dev` sees all of it', () => {
    const lock: { packages: Record<string, Locked> } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
    const shipped = new Set(
      Object.entries(lock.packages)
        .filter(([, { dev }]) => dev !== true)
        .map(([path, { version }]) => `${path.split('node_modules/').at(-1)} ${version}`),
    )
    const bundled = bundles.flatMap((bundle) => headings(bundle).map((heading) => heading.replace(/ \(.*\)$/, '')))
    expect(bundled.filter((one) => !shipped.has(one))).toEqual([])
  })
})
