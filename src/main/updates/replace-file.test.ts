import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { replaceFile } from './replace-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'replace-file-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const target = join(folder, 'workbench.AppImage')
const downloaded = join(folder, 'download')
const oldBytes = Buffer.alloc(1_000_000, 'o')
const newBytes = Buffer.alloc(8_000_000, 'n')
const sha512 = createHash('sha512').update(newBytes).digest('base64')

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  writeFileSync(target, oldBytes, { mode: 0o755 })
  writeFileSync(downloaded, newBytes, { mode: 0o755 })
})

describe('the replacement of the program', () => {
  it('puts the new one in place, ready to run', () => {
    replaceFile(downloaded, target, sha512)
    expect(readFileSync(target).equals(newBytes)).toBe(true)
    expect(statSync(target).mode & 0o111).toBe(0o111)
    expect(existsSync(`${target}.update`)).toBe(false)
  })

  it('leaves the old one when the download is not what was signed', () => {
    writeFileSync(downloaded, newBytes.subarray(1))
    expect(() => replaceFile(downloaded, target, sha512)).toThrow('update refused: damaged')
    expect(readFileSync(target).equals(oldBytes)).toBe(true)
    expect(existsSync(`${target}.update`)).toBe(false)
  })

  it('leaves everything when the new one cannot be moved over the old one', () => {
    rmSync(target)
    mkdirSync(join(target, 'in-use'), { recursive: true })
    expect(() => replaceFile(downloaded, target, sha512)).toThrow()
    expect(existsSync(join(target, 'in-use'))).toBe(true)
    expect(existsSync(`${target}.update`)).toBe(false)
  })

  it('removes what an earlier try has left', () => {
    writeFileSync(`${target}.update`, 'half')
    replaceFile(downloaded, target, sha512)
    expect(readFileSync(target).equals(newBytes)).toBe(true)
  })

  // @proves Security: A72 a killed update leaves a program that starts, the old one or the new one, at 20 points
  it('leaves a whole program wherever its process is killed', { timeout: 120_000 }, async () => {
    const script = `
      const { replaceFile } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'replace-file.ts')).href)})
      process.stdout.write('go')
      for (;;) replaceFile(${JSON.stringify(downloaded)}, ${JSON.stringify(target)}, ${JSON.stringify(sha512)})`
    const seen = { halfway: 0 }
    for (let point = 0; point < 20; point += 1) {
      writeFileSync(target, oldBytes, { mode: 0o755 })
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      // Spread over one whole replacement, which takes some tens of milliseconds.
      const until = performance.now() + point * 3
      while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve))
      child.kill('SIGKILL')
      await once(child, 'exit')
      const bytes = readFileSync(target)
      expect(bytes.equals(oldBytes) || bytes.equals(newBytes), `point ${point}`).toBe(true)
      if (existsSync(`${target}.update`)) seen.halfway += 1
    }
    expect(seen.halfway).toBeGreaterThan(0)
  })
})
