import { z } from 'zod'
import { hexadecimal, hexBytesText } from '../files/scalars.ts'

const identifier = z.number().int().min(1).max(0x1fff_ffff).meta(hexadecimal)

const channel = z
  .strictObject({
    ecu: z.string().min(1).optional().describe('Name of an ECU of the car, however it is reached'),
    pins: z.tuple([z.number().int(), z.number().int()]).default([6, 14]).describe('CAN high and CAN low, without ecu'),
    kbitPerSecond: z.union([z.literal(500), z.literal(250), z.literal(125)]).default(500),
    request: identifier.optional().describe('CAN identifier towards the ECU, without ecu'),
    response: identifier.optional().describe('CAN identifier of its answers, without ecu'),
    everyMs: z.number().int().min(1).describe('Time between two requests, in milliseconds'),
    payloads: z
      .array(
        z
          .string()
          .regex(/^([0-9A-Fa-f]{2})+$/, 'must be whole bytes as hex text')
          .meta(hexBytesText),
      )
      .min(1)
      .describe('Requests as hex text, sent in turn'),
  })
  .refine(
    ({ ecu, request, response }) => [request, response].every((id) => (id === undefined) === (ecu !== undefined)),
    {
      error: 'say whom it asks: either ecu, or request and response',
    },
  )

/** A script: requests to ECUs of one car that are repeated for a while, over any kind of bus. */
export const scriptFileSchema = z
  .strictObject({
    name: z.string().min(1).describe('What the tester does, in a few words'),
    connector: z.string().optional().describe('Number of the connector; without it the first one'),
    forSeconds: z.number().positive().max(86_400).describe('Simulated time that the script takes'),
    channels: z.array(channel).min(1).max(32),
  })
  .describe('A tester that follows a script')

/** A parsed script file. */
export type ScriptFile = z.infer<typeof scriptFileSchema>
