import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, Scalar } from 'yaml'
import { z } from 'zod'
import { typedName } from '../../shared/typed-text.ts'

/** Marks a number that is usually written in hexadecimal: `schema.meta(hexadecimal)`. A file writes it as 0x7E0 or "7E0". */
export const hexadecimal = { writtenAs: 'hexadecimal' } as const
/** Marks a text of hex bytes. */
export const hexBytesText = { writtenAs: 'hex bytes' } as const
/** Marks a text of a fixed number of upper-case hex digits, such as the name of a data identifier. */
export const hexDigitsText = (digits: 2 | 4) => ({ writtenAs: 'hex digits', digits }) as const
/** Marks a value that may be of any kind, of which a hexadecimal number is kept as the file writes it. */
export const asWritten = { writtenAs: 'as written' } as const

const schemaNode = z.object({
  writtenAs: z.enum(['hexadecimal', 'hex bytes', 'hex digits', 'as written']).optional(),
  digits: z.number().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  prefixItems: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
})

/** What the schema says of a scalar of a document. */
export interface ScalarUse {
  readonly path: readonly (string | number)[]
  readonly scalar: Scalar
  writtenAs?: z.infer<typeof schemaNode>['writtenAs']
  /** How many hex digits it has. */
  digits?: number
  /** Types that it may have, in the words of JSON Schema. */
  readonly types: Set<string>
}

const jsonSchemas = new WeakMap<z.ZodType, unknown>()

/** Every scalar of the document that the schema knows, in the order of the file. */
export function scalarUses(schema: z.ZodType, document: Document): ReadonlyMap<Scalar, ScalarUse> {
  const json = jsonSchemas.get(schema) ?? z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  jsonSchemas.set(schema, json)
  const found = new Map<Scalar, ScalarUse>()
  const visit = (raw: unknown, node: unknown, path: readonly (string | number)[]): void => {
    const { success, data } = schemaNode.safeParse(raw)
    if (!success || node === null || node === undefined) return
    if (isAlias(node)) {
      visit(raw, node.resolve(document), path)
      return
    }
    for (const option of [...(data.anyOf ?? []), ...(data.allOf ?? [])]) visit(option, node, path)
    if (isScalar(node)) {
      const use = found.get(node) ?? { path, scalar: node, types: new Set<string>() }
      use.writtenAs ??= data.writtenAs
      use.digits ??= data.digits
      for (const type of [data.type ?? []].flat()) use.types.add(type)
      found.set(node, use)
    } else if (isMap<Node, Node>(node)) {
      for (const pair of node.items) {
        if (!isPair(pair)) continue
        const key = String(isScalar(pair.key) ? pair.key.value : pair.key)
        visit(data.properties?.[key] ?? data.additionalProperties, pair.value, [...path, key])
      }
    } else if (isSeq<Node>(node)) {
      for (const [index, item] of node.items.entries())
        visit(data.prefixItems?.[index] ?? data.items, item, [...path, index])
    }
  }
  visit(json, document.contents, [])
  return found
}

const isQuoted = ({ type }: Scalar): boolean => type === Scalar.QUOTE_DOUBLE || type === Scalar.QUOTE_SINGLE
const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint'
const hexOf = (value: number | bigint): string => value.toString(16).toUpperCase()

/**
 * What is wrong with the notation of a scalar, whatever its value: undefined when it is right, or when the schema will find the
 * value itself wrong. Turns hex digits in quotes into the number that they write, where one is wanted.
 */
export function notationProblem(scalar: Scalar, use: ScalarUse | undefined): string | undefined {
  if (use?.writtenAs === 'hexadecimal') return hexadecimalProblem(scalar)
  if (!isNumber(scalar.value)) return undefined
  const { source = '' } = scalar
  if (use?.writtenAs === 'as written' && /^0x[\da-f]+$/i.test(source)) {
    scalar.value = source
    return undefined
  }
  const isMisread = /^(?:\d+e\d+|0o[0-7]+|0\d+)$/i.test(source)
  return isMisread ? misreadNumber(source, scalar.value, use) : undefined
}

/** One digit means the same in hexadecimal and decimal notation; every other number is written in hexadecimal. */
function hexadecimalProblem(scalar: Scalar): string | undefined {
  const { value, source = '' } = scalar
  if (isNumber(value)) {
    if (/^(?:0x[\da-f]+|\d)$/i.test(source)) return undefined
    if (/^0o/.test(source)) return `${source} is octal: write 0x${hexOf(value)}`
    if (/^\d+e\d+$/i.test(source))
      return `YAML reads ${source} as ${value}: write 0x${source}, or "${source}" in quotes`
    const isWhole = typeof value === 'bigint' || Number.isInteger(value)
    if (!isWhole || value < 0) return undefined
    const digits = String(value)
    if (value < 10) return `${source} is decimal here: write 0x0${digits}`
    return `${source} is decimal here: write 0x${digits} for the hexadecimal number ${digits}, or 0x${hexOf(value)} for the decimal number ${digits}`
  }
  if (typeof value !== 'string') return undefined
  const digits = /^(?:0x)?([\da-f]{1,8})$/i.exec(typedName(value))?.[1]
  if (digits === undefined) return undefined
  if (!isQuoted(scalar)) return `${value} is read as a text: write 0x${digits}, or "${digits}" in quotes`
  scalar.value = Number.parseInt(digits, 16)
  return undefined
}

