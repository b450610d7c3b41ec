import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { replaceFile } from './replace-file.ts'

/** The process ends before its next call to the file system; from then on nothing reaches the disk. */
const crash = vi.hoisted(() => ({ after: Number.POSITIVE_INFINITY, calls: 0 }))
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  const wrapped = Object.entries(real).map(([name, value]) => {
    if (typeof value !== 'function' || !/^(rm|copyFile|open|fsync|close|rename|write|unlink)\w*Sync$/.test(name))
      return [name, value]
    return [
      name,
      (...args: unknown[]) => {
        crash.calls += 1
        if (crash.calls > crash.after) throw new Error('crashed')
        return (value as (...args: unknown[]) => unknown)(...args)
      },
    ]
  })
  return Object.fromEntries(wrapped)
})

// @proves Security: A72 a killed update leaves a program that starts, the old one or the new one, at every step
it('leaves a whole program between any two of its steps', () => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'replace-crash-'))
  const [target, downloaded] = [join(folder, 'program'), join(folder, 'download')]
  const sha512 = createHash('sha512').update('new').digest('base64')
  const ends = new Set<string>()
  let steps = 0
  for (let after = 0; after <= steps; after += 1) {
    crash.after = Number.POSITIVE_INFINITY
    fs.writeFileSync(target, 'old')
    fs.writeFileSync(downloaded, 'new')
    Object.assign(crash, { after, calls: 0 })
    try {
      replaceFile(downloaded, target, sha512)
    } catch {
      // The process has ended.
    }
    steps = Math.max(steps, crash.calls)
    const found = fs.readFileSync(target, 'utf8')
    expect(['old', 'new'], `after ${after} steps`).toContain(found)
    ends.add(found)
  }
  crash.after = Number.POSITIVE_INFINITY
  fs.rmSync(folder, { recursive: true })
  expect([...ends]).toEqual(['old', 'new'])
  expect(steps).toBeGreaterThan(4)
})
