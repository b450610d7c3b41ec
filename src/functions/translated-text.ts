import type { Language } from '../shared/languages.ts'

/** One text in every language of the application. The control holds the English text; the others are its translations. */
export type TranslatedText = Readonly<Record<Language, string>>

/** Values for the `{name}` places of a template: plain ones, or texts that are themselves translated. */
export type TextValues = Readonly<Record<string, string | number | TranslatedText>>

const fill = (template: string, language: Language, values: TextValues): string =>
  template.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name]
    if (value === undefined) return place
    return typeof value === 'object' ? value[language] : String(value)
  })

/** Puts values into every language of a text. A place without a value stays as it is. */
export const withValues = (text: TranslatedText, values: TextValues): TranslatedText => ({
  en: fill(text.en, 'en', values),
  de: fill(text.de, 'de', values),
  nl: fill(text.nl, 'nl', values),
  fr: fill(text.fr, 'fr', values),
})

/** The same text in every language, e.g. a name that an ECU reports. */
export const untranslated = (words: string): TranslatedText => ({ en: words, de: words, nl: words, fr: words })

/** Joins texts, in every language. */
export const joined = (texts: readonly TranslatedText[], separator: string): TranslatedText => {
  const join = (language: Language) => texts.map((text) => text[language]).join(separator)
  return { en: join('en'), de: join('de'), nl: join('nl'), fr: join('fr') }
}

/** The translations of a control: the English text is the control's own, the others are looked up by it. */
export const translationsOf = (texts: readonly TranslatedText[]): Record<string, Record<string, string>> =>
  Object.fromEntries(texts.map(({ en, ...others }) => [en, others]))
