import type { Language } from '../../../shared/app-state.ts'
import type { Prompt } from '../../../shared/prompt.ts'

/**
 * A text of a prompt in the language of the application: exact match of the original, then the language without its
 * region, else the original itself (protocol.md §10).
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

/** The beginning of a text, for places where the whole would be too much. */
export const shortened = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length).trimEnd()}…` : text
