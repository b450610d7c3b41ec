/** The texts by which one entry of a list is found. */
export type FoundBy = readonly (string | undefined)[]

/** The letters and digits of a text that count for a search: no accents, spaces, hyphens and points. */
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\p{M}\s\-.·]/gu, '')

const isIn = (part: string, texts: FoundBy): boolean => texts.some((text) => plain(text ?? '').includes(part))

/** A word shorter than this is found only as a whole word: the 3 of "lift 3" is not in the number of a ticket. */
const shortestPart = 3

const isWordIn = (word: string, texts: FoundBy): boolean =>
  word.length >= shortestPart
    ? isIn(word, texts)
    : texts.some((text) => (text ?? '').split(/[\s\-.·]+/u).some((one) => plain(one) === word))

/**
 * Decides which entries of a list a search finds: those with the whole search in one of their texts, or, when there are none, those
 * that have each of its words. An empty search finds everything.
 */
export function finder(search: string, all: readonly FoundBy[]): (texts: FoundBy) => boolean {
  const whole = plain(search)
  if (all.some((texts) => isIn(whole, texts))) return (texts) => isIn(whole, texts)
  const words = search
    .split(/\s+/u)
    .map(plain)
    .filter((word) => word !== '')
  return (texts) => words.every((word) => isWordIn(word, texts))
}
