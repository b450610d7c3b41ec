import { z } from 'zod'
import type { EngineFault } from '../faults/define-fault.ts'

/** The parts of a JSON schema that the reference tables use. */
const schemaNode = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  required: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  additionalProperties: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
})
type SchemaNode = z.infer<typeof schemaNode>

/** Puts a generated table between the comments `<!-- name -->` and `<!-- /name -->` of a page; throws when the page has none. */
export function withTable(page: string, name: string, content: string): string {
  const opening = `<!-- ${name} -->`
  const begin = page.indexOf(opening)
  const end = page.indexOf(`<!-- /${name} -->`)
  if (begin < 0 || end < begin) throw new Error(`The page has no ${opening}.`)
  return `${page.slice(0, begin + opening.length)}\n\n${content}\n\n${page.slice(end)}`
}

/** Every field of a file as a markdown table. */
export function fieldTable(schema: z.ZodType): string {
  const rows = fields(schemaNode.parse(z.toJSONSchema(schema, { io: 'input' })), '')
  return table(
    ['field', 'value', 'without it', 'meaning'],
    rows.map(({ path, node, isRequired }) => [
      `\`${path}\``,
      describeValue(node),
      isRequired ? 'required' : fallbackOf(node),
      node.description ?? '',
    ]),
  )
}

/** Every kind of fault with its parameters as a markdown table. */
export function faultTable(faults: readonly EngineFault[]): string {
  return table(
    ['kind', 'what it does', 'parameters'],
    faults
      .toSorted((a, b) => a.kind.localeCompare(b.kind))
      .map(({ kind, description, parameters }) => [`\`${kind}\``, description, parametersOf(parameters)]),
  )
}

function parametersOf(schema: z.ZodType): string {
  return fields(schemaNode.parse(z.toJSONSchema(schema, { io: 'input' })), '')
    .map(({ path, node, isRequired }) => {
      const hint = node.description ?? describeValue(node)
      return `\`${path}\`: ${hint} (${isRequired ? 'required' : fallbackOf(node)})`
    })
    .join('; ')
}

function fields(node: SchemaNode, path: string): { path: string; node: SchemaNode; isRequired: boolean }[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, raw]) => {
    const child = schemaNode.parse(raw)
    const own = { path: `${path}${name}`, node: child, isRequired: node.required?.includes(name) ?? false }
    return [own, ...fieldsInside(child, own.path)]
  })
}

/** Fields of list entries are written `list[].field`, those of named entries `list.<name>.field`. */
function fieldsInside(node: SchemaNode, path: string): ReturnType<typeof fields> {
  const entries = schemaNode.safeParse(node.items)
  if (entries.success) return fieldsInside(entries.data, `${path}[]`)
  const named = schemaNode.safeParse(node.additionalProperties)
  if (named.success) return fieldsInside(named.data, `${path}.<name>`)
  const alternatives = (node.anyOf ?? []).map((alternative) => schemaNode.parse(alternative))
  return [...fields(node, `${path}.`), ...alternatives.flatMap((alternative) => fields(alternative, `${path}.`))]
}

function describeValue(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``
  if (node.anyOf !== undefined) return node.anyOf.map((one) => describeValue(schemaNode.parse(one))).join(', ')
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(', ')
  const names: Record<string, string> = { string: 'text', boolean: 'yes or no', array: 'list', object: 'fields' }
  const type = [node.type ?? []].flat().map((name) => names[name] ?? name)
  const from = node.minimum ?? node.exclusiveMinimum
  const isOpen = node.maximum === undefined || node.maximum >= Number.MAX_SAFE_INTEGER
  const range = from === undefined ? '' : isOpen ? ` from ${from}` : ` ${from} to ${node.maximum}`
  return `${type.join(' or ')}${range}`
}

const fallbackOf = (node: SchemaNode): string => {
  if (node.default === undefined || node.default === '') return 'optional'
  return typeof node.default === 'object' ? `\`${JSON.stringify(node.default)}\`` : `\`${String(node.default)}\``
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
