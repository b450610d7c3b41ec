import { z } from 'zod'

// Every schema keeps only the fields it names: `pin`, `authentication_token` and what nobody needs end here.

const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined)
const optionalNumber = z
  .number()
  .nullish()
  .transform((value) => value ?? undefined)

/** A ticket of any state (tickets, and the smaller resources by state). */
export const ticketSchema = z.object({
  id: z.string().min(1),
  ticket_number: z.union([z.number().int(), z.string().min(1)]).transform(String),
  state: optionalText,
  created_at: optionalText,
  customer_id: optionalText,
  customer_connector_id: optionalText,
  customer_reference: optionalText,
  vehicle_model_id: optionalNumber,
  vin: optionalText,
})
export type PartnerTicket = z.infer<typeof ticketSchema>

export const productLineSchema = z.object({ ticket_id: optionalText, product_id: z.string(), quantity: optionalNumber })
export const productSchema = z.object({ id: z.string(), name: z.string(), product_number: optionalText })
export const connectorSchema = z.object({ id: z.string(), name: z.string(), customer_id: optionalText })
export const customerSchema = z.object({ id: z.string(), company_name: optionalText })
export const modelSchema = z.object({ id: z.number(), name: z.string(), make_id: optionalNumber })
export const makeSchema = z.object({ id: z.number(), name: z.string() })

/** A function with its price and what it fits; empty lists fit everything. */
export const functionSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: optionalText,
  version: optionalText,
  online: z
    .boolean()
    .nullish()
    .transform((online) => online ?? false),
  price: z.object({ amount: z.number(), currency: z.string() }).nullish(),
  supported_products: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? []),
  supported_vehicles: z
    .array(z.number())
    .nullish()
    .transform((list) => list ?? []),
})

export const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })

/** The envelope of every list. A missing `result` is an error: a filled answer must never look empty. */
export const pageSchema = z.object({ result: z.array(z.unknown()), total: z.number().int().nonnegative().optional() })

/** Numbers that cannot be true, and texts, are no measurement. */
const measured = (least: number, most: number) =>
  z.unknown().transform((value) => (typeof value === 'number' && value >= least && value <= most ? value : undefined))

/** A status of a connector, as the WebSocket sends it every few seconds. */
export const statusMessageSchema = z.object({
  action: z.literal('subscribe-to-connector'),
  message: z.object({
    connector_id: z.string(),
    voltage: measured(0, 60),
    vin_number: z.unknown().transform((vin) => (typeof vin === 'string' && vin.length === 17 ? vin : undefined)),
    round_trip_time: measured(0, 600_000),
  }),
})

export const eventMessageSchema = z.object({
  action: z.literal('event-received'),
  event_id: z.string(),
  event_type: z.string(),
})

/** A page of `/v2/system/events`, which has no total. Only the ids matter: what an event carries is not documented. */
export const eventPageSchema = z.object({ result: z.array(z.object({ id: z.string().min(1) })) })