/** Digits that YAML reads as another number than the writer may have meant. */
function misreadNumber(source: string, value: number | bigint, use: ScalarUse | undefined): string {
  const read = `YAML reads ${source} as ${value}`
  const inQuotes = `put "${source}" in quotes`
  const types = use?.types ?? new Set()
  const isOnly = (...names: string[]) => types.size > 0 && [...types].every((type) => names.includes(type))
  if (isOnly('string')) return `${read}: ${inQuotes}`
  if (isOnly('number', 'integer')) {
    const isHex = /e/i.test(source)
    return isHex ? `${read}: write ${value}, or 0x${source} for a hexadecimal number` : `${read}: write ${value}`
  }
  return /e/i.test(source)
    ? `${read}: write 0x${source} for a hexadecimal number, or put a text in quotes`
    : `${read}: ${inQuotes} for a text, or write ${value} for the number`
}

/**
 * What to write instead of a scalar that the schema refuses, in the file's own digits; undefined leaves it to the schema's words.
 * `cause` is the type that the schema wants, or `invalid_format` for a text that does not look as it has to.
 */
export function insteadOf(scalar: Scalar, use: ScalarUse, cause: string): string | undefined {
  const { value, source = '' } = scalar
  const written = source === '' ? String(value) : source
  if (use.writtenAs === 'hexadecimal') return hexadecimalInstead(value, cause)
  const isHex = value !== null && (use.writtenAs === 'hex bytes' || use.writtenAs === 'hex digits')
  const hex = isHex ? hexTextInstead(written, use) : undefined
  if (hex !== undefined) return hex
  switch (cause) {
    case 'string':
      if (value !== null) return `this has to be a text: put ${written} in quotes`
      return source === '' ? undefined : `YAML reads ${source} as nothing: put ${source} in quotes for a text`
    case 'boolean':
      return truthInstead(written)
    case 'number':
    case 'int':
      return numberInstead(value)
    default:
      return undefined
  }
}

/** Fields with an example of their own keep their words; the schema has words of its own for every field that can be absent. */
function hexadecimalInstead(value: unknown, cause: string): string | undefined {
  const isOther = value !== null && !isNumber(value) && cause === 'number'
  return isOther ? 'this has to be a number in hexadecimal, such as 0x10' : undefined
}

function hexTextInstead(written: string, { writtenAs, digits = 0 }: ScalarUse): string | undefined {
  const bare = written.replaceAll(/0x/gi, '').replaceAll(/[\s,:;.-]/g, '')
  if (!/^[\da-f]+$/i.test(bare)) return undefined
  if (writtenAs === 'hex digits')
    return bare.length > digits ? undefined : `write "${bare.toUpperCase().padStart(digits, '0')}" in quotes`
  if (bare === written) return bare.length % 2 === 0 ? `write "${bare}" in quotes` : undefined
  const isOneNumber = /^0x[\da-f]+$/i.test(written)
  if (bare.length % 2 !== 0) return isOneNumber ? `write "0${bare}" in quotes, without 0x` : undefined
  return `write "${bare}" in quotes, ${isOneNumber ? 'without 0x' : 'with nothing but spaces between the bytes'}`
}

const truths: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, y: true, on: true, 1: true },
  ...{ false: false, no: false, n: false, off: false, 0: false },
}

function truthInstead(written: string): string | undefined {
  const truth = truths[written.toLowerCase()]
  return truth === undefined ? undefined : `this has to be true or false: write ${truth}, without quotes`
}

function numberInstead(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const written = typedName(value)
  const time = /^(?:(\d+):)?(\d+):(\d+)$/.exec(written)
  if (time) {
    const [, hours = '0', minutes = '0', seconds = '0'] = time
    const sum = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
    return `this has to be one number: write ${sum} for the seconds of ${written}`
  }
  const plain = written.replace(/^(-?\d+),(\d+)$/, '$1.$2').replaceAll(/(?<=\d)_(?=\d)/g, '')
  return /^-?\d+(?:\.\d+)?$/.test(plain) ? `this has to be a number: write ${plain}, without quotes` : undefined
}
