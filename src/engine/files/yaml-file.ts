import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  type Scalar,
  visit,
  type YAMLParseError,
} from 'yaml'
import type { z } from 'zod'
import { hiddenCharacterOf } from '../../shared/typed-text.ts'
import { insteadOf, notationProblem, type ScalarUse, scalarUses } from './scalars.ts'
import { problemWords } from './schema-messages.ts'
import { readTextFile, TextFileError } from './text-file.ts'

/** One problem of a file, with its line and column. */
export interface FileProblem {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Field such as `ecus[2].request`; empty for the file as a whole. */
  readonly field: string
  readonly message: string
}

/** Error for a file that cannot be used; the message lists every problem as `file:line:column: field: what to do`. */
export class YamlFileError extends Error {
  readonly problems: readonly FileProblem[]

  constructor(problems: readonly FileProblem[]) {
    super(problems.map(problemLine).join('\n'))
    this.name = 'YamlFileError'
    this.problems = problems
  }
}

function problemLine({ file, line, column, field, message }: FileProblem): string {
  return `${file}:${line}:${column}: ${field === '' ? '' : `${field}: `}${message}`
}

/** Reads a YAML file that has to fit a schema. Throws {@link YamlFileError} when it cannot be read or does not fit; `what` names the kind of file. */
export function readYamlFile<T>(schema: z.ZodType<T>, path: string, what: string): YamlFile<T> {
  return parseYamlText(schema, textOf(path, what), path)
}

function textOf(path: string, what: string): string {
  try {
    return readTextFile(path, what)
  } catch (error) {
    if (!(error instanceof TextFileError)) throw error
    throw new YamlFileError([{ file: path, line: 1, column: 1, field: '', message: error.message }])
  }
}

/** The parsed value of a YAML file, and how to report problems of its fields. */
export interface YamlFile<T> {
  readonly value: T
  /** A problem of a field that fits the schema but contradicts something else. */
  problem(path: readonly PropertyKey[], message: string): FileProblem
}

/** Parses the text of a YAML file that has to fit a schema. Throws {@link YamlFileError}. */
export function parseYamlText<T>(schema: z.ZodType<T>, text: string, file: string): YamlFile<T> {
  const foreign = foreignCharacter(text)
  if (foreign !== undefined) throw new YamlFileError([{ file, field: '', ...foreign }])
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, stringKeys: true, prettyErrors: false })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  if (document.errors.length > 0) throw new YamlFileError(syntaxProblems(document, text, at, file))
  const unreadable = valueProblems(document)
  if (unreadable.length > 0)
    throw new YamlFileError(unreadable.map(({ offset, message }) => ({ file, ...at(offset), field: '', message })))
  const uses = scalarUses(schema, document)
  const misread = scalarsOf(document).flatMap((scalar): FileProblem[] => {
    const use = uses.get(scalar)
    const message = notationProblem(scalar, use)
    if (message === undefined) return []
    return [{ file, ...at(scalar.range?.[0] ?? 0), field: fieldName(use?.path ?? []), message }]
  })
  if (misread.length > 0) throw new YamlFileError(misread)
  const result = schema.safeParse(document.toJS(), { error: problemWords })
  const problem = (path: readonly PropertyKey[], message: string): FileProblem => ({
    file,
    ...at(offsetOf(document, path, false)),
    field: fieldName(path),
    message,
  })
  if (result.success) return { value: result.data, problem }
  throw new YamlFileError(
    result.error.issues.flatMap((issue) =>
      spread(issue).map(({ path, message, cause }) => ({
        file,
        ...at(offsetOf(document, path, issue.code === 'unrecognized_keys' || issue.code === 'invalid_key')),
        field: fieldName(path),
        message:
          cause === undefined || message.startsWith('write a')
            ? message
            : (instead(document, uses, path, cause) ?? message),
      })),
    ),
  )
}

