import { z } from 'zod'
import { vehicleSchema } from './schema.ts'

const hexText = { type: 'string', pattern: '^(0x)?[0-9A-Fa-f]{1,8}$' } as const

/** The text of `vehicles/vehicle.schema.json`, by which editors complete and check vehicle files. */
export function vehicleJsonSchema(): string {
  const schema = z.toJSONSchema(vehicleSchema, { io: 'input', override: ({ jsonSchema }) => allowHexText(jsonSchema) })
  return `${JSON.stringify({ title: 'Vehicle file', ...schema }, undefined, 2)}\n`
}

/** A number that is written in hexadecimal may be a text of hex digits; the mark itself is removed. */
function allowHexText(node: Record<string, unknown>): void {
  const isHexadecimal = node.writtenAs === 'hexadecimal' && node.type !== undefined
  delete node.writtenAs
  delete node.digits
  if (!isHexadecimal) return
  const { type, minimum, maximum } = node
  for (const name of ['type', 'minimum', 'maximum']) delete node[name]
  node.anyOf = [{ type, minimum, maximum }, hexText]
}
