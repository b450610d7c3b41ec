import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generatedFiles } from './data-references.ts'
import { withTable } from './schema-reference.ts'

// @proves The whole protocol: The pages of the documentation are true
describe('what is generated from the schemas', () => {
  it.each(generatedFiles().map((file) => [basename(file.path), file] as const))(
    'is up to date in %s',
    (_name, file) => {
      const content = readFileSync(file.path, 'utf8')
      expect(file.update(content)).toBe(content)
    },
  )

  it('replaces only what stands between its marks', () => {
    const page = 'before <!-- x -->old<!-- /x --> after'
    expect(withTable(page, 'x', 'new')).toBe('before <!-- x -->\n\nnew\n\n<!-- /x --> after')
    expect(() => withTable(page, 'y', 'new')).toThrow('The page has no <!-- y -->')
  })
})
