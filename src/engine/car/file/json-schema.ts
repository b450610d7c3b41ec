import { z } from 'zod'
import { vehicleSchema } from './schema.ts'

/** The text of `vehicles/vehicle.schema.json`, by which editors complete and check vehicle files. */
export function vehicleJsonSchema(): string {
  const schema = z.toJSONSchema(vehicleSchema, { io: 'input' })
  return `${JSON.stringify({ title: 'Vehicle file', ...schema }, undefined, 2)}\n`
}
