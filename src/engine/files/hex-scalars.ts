import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Scalar } from 'yaml'
import { z } from 'zod'

/** Marks a number that people know in hexadecimal: `schema.meta(hexadecimal)`. A file writes it as 0x7E0 or "7E0". */
export const hexadecimal = { writtenAs: 'hexadecimal' } as const
/** Marks a text of hex bytes. */
export const hexBytesText = { writtenAs: 'hex bytes' } as const

type Mark = (typeof hexadecimal | typeof hexBytesText)['writtenAs']

const schemaNode = z.object({
  writtenAs: z.enum(['hexadecimal', 'hex bytes']).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  prefixItems: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
})

/** A scalar of a document whose schema is marked. */
export interface MarkedScalar {
  readonly mark: Mark
  readonly path: readonly (string | number)[]
  readonly scalar: Scalar
}

const jsonSchemas = new WeakMap<z.ZodType, unknown>()

/** Every scalar of the document that the schema marks, in the order of the file. */
export function markedScalars(schema: z.ZodType, document: Document): MarkedScalar[] {
  const json = jsonSchemas.get(schema) ?? z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  jsonSchemas.set(schema, json)
  const found = new Map<Scalar, MarkedScalar>()
  const visit = (raw: unknown, node: unknown, path: readonly (string | number)[]): void => {
    const { success, data } = schemaNode.safeParse(raw)
    if (!success || node === null || node === undefined) return
    if (isAlias(node)) {
      visit(raw, node.resolve(document), path)
      return
    }
    for (const option of [...(data.anyOf ?? []), ...(data.allOf ?? [])]) visit(option, node, path)
    if (isScalar(node)) {
      if (data.writtenAs !== undefined && !found.has(node))
        found.set(node, { mark: data.writtenAs, path, scalar: node })
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
  return [...found.values()]
}

/**
 * What is wrong with a number that has to be written in hexadecimal; undefined when it is right or no number at all. One
 * digit means the same in both notations. Hex digits in quotes become the number that they write.
 */
export function hexProblem(scalar: Scalar): string | undefined {
  const { value, source = '' } = scalar
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (/^(?:0x[\da-f]+|\d)$/i.test(source) || !/^\d+$/.test(source)) return undefined
    const decimal = Number(source).toString(16).toUpperCase()
    return `${source} is decimal here: write 0x${source} for the hexadecimal number ${source}, or 0x${decimal} for the decimal number ${source}`
  }
  if (typeof value !== 'string') return undefined
  const digits = /^(?:0x)?([\da-f]{1,8})$/i.exec(value)?.[1]
  if (digits === undefined) return undefined
  const isQuoted = scalar.type === 'QUOTE_DOUBLE' || scalar.type === 'QUOTE_SINGLE'
  if (!isQuoted) return `${value} is read as a text: write 0x${digits}, or "${digits}" in quotes`
  scalar.value = Number.parseInt(digits, 16)
  return undefined
}

/** What to write instead of a number where a text belongs; the file's own digits count, not the number that YAML made of them. */
export function textInstead({ source = '', value }: Scalar, isHexBytes: boolean): string {
  const written = source === '' ? String(value) : source
  const digits = /^0x([\da-f]+)$/i.exec(written)?.[1]
  if (isHexBytes && digits !== undefined)
    return `this has to be hex bytes in quotes, without 0x: write "${digits.length % 2 === 0 ? digits : `0${digits}`}"`
  return `this has to be a text: put ${written} in quotes`
}
