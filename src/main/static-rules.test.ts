import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const isTest = (path: string) => /\.test\.tsx?$|\/testing\//.test(path)
const sources = (pattern: string) =>
  globSync(pattern, { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !isTest(path) && !path.includes('/generated/'))
    .map((path) => ({ path, text: withoutComments(readFileSync(join(root, path), 'utf8')) }))

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1')
}

const filesWith = (pattern: string, search: RegExp) =>
  sources(pattern)
    .filter(({ text }) => search.test(text))
    .map(({ path }) => path)

describe('the source', () => {
  it('is found', () => {
    expect(sources('src/main/**/*.ts').length).toBeGreaterThan(30)
    expect(sources('src/renderer/**/*.{ts,tsx}').length).toBeGreaterThan(5)
  })

  // @proves Security: A01 one factory, fixed preferences
  it('builds windows in one place', () => {
    const names = /\b(BrowserWindow|BrowserView|WebContentsView|BaseWindow)\b/
    expect(filesWith('src/**/*.{ts,tsx}', names)).toEqual(['src/main/window.ts'])
  })

  // @proves Security: A10 calls exist in the registrar only, from one table
  it('passes ipcMain to the registrar only', () => {
    expect(filesWith('src/**/*.{ts,tsx}', /\bipcMain\b/)).toEqual(['src/main/index.ts'])
    expect(filesWith('src/main/**/*.ts', /registry\.handle\(/)).toEqual(['src/main/ipc/registrar.ts'])
  })

  it('uses ipcRenderer in the preload only', () => {
    expect(filesWith('src/**/*.{ts,tsx}', /\bipcRenderer\b/)).toEqual(['src/preload/index.ts'])
  })

  // @proves Security: A13 no synchronous IPC, no code from texts
  // @proves Security: A47 our own gate over the sources finds nothing forbidden
  it.each([
    ['synchronous IPC', /\bsendSync\b/],
    ['code from strings', /\beval\s*\(|\bnew Function\b|\bexecuteJavaScript\b/],
    ['the remote module', /@electron\/remote|\benableRemoteModule\b/],
    ['a way around certificates', /rejectUnauthorized|setCertificateVerifyProc/],
    ['a way around the sandbox', /(?<!hasSwitch\(')no-sandbox|sandbox:\s*false/],
    ['HTML from strings', /dangerouslySetInnerHTML|\.innerHTML|insertAdjacentHTML|document\.write/],
  ])('contains no %s', (_name, search) => {
    for (const folder of ['main', 'preload', 'renderer', 'shared', 'openobd', 'functions']) {
      expect(filesWith(`src/${folder}/**/*.{ts,tsx}`, search)).toEqual([])
    }
  })

  // @proves Security: A27 not applicable, because the application opens no address outside of itself
  // @proves Security: A28 not applicable, because the application opens no file or folder outside of itself
  // @proves Security: A32 developer tools are off in packages, and nothing opens them
  // @proves Security: A40b children are utility processes, never forks of Electron as Node
  // @proves Security: A54 not applicable, because there is no support bundle
  // @proves Security: A56 not applicable, because no crash report is made or sent
  // @proves Security: A65 not applicable, because there are no client certificates yet
  it.each([
    [
      'way to open an address or a file',
      /\bopenExternal\b|\bopenPath\b|\bshowItemInFolder\b|\bshell\b[^'"]*from 'electron'/,
    ],
    ['link into the application', /setAsDefaultProtocolClient|'open-url'/],
    ['way to open developer tools', /openDevTools|toggleDevTools|role: 'toggleDevTools'|viewMenu/],
    ['fork of Electron as Node', /(?<!utilityProcess\.)\bfork\(|ELECTRON_RUN_AS_NODE['"]?\s*:/],
    ['support bundle', /supportBundle|support-bundle/i],
    ['crash report', /\bcrashReporter\b/],
    ['client certificate', /'select-client-certificate'|clientCertificate|private_key|keyChain/],
  ])('contains no %s', (_name, search) => {
    const found = filesWith('src/{main,preload,openobd,shared}/**/*.ts', search)
    expect(found.filter((path) => path !== 'src/main/environment.ts')).toEqual([])
  })

  // @proves Security: A42 not applicable, because the mission names proto-loader, which generates code; A43 holds instead
  // @proves Security: A43 message schemas come from the build only, and protobufjs has the known faults mended
  it('reads message schemas of the build only', () => {
    const loader = /from '@grpc\/proto-loader'/
    const users = sources('src/{main,preload,openobd,shared,functions,renderer}/**/*.{ts,tsx}').filter(
      ({ text }) => loader.test(text) && !/import type [^\n]*from '@grpc\/proto-loader'/.test(text),
    )
    expect(users.map(({ path }) => path)).toEqual(['src/openobd/grpc/protos.ts'])
    expect(users[0]?.text).toContain("import { fromJSON } from '@grpc/proto-loader'")
    expect(
      filesWith('src/{main,openobd,functions}/**/*.ts', /ServerReflection|\.proto['"]|loadSync|protobufjs/),
    ).toEqual([])
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>
    }
    const versions = Object.entries(lock.packages).flatMap(([path, { version }]) =>
      path.endsWith('node_modules/protobufjs') ? [version] : [],
    )
    expect(versions.length).toBeGreaterThan(0)
    for (const version of versions) {
      const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
      expect(major > 7 || (major === 7 && (minor > 5 || (minor === 5 && patch >= 6))), version).toBe(true)
    }
  })

  it('has no console in main, preload and the client', () => {
    expect(filesWith('src/{main,preload,openobd,shared}/**/*.ts', /\bconsole\./)).toEqual([])
  })

  // @proves Sessions and links: grpc-js is loaded after the window exists
  it('loads grpc-js in main only with the back end', () => {
    const early = ['src/main/index.ts', 'src/main/shell-parts.ts', 'src/main/window.ts', 'src/main/environment.ts']
    const reached = new Set<string>()
    const visit = (path: string) => {
      if (reached.has(path)) return
      reached.add(path)
      const text = readFileSync(join(root, path), 'utf8')
      for (const [, kind, target] of text.matchAll(/^(import|export)(?! type)[^'"]*? from '(\.[^']+)'/gms)) {
        if (kind) visit(join(path, '..', target ?? '').replaceAll('\\', '/'))
      }
    }
    for (const path of early) visit(path)
    expect(reached.size).toBeGreaterThan(early.length + 8)
    for (const path of reached) expect(readFileSync(join(root, path), 'utf8'), path).not.toMatch(/from '@grpc\//)
  })
})
