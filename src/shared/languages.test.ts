import { expect, it } from 'vitest'
import { firstLanguage } from './languages.ts'

it.each([
  [['sv-SE', 'nl-BE', 'de'], 'nl'],
  [['FR-ca'], 'fr'],
  [['sv', 'constructor', 'deutsch'], 'en'],
  [[], 'en'],
])('of %j the first language of the window is %s', (preferred, language) => {
  expect(firstLanguage(preferred)).toBe(language)
})