/** The first character that is not allowed in a text file, with a message. */
function foreignCharacter(text: string): { line: number; column: number; message: string } | undefined {
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
function syntaxProblems(
  document: Document,
  text: string,
  at: (offset: number) => { line: number; column: number },
  file: string,
): FileProblem[] {
  const [first] = document.errors
  const foreign = first && badCharacterNear(text.split('\n'), at(first.pos[0]).line)
  if (foreign !== undefined) return [{ file, field: '', ...foreign }]
  return document.errors
    .filter((error) => error === first || error.code === 'DUPLICATE_KEY')
    .map((error) => ({
      file,
      ...at(isOpenQuote(error) ? lastQuoteBefore(document, error.pos[0]) : error.pos[0]),
      field: '',
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
function badCharacterNear(
  lines: readonly string[],
  line: number,
): { line: number; column: number; message: string } | undefined {
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

const hiddenWords = (character: string): string =>
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

type Issue = z.core.$ZodIssue

/** Splits the single issue of all unknown keys into one per key, each with its own position. */
function spread(issue: Issue): { path: PropertyKey[]; message: string; cause?: string | undefined }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: unknownField(key),
    }))
  }
  if (issue.code === 'invalid_key') {
    return [{ path: issue.path, message: issue.issues[0]?.message ?? issue.message }]
  }
  const meant = issue.code === 'invalid_union' ? meantOption(issue) : undefined
  if (meant) return meant.flatMap((inner) => spread({ ...inner, path: [...issue.path, ...inner.path] }))
  const { path, message } = issue
  if (issue.code === 'invalid_type') return [{ path, message, cause: issue.expected }]
  return [{ path, message, ...(issue.code === 'invalid_format' ? { cause: issue.code } : {}) }]
}

function unknownField(key: string): string {
  const hidden = hiddenCharacterOf(key)
  return hidden === undefined
    ? 'this field does not exist here: check the spelling or remove it'
    : `this field does not exist: ${hiddenWords(hidden)}`
}

/** What to write instead of a scalar of which the file shows what is meant; `cause` is the wanted type or the kind of problem. */
function instead(
  document: Document,
  uses: ReadonlyMap<Scalar, ScalarUse>,
  path: readonly PropertyKey[],
  cause: string,
): string | undefined {
  const node = document.getIn(path.map(String).map(asIndex), true)
  const scalar = isAlias(node) ? node.resolve(document) : node
  const use = isScalar(scalar) ? uses.get(scalar) : undefined
  return isScalar(scalar) && use !== undefined ? insteadOf(scalar, use, cause) : undefined
}

/** The issues of the option that was probably meant: the only one whose outermost shape fits. */
function meantOption({ errors }: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const inside = errors.filter((option) => option.every(({ path }) => path.length > 0))
  return inside.length === 1 ? inside[0] : undefined
}

/** Values that YAML reads differently than intended, or that it cannot read. */
function valueProblems(document: Document): { offset: number; message: string }[] {
  const problems: { offset: number; message: string }[] = []
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document)) return
      const message = `there is no anchor &${alias.source} before this: check the spelling, or put the text in quotes`
      problems.push({ offset: alias.range?.[0] ?? 0, message })
    },
    Scalar: (key, { value, range, tag }) => {
      if (key === 'key' && value === '__proto__')
        problems.push({ offset: range?.[0] ?? 0, message: 'nothing can be called __proto__: choose another name' })
      problems.push(...foreignTag(tag, range?.[0]))
    },
    Collection: (_key, { tag, range }) => void problems.push(...foreignTag(tag, range?.[0])),
  })
  if (problems.length > 0) return problems
  try {
    document.toJS()
  } catch (error) {
    problems.push({ offset: 0, message: `not usable YAML: ${error instanceof Error ? error.message : String(error)}` })
  }
  return problems
}

const usableTags: ReadonlySet<string> = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq'])

/** The problem of a tag that stands for a kind of value which these files do not have, such as !!binary. */
function foreignTag(tag: string | undefined, offset = 0): { offset: number; message: string }[] {
  const name = tag?.replace(/^tag:yaml\.org,2002:/, '!!')
  if (name === undefined || usableTags.has(name.replace(/^!!/, ''))) return []
  return [{ offset, message: `the tag ${name} is not used in these files: remove it` }]
}

/** Every scalar that is a value, in the order of the file. */
function scalarsOf(document: Document): Scalar[] {
  const found: Scalar[] = []
  visit(document, {
    Scalar: (key, scalar) => {
      if (key !== 'key') found.push(scalar)
    },
  })
  return found
}

/** Offset of the value at a path, or of its nearest parent that exists. */
function offsetOf(document: Document, path: readonly PropertyKey[], wantsKey: boolean): number {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const parts = path.slice(0, depth)
    const offset =
      (wantsKey && depth === path.length ? keyOffset(document, parts) : undefined) ?? valueOffset(document, parts)
    if (offset !== undefined) return offset
  }
  return 0
}

function valueOffset(document: Document, path: readonly PropertyKey[]): number | undefined {
  const node = path.length === 0 ? document.contents : document.getIn(path.map(String).map(asIndex), true)
  return isNode(node) ? node.range?.[0] : undefined
}

function keyOffset(document: Document, path: readonly PropertyKey[]): number | undefined {
  const parent =
    path.length === 1 ? document.contents : document.getIn(path.slice(0, -1).map(String).map(asIndex), true)
  if (!isMap(parent)) return undefined
  const pair = parent.items.find((item) => isPair(item) && String(item.key) === String(path.at(-1)))
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined
}

/** Lists are indexed by number, maps by text; the yaml package accepts numbers for maps with text keys too. */
function asIndex(part: string): string | number {
  return /^\d{1,3}$/.test(part) ? Number(part) : part
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`
    return name === '' ? String(part) : `${name}.${String(part)}`
  }, '')
}
