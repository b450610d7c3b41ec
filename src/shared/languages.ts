/** Languages of the user interface (ISO 639-1); the first is the default. */
export const languages = ['en', 'de', 'nl', 'fr'] as const
/** One of the languages of the user interface. */
export type Language = (typeof languages)[number]

/** The first language of the user interface among those a person prefers, named as in BCP 47. */
export function firstLanguage(preferred: readonly string[]): Language {
  const names = preferred.map((name) => name.toLowerCase().split('-')[0])
  return names.flatMap((name) => languages.filter((language) => language === name))[0] ?? languages[0]
}
