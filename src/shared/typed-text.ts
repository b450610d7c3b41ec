/** Invisible characters: control and format characters, and those that Unicode lets programs ignore. */
const invisible = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu
const lineAndTab = /[\t\n\v\f\r\u2028\u2029]/g
const blanks = /\p{Zs}/gu
/** The full-width forms of ASCII, as input methods of East Asia type them. */
const fullWidth = /[\uFF01-\uFF5E]/g

const narrow = (character: string): string => String.fromCharCode(character.charCodeAt(0) - 0xfee0)

/**
 * Cleans a typed or pasted number, host or id: removes invisible characters and outer spaces, and replaces full-width letters
 * and digits by ASCII. Not for secrets and free texts, where every character may matter.
 */
export function typedName(text: string): string {
  return text.replace(lineAndTab, ' ').replace(invisible, '').replace(fullWidth, narrow).replace(blanks, ' ').trim()
}

/**
 * The code point (such as U+200B) of the first hidden character of a secret: an invisible one, a space at its beginning or end,
 * an unusual space, or a full-width form; undefined when there is none.
 */
export function hiddenCharacterOf(secret: string): string | undefined {
  const hidden =
    /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029\uFF01-\uFF5E]/u.exec(secret) ??
    /(?! )\p{Zs}/u.exec(secret) ??
    /^ | $/.exec(secret)
  const code = hidden?.[0].codePointAt(0)
  return code === undefined ? undefined : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
