import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'vite'

/** A text of the window that is missing, that nothing uses, or that is not in the locales. */
export interface TextFinding {
  readonly place: string
  readonly problem: 'missing' | 'unused' | 'hard-coded'
  readonly text: string
}

interface Node {
  readonly type: string
  readonly [key: string]: unknown
}

/** Literals of a file: whole strings, and templates as patterns in which each value stands for one part of a key. */
interface Literals {
  readonly whole: Set<string>
  readonly patterns: RegExp[]
}

const plural = /_(?:zero|one|two|few|many|other)$/
/** Attributes whose value a person reads or hears. */
const spoken =
  /^(?:aria-(?:label|description|roledescription|valuetext|placeholder)|alt|title|placeholder|label|name|text|description)$/
const hasWords = /\p{L}{2}/u

/** The keys of nested texts, without their plural endings. */
export function keysOf(texts: object, path = ''): string[] {
  const keys = Object.entries(texts).flatMap(([name, value]) =>
    typeof value === 'string' ? [`${path}${name}`.replace(plural, '')] : keysOf(value as object, `${path}${name}.`),
  )
  return [...new Set(keys)]
}

/** Compares the sources of the window with the keys of its texts. */
export function textFindings(sources: ReadonlyMap<string, string>, keys: readonly string[]): TextFinding[] {
  const known = new Set(keys)
  const used: Literals = { whole: new Set(), patterns: [] }
  const found: TextFinding[] = []
  for (const [place, source] of sources) {
    for (const node of nodesOf(parseAst(source, { lang: place.endsWith('x') ? 'tsx' : 'ts' }) as unknown as Node)) {
      collect(node, used)
      const missing = missingKeys(node, known)
      found.push(...missing.map((text) => ({ place, problem: 'missing' as const, text })))
      const text = hardCoded(node)
      if (text !== undefined) found.push({ place, problem: 'hard-coded', text })
    }
  }
  const isUsed = (key: string) => used.whole.has(key) || used.patterns.some((pattern) => pattern.test(key))
  const unused = keys.filter((key) => !isUsed(key))
  return [...found, ...unused.map((text) => ({ place: 'locales', problem: 'unused' as const, text }))]
}

/** The sources of the window that are shipped. */
export function windowSources(renderer: string): Map<string, string> {
  const names = readdirSync(renderer, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'))
  const shipped = names.filter(
    (name) => /\.tsx?$/.test(name) && !/\.test\.|\.d\.ts$|testing\/|i18n\/locales\//.test(name),
  )
  return new Map(shipped.map((name) => [name, readFileSync(join(renderer, name), 'utf8')]))
}

function* nodesOf(node: Node): Generator<Node> {
  yield node
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child)
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

function collect(node: Node, { whole, patterns }: Literals): void {
  const text = stringOf(node)
  if (text !== undefined) whole.add(text)
  const parts = partsOf(node)
  // Only a template that begins with the name of a group says which keys it means.
  if (parts !== undefined && /^\w+\./.test(parts[0] ?? '')) {
    patterns.push(new RegExp(`^${parts.map((part) => part.replaceAll(/[^\w-]/g, '\\$&')).join('[\\w-]+')}$`))
  }
}

const stringOf = (node: Node): string | undefined =>
  node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined

function partsOf(node: Node): string[] | undefined {
  if (node.type !== 'TemplateLiteral') return undefined
  return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked)
}

/** Keys that a call of `t` names and that do not exist. */
function missingKeys(node: Node, known: ReadonlySet<string>): string[] {
  const callee = node.callee as Node | undefined
  if (node.type !== 'CallExpression' || callee?.type !== 'Identifier' || callee.name !== 't') return []
  const [first] = node.arguments as Node[]
  return first === undefined ? [] : choicesOf(first).filter((key) => !known.has(key))
}

/** The strings that an expression may be: itself, or both sides of a condition. */
function choicesOf(node: Node): string[] {
  if (node.type === 'ConditionalExpression') {
    return [...choicesOf(node.consequent as Node), ...choicesOf(node.alternate as Node)]
  }
  const text = stringOf(node)
  return text === undefined ? [] : [text]
}

/** Words in JSX that come from no locale. */
function hardCoded(node: Node): string | undefined {
  if (node.type === 'JSXText') return wordsOf(node.value)
  if (node.type === 'JSXExpressionContainer') return undefined
  if (node.type === 'JSXElement' || node.type === 'JSXFragment') return childWords(node)
  const name = (node.name as Node | undefined)?.name
  if (node.type !== 'JSXAttribute' || typeof name !== 'string' || !spoken.test(name) || !isNode(node.value))
    return undefined
  return literalWords(node.value)
}

function childWords(node: Node): string | undefined {
  const containers = (node.children as Node[]).filter(({ type }) => type === 'JSXExpressionContainer')
  return containers.map(literalWords).find((text) => text !== undefined)
}

function literalWords(node: Node): string | undefined {
  const inner = node.type === 'JSXExpressionContainer' ? (node.expression as Node) : node
  return [...choicesOf(inner), ...(partsOf(inner) ?? [])].map(wordsOf).find((text) => text !== undefined)
}

function wordsOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : ''
  return hasWords.test(text) ? text : undefined
}
