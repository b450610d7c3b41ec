import { z } from 'zod'
import { hexBytes, identifierName, levelNumber, localName, pidName, sessionIds } from './field-schema.ts'

/** Conditions for a request. */
export const preconditions = z.strictObject({
  sessions: sessionIds.default([0x03]).describe('Diagnostic sessions in which it works.'),
  security: levelNumber.optional().describe('Security level (odd) that has to be unlocked.'),
  needsIgnition: z.boolean().default(false).describe('Whether it is refused with 0x22 when the ignition is off.'),
})

/** A change of one of the ECU's values, caused by a write, a control, a routine or a download. */
export const effect = z.strictObject({
  data: identifierName.optional().describe('Data identifier whose value changes.'),
  local: localName.optional().describe('Local identifier of KWP2000 whose value changes, instead of `data`.'),
  pid: pidName.optional().describe('PID of service 01 whose value changes, instead of `data`.'),
  set: hexBytes.optional().describe('The new value.'),
  add: z
    .number()
    .int()
    .min(-65_535)
    .max(65_535)
    .optional()
    .describe('Added to the value as a big-endian number; the result wraps within its length.'),
  subtract: z
    .number()
    .int()
    .min(1)
    .max(0xffffffff)
    .optional()
    .describe('Subtracted from the value as a big-endian number; the result stops at 0.'),
  copy: z.union([identifierName, localName]).optional().describe('Value of the same kind and length that is copied.'),
})

/** Conditions and consequences of service 0x2E (0x3B in KWP2000) for one value. */
export const writeAccess = preconditions.extend({
  effects: z.array(effect).default([]).describe('Values that change after the write, in this order.'),
})

/** Conditions and effects of service 0x2F (0x30 in KWP2000) for one value. */
export const controlAccess = preconditions.extend({
  effects: z
    .array(effect)
    .default([])
    .describe('Values that change with a short-term adjustment, in this order; they stay when control is returned.'),
})

/** Conditions for a request. */
export type Preconditions = z.infer<typeof preconditions>
/** Conditions and consequences of service 0x2E for one value. */
export type WriteAccess = z.infer<typeof writeAccess>
/** Conditions and effects of service 0x2F for one value. */
export type ControlAccess = z.infer<typeof controlAccess>
/** A change of a value. */
export type Effect = z.infer<typeof effect>
