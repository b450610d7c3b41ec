import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { Imports } from './imports.ts'

const root = mkdtempSync(join(tmpdir(), 'imports-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const texts = {
  'a.ts': "import { b } from './b.ts'",
  'b.ts': "const c = await import('./c.ts')\nexport * from 'zod'",
  'c.ts': "import type { B } from './b.ts'",
  'd.ts': "import './a.ts'",
}
for (const [name, text] of Object.entries(texts)) writeFileSync(join(root, name), text)
const imports = new Imports(root, Object.keys(texts))

it('follows imports in both directions, through others and in circles', () => {
  expect([...imports.reachedBy('a.ts')].sort()).toEqual(['a.ts', 'b.ts', 'c.ts'])
  expect([...imports.reachedBy('c.ts')].sort()).toEqual(['b.ts', 'c.ts'])
  expect([...imports.thatReach(['c.ts'])].sort()).toEqual(['a.ts', 'b.ts', 'c.ts', 'd.ts'])
  expect([...imports.thatReach(['d.ts', 'new.ts'])].sort()).toEqual(['d.ts', 'new.ts'])
})

it('knows the texts of the files', () => {
  expect(imports.textOf('d.ts')).toBe(texts['d.ts'])
  expect(imports.textOf('new.ts')).toBeUndefined()
})
