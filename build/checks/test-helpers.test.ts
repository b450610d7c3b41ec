import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const files = globSync('src/**/*.{ts,tsx}', { cwd: root }).map((file) => file.replaceAll('\\', '/'))
const isTest = (file: string) => /\.test\.tsx?$/.test(file)
const isHelper = (file: string) => file.includes('/testing/')

/** Files of the project that a file imports. */
const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(
    ([, to = '']) => join(dirname(file), to).replaceAll('\\', '/'),
  )

describe('helpers of tests', () => {
  it('are in a folder "testing" beside the code, and have no other form', () => {
    const misplaced = files.filter((file) => /\.(?:test|spec|mock|fixture)[.-][a-z]/.test(file) && !isTest(file))
    expect(misplaced).toEqual([])
    expect(files.filter((file) => isTest(file) && isHelper(file))).toEqual([])
  })

  it('are imported by tests and other helpers only', () => {
    const product = files.filter((file) => !isTest(file) && !isHelper(file))
    expect(product.length).toBeGreaterThan(300)
    expect(product.filter((file) => importsOf(file).some((to) => isHelper(to) || isTest(to)))).toEqual([])
  })
})
