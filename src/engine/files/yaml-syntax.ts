import type { Document, YAMLParseError } from 'yaml'
import { hiddenCharacterOf } from '../../shared/typed-text.ts'
import { scalarsOf } from './yaml-values.ts'

/** A problem of a text, with its line and column from 1. */
export interface TextProblem {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** The first character that is not allowed in a text file, with a message. */
export function foreignCharacter(text: string): TextProblem | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are looked for.
  const found = /\r(?!\n)|[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/.exec(text)
  if (found === null) return undefined
  const before = text.slice(0, found.index).split('\n')
  const [character] = found
  return { line: before.length, column: (before.at(-1) ?? '').length + 1, message: wordsOfCharacter(character) }
}

function wordsOfCharacter(character: string): string {
  if (character === '\r') return 'this line ends with CR alone: save the file with LF or CR LF at the ends of its lines'
  if (character === '\u001A') return 'here stands a Ctrl-Z, an end-of-file mark of old systems: remove it'
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return `here stands the control character U+${code}: remove it`
}

/**
 * The errors of the parser with their places. Errors that a tab, an invisible character or an earlier error has caused are left
 * out: of all errors only the first is reported, and fields that occur twice.
 */
export function syntaxProblems(
  document: Document,
  text: string,
  at: (offset: number) => { line: number; column: number },
): TextProblem[] {
  const [first] = document.errors
  const foreign = first && badCharacterNear(text.split('\n'), at(first.pos[0]).line)
  if (foreign !== undefined) return [foreign]
  return document.errors
    .filter((error) => error === first || error.code === 'DUPLICATE_KEY')
    .map((error) => ({
      ...at(isOpenQuote(error) ? lastQuoteBefore(document, error.pos[0]) : error.pos[0]),
      message: `not valid YAML: ${syntaxWords(error)}`,
    }))
}

const isOpenQuote = ({ code, message }: YAMLParseError): boolean => code === 'MISSING_CHAR' && /quote/.test(message)

/** Where the last text in quotes before a place begins; the parser reports a missing quote at the end of the file. */
function lastQuoteBefore(document: Document, offset: number): number {
  const starts = scalarsOf(document)
    .filter(({ type }) => type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE')
    .map(({ range }) => range?.[0] ?? 0)
  return Math.max(...starts.filter((start) => start <= offset), 0)
}

/** A tab in front of a line, or a character that nobody sees, in this line or the next: the parser often complains one line early. */
function badCharacterNear(lines: readonly string[], line: number): TextProblem | undefined {
  for (const number of [line, line + 1]) {
    const content = lines[number - 1] ?? ''
    const tab = /^( *)\t[ \t]*[^\s#]/.exec(content)
    if (tab)
      return {
        line: number,
        column: (tab[1] ?? '').length + 1,
        message: 'not valid YAML: a tab cannot indent a line: use spaces',
      }
    // Blanks at both ends and tabs are seen, or do no harm.
    const trimmed = content.replaceAll('\t', ' ').replace(/^ +| +$|\r$/g, '')
    const hidden = hiddenCharacterOf(trimmed)
    if (hidden !== undefined) {
      const column = content.indexOf(String.fromCodePoint(Number.parseInt(hidden.slice(2), 16))) + 1
      return { line: number, column, message: `not valid YAML: ${hiddenWords(hidden)}` }
    }
  }
  return undefined
}

/** What to do about a character that nobody sees. */
export const hiddenWords = (character: string): string =>
  `here stands an invisible or unusual character (${character}): remove it, or write a usual one`

/** What to do about an error of the parser. */
function syntaxWords({ code, message }: YAMLParseError): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab cannot indent a line: use spaces'
    case 'MULTIPLE_DOCS':
      return 'a file holds one document: remove what follows from this --- on'
    case 'DUPLICATE_KEY':
      return 'this field is there twice: remove one of them'
    case 'BAD_SCALAR_START':
      return 'a text cannot begin with this character: put it in quotes'
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'put a text with a colon in it in quotes, or indent the next line like this one'
    case 'MULTILINE_IMPLICIT_KEY':
      return 'the name of a field has to be on one line with its colon'
    case 'MISSING_CHAR':
      return /quote/.test(message)
        ? 'this text in quotes has no end: add the closing quote'
        : 'a field is written as its name, a colon, a space and a value'
    case 'BAD_DQ_ESCAPE':
      return 'in double quotes a backslash begins an escape such as \\n: write two of them, or use single quotes'
    case 'BAD_INDENT':
      return /^Flow/.test(message)
        ? 'a bracket is not closed, or its lines are not indented: close it, and indent the lines in it'
        : 'this line has to begin in the same column as the fields or items that it belongs to'
    case 'BLOCK_IN_FLOW':
      return 'between brackets, fields and items are separated by commas: use only [ ], { } and commas there'
    case 'UNEXPECTED_TOKEN':
      return /block-seq-ind/.test(message)
        ? 'a list of lines with - begins on the next line, indented'
        : 'this does not belong here: check the brackets, quotes and indentation in front of it'
    case 'BAD_DIRECTIVE':
      return 'this line with % is not understood: remove it'
    default:
      return /call stack/.test(message) ? 'too many levels inside one another: remove some' : message
  }
}
