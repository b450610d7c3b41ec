import { z } from 'zod'

const text = (description: string) => z.string().min(1).describe(description)
const uuid = z.uuid().describe('Identifier besides the number, for programs')

const connectorSchema = z
  .strictObject({
    number: z
      .string()
      .regex(/^\d{1,12}$/, 'a connector number has 1 to 12 digits, in quotes')
      .describe('Number on the connector, in quotes'),
    id: uuid,
    name: text('Place of the connector in the words of the workshop'),
    vehicle: text('Vehicle file of the car it is plugged into, relative to this file'),
    online: z.boolean().default(true).describe('Whether the connector has an internet connection'),
    plugged: z.boolean().default(true).describe('Whether the connector is in the OBD socket'),
    onlineForMinutes: z
      .number()
      .min(0)
      .default(90)
      .describe('How long the connector has been online when the engine starts'),
    latency: z
      .strictObject({
        baseMs: z.number().min(0).max(60_000).describe('Usual round trip in milliseconds'),
        jitterMs: z.number().min(0).max(60_000).default(0).describe('Largest deviation to either side in milliseconds'),
      })
      .default({ baseMs: 48, jitterMs: 6 })
      .describe('Round trips of the internet link'),
    ecuDetectionSeconds: z
      .number()
      .min(0)
      .max(3600)
      .optional()
      .describe('Duration of ECU detection; default from the vehicle file'),
  })
  .describe('A connector (VCI) with the car it is plugged into')

const ticketSchema = z
  .strictObject({
    number: z
      .string()
      .regex(/^[1-9]\d{0,8}$/, 'a ticket number has 1 to 9 digits, in quotes, and does not start with 0')
      .describe('Number of the ticket, in quotes'),
    id: uuid,
    connector: text('Number of the connector that the car of this ticket is on, in quotes'),
    subject: text('Wish of the customer in one sentence'),
    vehicleName: text('Name of the car on the ticket'),
    licensePlate: z.string().default('').describe('Registration plate'),
    customer: z.string().default('').describe('Name of the customer, for the Partner API'),
    products: z
      .array(
        z.strictObject({
          number: z.number().int().min(0).max(0xffffffff).describe('Product number'),
          name: text('Product name'),
        }),
      )
      .default([])
      .describe('Products chosen by the customer'),
  })
  .describe('A job')

/** A workshop file: connectors, cars and tickets. */
export const workshopFileSchema = z
  .strictObject({
    name: text('Name of the workshop'),
    story: z.string().optional().describe('Description for readers; ignored by the engine'),
    connectors: z.array(connectorSchema).min(1).describe('--vehicle puts its car on the first one'),
    tickets: z.array(ticketSchema).default([]).describe('The ready line names the first one'),
  })
  .describe('A simulated workshop')

/** A parsed workshop file. */
export type WorkshopFile = z.infer<typeof workshopFileSchema>

/** The JSON schema that editors use, as it is kept beside the files. */
export const workshopJsonSchema = (): string =>
  `${JSON.stringify(z.toJSONSchema(workshopFileSchema, { io: 'input' }), undefined, 2)}\n`
