import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
mkdirSync(join(root, '.cache'), { recursive: true })
const folder = mkdtempSync(join(root, '.cache/second-build-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const digests = (out: string): Record<string, string> =>
  Object.fromEntries(
    globSync('{main,preload,renderer,engine,functions,chunks}/**/*.{js,cjs,css,html}', { cwd: out })
      .sort()
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(join(out, file)))
          .digest('hex'),
      ]),
  )

function run(...args: string[]): void {
  const env = { ...process.env, WORKBENCH_BUILD_FOLDER: folder.slice(root.length + 1) }
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env })
  expect(result.status, result.stdout + result.stderr).toBe(0)
}

// @proves Security: A48 two builds of one commit give the same archive
it('builds the same bytes in another folder at another time', () => {
  run('build/build.ts')
  run('node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'error')
  run('node_modules/vite/bin/vite.js', 'build', '--config', 'vite.node.config.ts', '--logLevel', 'error')
  const first = digests(join(root, 'out'))
  expect(Object.keys(first).length).toBeGreaterThan(10)
  expect(digests(folder)).toEqual(first)
}, 240_000)
