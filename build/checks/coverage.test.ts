import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'docs/coverage.md'), 'utf8')
const named = [...text.matchAll(/`([^`]+)` “([^”]+)”/g)].map(([, path = '', title = '']) => [path, title] as const)
const rows = text.split('\n').filter((line) => /^\| (?!---|promise|fault |input )/.test(line))

describe('docs/coverage.md', () => {
  it('has rows that name tests', () => {
    expect(rows.length).toBeGreaterThan(70)
    const without = rows.filter((row) => !row.includes('“') && !/`npm run perf`|workflow `e2e`/.test(row))
    expect(without).toEqual([])
  })

  it.each(named)('names a test of %s that exists: %s', (path, title) => {
    expect(readFileSync(join(root, path), 'utf8')).toContain(title)
  })
})
