import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { electronSupport, releasedAt } from './electron-support.ts'

const { devDependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))

// @proves Security: A46 a release is made with a supported Electron, pinned exactly
it.each([
  ['44.1.0', '2026-11-28', 'good'],
  ['44.1.0', '2027-01-20', 'warning'],
  ['44.1.0', '2027-03-01', 'error'],
  ['20.0.0', '2026-11-28', 'error'],
  ['x', '2026-11-28', 'error'],
])('Electron %s on %s is %s', (version, date, kind) => {
  expect(electronSupport(version, new Date(date)).kind).toBe(kind)
})

// @proves Security: A46 a release is made with a supported Electron, pinned exactly
it('the Electron of this project is pinned exactly, and the newest major of the table', () => {
  expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/)
  const newest = Math.max(...Object.keys(releasedAt).map(Number))
  expect(Number(devDependencies.electron.split('.')[0])).toBe(newest)
  expect(electronSupport(devDependencies.electron, new Date(releasedAt[newest] ?? '')).kind).toBe('good')
})
