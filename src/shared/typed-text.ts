/** Characters without a look of their own: control and format characters, and those that Unicode lets programs ignore. */
const invisible = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu
const lineAndTab = /[\t\n\v\f\r\u2028\u2029]/g
const blanks = /\p{Zs}/gu
/** The full-width forms of ASCII, as input methods of East Asia type them. */
const fullWidth = /[\uFF01-\uFF5E]/g

const narrow = (character: string): string => String.fromCharCode(character.charCodeAt(0) - 0xfee0)

/**
 * What a person meant who typed or pasted a number, a host or an id: without invisible characters and outer blanks, with
 * full-width letters and digits as plain ones. Not for secrets and free texts, where every character may count.
 */
export function typedName(text: string): string {
  return text.replace(lineAndTab, ' ').replace(invisible, '').replace(fullWidth, narrow).replace(blanks, ' ').trim()
}

/**
 * The code point, such as U+200B, of the first character of a secret that nobody sees: an invisible one, a blank at its beginning
 * or end, an unusual blank, or a full-width form; undefined when there is none.
 */
export function hiddenCharacterOf(secret: string): string | undefined {
  const hidden =
    /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029\uFF01-\uFF5E]/u.exec(secret) ??
    /(?! )\p{Zs}/u.exec(secret) ??
    /^ | $/.exec(secret)
  const code = hidden?.[0].codePointAt(0)
  return code === undefined ? undefined : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
