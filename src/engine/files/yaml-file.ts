import { type Document, isAlias, isScalar, LineCounter, parseDocument, type Scalar } from 'yaml'
import type { z } from 'zod'
import { hiddenCharacterOf } from '../../shared/typed-text.ts'
import { insteadOf, notationProblem, type ScalarUse, scalarUses } from './scalars.ts'
import { problemWords } from './schema-messages.ts'
import { readTextFile, TextFileError } from './text-file.ts'
import { fieldName, nodeAt, offsetOf } from './yaml-places.ts'
import { foreignCharacter, hiddenWords, syntaxProblems } from './yaml-syntax.ts'
import { scalarsOf, valueProblems } from './yaml-values.ts'

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
  if (document.errors.length > 0)
    throw new YamlFileError(syntaxProblems(document, text, at).map((problem) => ({ file, field: '', ...problem })))
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
  const node = nodeAt(document, path)
  const scalar = isAlias(node) ? node.resolve(document) : node
  const use = isScalar(scalar) ? uses.get(scalar) : undefined
  return isScalar(scalar) && use !== undefined ? insteadOf(scalar, use, cause) : undefined
}

/** The issues of the option that was probably meant: the only one whose outermost shape fits. */
function meantOption({ errors }: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const inside = errors.filter((option) => option.every(({ path }) => path.length > 0))
  return inside.length === 1 ? inside[0] : undefined
}
