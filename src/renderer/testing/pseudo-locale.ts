import type { Messages } from '../i18n/locales/en/index.ts'

const accented: Readonly<Record<string, string>> = {
  a: 'áà',
  e: 'éè',
  i: 'íì',
  o: 'óò',
  u: 'úù',
  y: 'ýÿ',
  A: 'Áà',
  E: 'Éè',
  I: 'Íì',
  O: 'Óò',
  U: 'Úù',
  c: 'ç',
  n: 'ñ',
  s: 'š',
  z: 'ž',
  C: 'Ç',
  N: 'Ñ',
  S: 'Š',
}
const value = /(\{\{\w+\}\})/

/** A text in brackets, with accents, and about 40 % longer because every vowel stands twice; its values stay as they are. */
export function pseudoText(text: string): string {
  const parts = text
    .split(value)
    .map((part) => (value.test(part) ? part : [...part].map((letter) => accented[letter] ?? letter).join('')))
  return `[${parts.join('')}]`
}

/** The English texts as a language in which every text can be told from one that is in no locale. */
export function pseudoLocale<T extends object = Messages>(texts: T): T {
  const entries = Object.entries(texts).map(([key, text]) => [
    key,
    typeof text === 'string' ? (text === '' ? '' : pseudoText(text)) : pseudoLocale(text as object),
  ])
  return Object.fromEntries(entries) as T
}
