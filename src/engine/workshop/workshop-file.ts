import { z } from 'zod'

const text = (description: string) => z.string().min(1).describe(description)
const uuid = z.uuid().describe('Identifier that machines use beside the number')

const connectorSchema = z
  .strictObject({
    number: z
      .string()
      .regex(/^\d{1,12}$/, 'a connector number has 1 to 12 digits, in quotes')
      .describe('Number on the connector, in quotes'),
    id: uuid,
    name: text('Where it hangs, as the people of the workshop call it'),
    vehicle: text('Vehicle file of the car it is plugged into, relative to this file'),
    online: z.boolean().default(true).describe('Whether the connector has internet'),
    plugged: z.boolean().default(true).describe('Whether the connector is in the OBD socket'),
    onlineForMinutes: z
      .number()
      .min(0)
      .default(90)
      .describe('How long the connector has been online when the engine starts'),
    latency: z
      .strictObject({
        baseMs: z.number().min(0).max(60_000).describe('Usual round trip in milliseconds'),
        jitterMs: z.number().min(0).max(60_000).default(0).describe('How far it strays to either side'),
      })
      .default({ baseMs: 48, jitterMs: 6 })
      .describe('Round trips over the internet'),
    ecuDetectionSeconds: z
      .number()
      .min(0)
      .max(3600)
      .optional()
      .describe('How long the connector looks for ECUs; without it as long as the vehicle file says'),
  })
  .describe('A connector (VCI) with the car it is plugged into')

const ticketSchema = z
  .strictObject({
    number: z
      .string()
      .regex(/^[1-9]\d{0,8}$/, 'a ticket number has 1 to 9 digits, in quotes, and does not start with 0')
      .describe('Number that people read out, in quotes'),
    id: uuid,
    connector: text('Number of the connector that the car of this ticket is on, in quotes'),
    subject: text('What the customer wants, in a sentence'),
    vehicleName: text('Name of the car as somebody wrote it on the ticket'),
    licensePlate: z.string().default('').describe('Registration plate'),
    products: z
      .array(
        z.strictObject({
          number: z.number().int().min(0).max(0xffffffff).describe('Product number'),
          name: text('Product name'),
        }),
      )
      .default([])
      .describe('What the customer chose'),
  })
  .describe('A job')

/** A workshop file: connectors, cars and tickets. */
export const workshopFileSchema = z
  .strictObject({
    name: text('Name of the workshop'),
    story: z.string().optional().describe('For readers; the engine ignores it'),
    connectors: z.array(connectorSchema).min(1).describe('The first one is where --vehicle puts its car'),
    tickets: z.array(ticketSchema).default([]).describe('The first one is what the ready line names'),
  })
  .describe('A simulated workshop')

/** A parsed workshop file. */
export type WorkshopFile = z.infer<typeof workshopFileSchema>

/** The JSON schema that editors use, as it is kept beside the files. */
export const workshopJsonSchema = (): string =>
  `${JSON.stringify(z.toJSONSchema(workshopFileSchema, { io: 'input' }), undefined, 2)}\n`
