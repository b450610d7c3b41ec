import type { Language } from '../../../shared/languages.ts'
import type { Prompt } from '../../../shared/prompt.ts'

/**
 * A text of a prompt in the language of the application, found by the exact original: first with the language itself, then with
 * one of its regions, else the original (protocol.md §10).
 */
export function promptText(translations: Prompt['translations'], original: string, language: Language): string {
  if (!Object.hasOwn(translations, original)) return original
  const byLanguage = translations[original] ?? {}
  const exact = Object.entries(byLanguage).find(([name]) => name.toLowerCase() === language)
  if (exact !== undefined) return exact[1]
  return Object.entries(byLanguage).find(([name]) => withoutRegion(name) === language)?.[1] ?? original
}

const withoutRegion = (language: string): string => language.toLowerCase().split(/[-_]/)[0] ?? ''

/** The label of a prompt, in the language of the application; empty for a control that this version does not know. */
export function promptLabel(prompt: Prompt, language: Language): string {
  return prompt.control.kind === 'unknown' ? '' : promptText(prompt.translations, prompt.control.label, language)
}

/** The start of a text, for places with little space. */
export const shortened = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length).trimEnd()}…` : text
