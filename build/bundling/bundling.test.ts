import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withLock } from './lock.ts'
import { ReadOnlyError, workUnlessDone } from './read-only.ts'
import { describeRenderer } from './renderer-manifest.ts'
import { digestOf, isFresh, writeStamp } from './stamps.ts'

let folder = ''
const put = (path: string, content: string) => {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), content)
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundling-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the manifest of the renderer', () => {
  it('lists each file with hash, type and size, and leaves source maps out', () => {
    put('index.html', '<p>')
    put('assets/a.js', 'x')
    put('assets/a.js.map', '{}')
    const sha256 = createHash('sha256').update('x').digest('hex')
    const manifest = describeRenderer(folder)
    expect(Object.keys(manifest)).toEqual(['/assets/a.js', '/index.html'])
    expect(manifest['/assets/a.js']).toEqual({ sha256, mimeType: 'text/javascript; charset=utf-8', bytes: 1 })
  })
  it('refuses a kind of file that nobody decided about', () => {
    put('assets/module.wasm', '')
    expect(() => describeRenderer(folder)).toThrow('assets/module.wasm')
  })
})

describe('the digest of inputs', () => {
  const digest = () => digestOf(folder, ['src/**/*'])

  it('changes with content, name and number of files', () => {
    put('src/a.ts', '1')
    const first = digest()
    put('src/a.ts', '2')
    const second = digest()
    put('src/b.ts', '')
    expect(new Set([first, second, digest()]).size).toBe(3)
  })
  it('does not change with tests or with files elsewhere', () => {
    put('src/a.ts', '1')
    const first = digest()
    put('src/a.test.ts', 'x')
    put('docs/a.ts', 'x')
    expect(digest()).toBe(first)
  })
  it('is fresh only as long as its stamp says so', () => {
    const stamp = join(folder, 'out/.stamp')
    expect(isFresh(stamp, 'x')).toBe(false)
    writeStamp(stamp, 'x')
    expect(isFresh(stamp, 'x')).toBe(true)
    expect(isFresh(stamp, 'y')).toBe(false)
  })
})

describe('a build in a folder', () => {
  const refusing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }))

  it.each(['EACCES', 'EPERM', 'EROFS'])('that cannot be written is content with what is there: %s', async (code) => {
    await expect(workUnlessDone('/clone', refusing(code), () => true)).resolves.toBeUndefined()
  })
  it.each(['EACCES', 'EPERM', 'EROFS'])('that cannot be written says so when work is left: %s', async (code) => {
    const attempt = workUnlessDone('/clone', refusing(code), () => false)
    await expect(attempt).rejects.toThrow(ReadOnlyError)
    await expect(attempt).rejects.toThrow(`The build cannot write into /clone (${code}): run it as somebody who may`)
  })
  it('that can be written tells every other failure as it is', async () => {
    await expect(workUnlessDone('/clone', refusing('ENOSPC'), () => true)).rejects.toMatchObject({ code: 'ENOSPC' })
    const isDone = () => expect.unreachable('nobody asks when the work succeeds')
    await expect(workUnlessDone('/clone', () => Promise.resolve(), isDone)).resolves.toBeUndefined()
  })
})

describe('the lock of the build', () => {
  const file = () => join(folder, 'lock')

  it('lets one after the other work', async () => {
    const order: string[] = []
    const first = withLock(file(), async () => {
      order.push('first begins')
      await Promise.resolve()
      order.push('first ends')
    })
    await Promise.all([first, withLock(file(), async () => void order.push('second'))])
    expect(order).toEqual(['first begins', 'first ends', 'second'])
  })
  it('is given back when the work fails', async () => {
    await expect(withLock(file(), () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await withLock(file(), async () => 'works')).toBe('works')
  })
  it('is taken over from a process that is gone', async () => {
    writeFileSync(file(), '4194304')
    expect(await withLock(file(), async () => 'works')).toBe('works')
  })
  it('names the process that holds it for too long', async () => {
    writeFileSync(file(), String(process.ppid))
    await expect(withLock(file(), async () => 'never', 0)).rejects.toThrow(`Process ${process.ppid}`)
  })
})
