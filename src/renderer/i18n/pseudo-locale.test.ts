import { expect, it } from 'vitest'
import { pseudoLocale, pseudoText } from '../testing/pseudo-locale.ts'
import { createTexts, locales } from './i18n.ts'

it('is in brackets, has accents, and keeps the values', () => {
  expect(pseudoText('Ticket {{number}} is in use')).toBe('[Tíìçkéèt {{number}} íìš íìñ úùšéè]')
})

it('is between 25 and 60 % longer than the English sentences together', () => {
  const length = (texts: object): number =>
    Object.values(texts).reduce((sum, text) => sum + (typeof text === 'string' ? text.length : length(text)), 0)
  const ratio = length(pseudoLocale(locales.en)) / length(locales.en)
  expect(ratio).toBeGreaterThan(1.25)
  expect(ratio).toBeLessThan(1.6)
})

it('can be the texts of a page, and leaves an empty text empty', () => {
  const pseudo = pseudoLocale(locales.en)
  const { t } = createTexts('de', { en: pseudo, de: pseudo, nl: pseudo, fr: pseudo })
  expect(t('start.startTicket', { number: 'ABC' })).toMatch(/^\[.*ABC\]$/)
  expect(pseudo.action.none).toBe('')
})
