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
  it.each([
    ['synchronous IPC', /\bsendSync\b/],
    ['code from strings', /\beval\s*\(|\bnew Function\b|\bexecuteJavaScript\b/],
    ['the remote module', /@electron\/remote|\benableRemoteModule\b/],
    ['a way around certificates', /rejectUnauthorized|setCertificateVerifyProc/],
    ['a way around the sandbox', /no-sandbox|sandbox:\s*false/],
    ['HTML from strings', /dangerouslySetInnerHTML|\.innerHTML|insertAdjacentHTML|document\.write/],
  ])('contains no %s', (_name, search) => {
    for (const folder of ['main', 'preload', 'renderer', 'shared', 'openobd', 'functions']) {
      expect(filesWith(`src/${folder}/**/*.{ts,tsx}`, search)).toEqual([])
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
