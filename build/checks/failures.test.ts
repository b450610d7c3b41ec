import { describe, expect, it } from 'vitest'
import { languages } from '../../src/shared/languages.ts'
import { failureSentences, failuresPage } from '../failures.ts'

const emptyEndings = /(unavailable|not available|nicht verfügbar|niet beschikbaar|indisponible|non disponible)[.!]?$/i

describe('the words for failures', () => {
  it.each(failureSentences())(
    'of $key exist in four languages, are sentences, and never end in “unavailable”',
    ({ texts }) => {
      expect(texts).toHaveLength(languages.length)
      for (const text of texts) {
        expect(text).toMatch(/^[\p{Lu}{]/u)
        expect(text).toMatch(/[.!}]$/)
        expect(text).not.toMatch(emptyEndings)
      }
      expect(new Set(texts).size).toBe(languages.length)
    },
  )

  it('are all on the page, with the name of the proxy as an example', () => {
    const page = failuresPage()
    expect(page).not.toContain('{{')
    expect(page).toContain('proxy.example:8080')
    for (const { key } of failureSentences()) expect(page).toContain(`\`${key.replace(/^\w+\./, '')}\``)
  })
})
