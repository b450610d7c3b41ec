import { z } from 'zod'

const identifier = z.number().int().min(1).max(0x1fff_ffff)

/** What every channel asks, and how often. */
const rhythm = {
  everyMs: z.number().int().min(1).describe('Time between two requests, in milliseconds'),
  payloads: z
    .array(z.string().regex(/^([0-9A-Fa-f]{2})+$/, 'must be whole bytes as hex text'))
    .min(1)
    .describe('Requests as hex text, sent in turn'),
}

const canWiring = {
  pins: z.tuple([z.number().int(), z.number().int()]).default([6, 14]).describe('CAN high and CAN low'),
  kbitPerSecond: z.union([z.literal(500), z.literal(250), z.literal(125)]).default(500),
}

const isotpChannel = z.strictObject({
  ...canWiring,
  request: identifier.describe('CAN identifier towards the ECU'),
  response: identifier.describe('CAN identifier of its answers'),
  ...rhythm,
})

const tp20Channel = z.strictObject({
  ...canWiring,
  tp20: z.number().int().min(0x01).max(0xef).describe('Logical address of the ECU'),
  ...rhythm,
})

const klineChannel = z.strictObject({
  pin: z.number().int().describe('Pin of the K-line'),
  baud: z.union([z.literal(9600), z.literal(10400), z.literal(15625)]).default(10400),
  init: z.enum(['slow', 'fast']),
  kline: z.number().int().min(0).max(0xff).describe('Address of the ECU'),
  ...rhythm,
})

/** What a scripted tester does: requests that it repeats on channels of one car, for a while. */
export const scriptFileSchema = z
  .strictObject({
    name: z.string().min(1).describe('What the tester does, in a few words'),
    connector: z.string().optional().describe('Number of the connector; without it the first one'),
    forSeconds: z.number().positive().max(86_400).describe('Simulated time that the script takes'),
    channels: z
      .array(
        z.union([isotpChannel, tp20Channel, klineChannel], {
          error: 'give request and response, or tp20, or pin, init and kline; and everyMs and payloads with each',
        }),
      )
      .min(1)
      .max(32),
  })
  .describe('A tester that follows a script')

/** A script as it is read from its file. */
export type ScriptFile = z.infer<typeof scriptFileSchema>
/** One channel of a script: ISO-TP, TP2.0 (`tp20`) or K-line (`kline`). */
export type ScriptedChannel = ScriptFile['channels'][number]
