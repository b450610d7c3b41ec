import i18next, { type i18n } from 'i18next'
import type { Language } from '../../shared/languages.ts'
import { de } from './locales/de/index.ts'
import { en, type Messages } from './locales/en/index.ts'
import { fr } from './locales/fr/index.ts'
import { nl } from './locales/nl/index.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: Messages }
  }
}

/** All texts by language. */
export const locales: Record<Language, Messages> = { en, de, nl, fr }

/** Names of the languages, each in its own language. */
export const languageNames: Record<Language, string> = {
  en: 'English',
  de: 'Deutsch',
  nl: 'Nederlands',
  fr: 'Français',
}

/** The texts for one page. Nothing is escaped: React draws text, never markup. */
export function createTexts(language: Language, translations: Record<Language, Messages> = locales): i18n {
  const texts = i18next.createInstance()
  void texts.init({
    lng: language,
    fallbackLng: 'en',
    initAsync: false,
    interpolation: { escapeValue: false },
    resources: Object.fromEntries(Object.entries(translations).map(([name, translation]) => [name, { translation }])),
  })
  return texts
}
