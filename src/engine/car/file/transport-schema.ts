import { z } from 'zod'
import { hexadecimal } from '../../files/scalars.ts'
import { hexByte } from './field-schema.ts'

/** How an ECU is reached over TP2.0, the transport protocol of the Volkswagen group before ISO-TP. */
export const tp20Fields = z.strictObject({
  address: z
    .number()
    .int()
    .min(0x01)
    .max(0xef, { error: 'a logical address goes from 0x01 to 0xEF' })
    .meta(hexadecimal)
    .describe('Logical address; the ECU answers the set-up of a channel on 0x200 plus this.'),
  receivesOn: z
    .number()
    .int()
    .min(0)
    .max(0x7ff, { error: 'TP2.0 has identifiers of 11 bits: at most 0x7FF' })
    .meta(hexadecimal)
    .describe('Identifier that the ECU listens on once a channel is open.'),
  blockSize: z.number().int().min(1).max(15).default(15).describe('Frames that it takes before it acknowledges.'),
  t1Ms: z.number().min(0.1).max(6300).default(100).describe('How long to wait for an acknowledgement of this ECU.'),
  t3Ms: z.number().min(0).max(6300).default(10).describe('Pause between two frames that this ECU asks for.'),
  notReadyMs: z
    .number()
    .min(0)
    .max(60_000)
    .default(0)
    .describe('How long it is busy after each block that it took; it acknowledges with "not ready" (0x9X) meanwhile.'),
})

/** How an ECU is reached over a K-line (ISO 14230). */
export const klineFields = z.strictObject({
  address: hexByte
    .refine((address) => address !== 0x33 && address !== 0xf1, { error: '0x33 means everybody, 0xF1 is the tester' })
    .describe('Physical address; 0x33 is kept for requests to everybody.'),
  init: z.enum(['slow', 'fast']).describe('Whether it is woken by its address at 5 baud or by a low pulse of 25 ms.'),
  baud: z
    .union(
      [9600, 10400, 15625].map((rate) => z.literal(rate)),
      { error: 'take one of 9600, 10400, 15625' },
    )
    .default(10400)
    .describe('Bits per second.'),
  keyBytes: z
    .tuple([hexByte, hexByte], { error: 'give the two key bytes, the lower first, such as [0xE9, 0x8F]' })
    .default([0xe9, 0x8f])
    .describe('Forms of the header that the ECU understands (ISO 14230-2).'),
  functional: z.boolean().default(false).describe('Whether it also answers requests to everybody (0x33).'),
})

interface TransportFields {
  readonly request?: number | undefined
  readonly response?: number | undefined
  readonly tp20?: object | undefined
  readonly kline?: object | undefined
}

/** Why the transport of an ECU is not clear; undefined when there is exactly one. */
export function transportProblem(ecu: TransportFields): { field: string; message: string } | undefined {
  const isIsotp = ecu.request !== undefined || ecu.response !== undefined
  const others = (['tp20', 'kline'] as const).filter((kind) => ecu[kind] !== undefined)
  const [other, second] = others
  if (second !== undefined) return { field: second, message: `the ECU already has ${other}: keep one of them` }
  if (other === undefined) {
    if (ecu.request === undefined) return { field: 'request', message: 'write a CAN identifier such as 0x7E0' }
    if (ecu.response === undefined) return { field: 'response', message: 'write a CAN identifier such as 0x7E8' }
    return undefined
  }
  return isIsotp ? { field: other, message: `an ECU with request and response has no ${other}: keep one` } : undefined
}

/** TP2.0 of an ECU. */
export type Tp20Description = z.infer<typeof tp20Fields>
/** K-line of an ECU. */
export type KlineDescription = z.infer<typeof klineFields>
