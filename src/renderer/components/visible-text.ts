const replacement = '\uFFFD'

/**
 * Makes the text of a server safe to show: control characters become their symbols, direction marks become an arrow, and lone
 * surrogates become the replacement character. Line breaks and tabs stay.
 */
export function visibleText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069\u200B\u2060\uFEFF\u2028\u2029]/gu, visibleCharacter)
}

/** A name that says something; undefined for an empty one and one of blanks. */
export const saidName = (name: string | undefined): string | undefined => (name?.trim() ? name : undefined)

const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/

/** The same for a text inside one of our sentences: a right-to-left text is isolated. */
export function isolatedText(text: string): string {
  const shown = visibleText(text)
  return rightToLeft.test(shown) ? `\u2068${shown}\u2069` : shown
}

const longestName = 200

/** Names of a car and its place in one line; each has its own direction, and empty ones are left out. */
export const joinedNames = (names: readonly (string | undefined)[], between = ' · '): string =>
  names
    .flatMap((name) => saidName(name) ?? [])
    .map((name) => isolatedText(name.slice(0, longestName)))
    .join(between)

function visibleCharacter(character: string): string {
  const code = character.charCodeAt(0)
  if (character === '\n' || character === '\t') return character
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  if (code < 0xa0) return replacement
  if (code === 0x2028 || code === 0x2029) return '\n'
  if (code === 0x200b || code === 0x2060 || code === 0xfeff) return '\u00B7'
  return '\u21C4'
}
