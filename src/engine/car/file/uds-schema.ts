import { z } from 'zod'
import { hexadecimal } from '../../files/scalars.ts'
import { controlAccess, effect, preconditions, writeAccess } from './access-schema.ts'
import { asciiText, hexByte, hexBytes, identifierName, levelNumber, milliseconds, sessionIds } from './field-schema.ts'
import { kwp } from './kwp-schema.ts'
import { obd } from './obd-schema.ts'
import { routine } from './routine-schema.ts'

const dataValue = z.strictObject({
  label: z.string().optional().describe('What the value means, for readers of this file.'),
  text: asciiText.optional().describe('Value as ASCII text.'),
  hex: hexBytes.optional(),
  number: z.number().int().min(0).max(0xffffffff).optional().describe('Value as a big-endian number.'),
  pattern: hexBytes.optional().describe('Bytes that repeat until `bytes` is reached.'),
  bytes: z.number().int().min(1).max(65_535).optional().describe('Length of `number` or `pattern`.'),
  sessions: sessionIds.optional().describe('Diagnostic sessions in which it can be read; absent: all.'),
  security: levelNumber.optional().describe('Security level without which reading gives 0x33.'),
  needsIgnition: z.boolean().default(false).describe('Whether reading it with the ignition off is refused with 0x22.'),
  volatile: z
    .boolean()
    .default(false)
    .describe('Whether the value of this file comes back with a reset or the ignition.'),
  write: writeAccess.optional().describe('Lets service 0x2E change the value.'),
  control: controlAccess.optional().describe('Lets service 0x2F take the value over for a while.'),
})

/** Values by data identifier. */
const dataByIdentifier = z.record(
  identifierName,
  z.union([z.literal('vin'), dataValue], {
    error: 'write vin, or one of { text }, { hex }, { number, bytes }, { pattern, bytes }',
  }),
)

const keyStep = z.union(
  [
    z.strictObject({ xor: z.number().int().min(0).max(0xffffffff).meta(hexadecimal) }),
    z.strictObject({ add: z.number().int().min(0).max(0xffffffff) }),
    z.strictObject({ rotateLeft: z.number().int().min(1).max(31) }),
  ],
  { error: 'write one of { xor }, { add }, { rotateLeft: 1 to 31 }' },
)

/** One level of security access (service 0x27). */
const securityLevel = z.strictObject({
  level: z
    .number()
    .int()
    .min(1)
    .max(0x7d)
    .refine((level) => level % 2 === 1, { error: 'a security level is odd: the sub-function that asks for the seed' })
    .meta(hexadecimal),
  key: z.array(keyStep).min(1).describe('Steps that make the key of four bytes from the seed, modulo 2^32.'),
  sessions: sessionIds.default([0x02, 0x03]).describe('Diagnostic sessions in which it can be unlocked.'),
  attempts: z.number().int().min(1).max(255).default(3).describe('Wrong keys before the level is locked.'),
  lockMs: milliseconds.default(10_000).describe('How long it stays locked.'),
})

const recordNumber = hexByte.describe('Number of the record.')

const snapshotRecord = z.strictObject({
  record: recordNumber,
  values: z
    .array(z.strictObject({ data: identifierName, label: z.string().optional(), hex: hexBytes }))
    .min(1)
    .max(255, { error: 'a record has at most 255 values' })
    .optional()
    .describe('Data identifiers with their values, in the order in which they are sent.'),
  data: identifierName.optional().describe('Data identifier of a record with only one value.'),
  hex: hexBytes.optional().describe('Value of `data`.'),
})

const extendedRecord = z.strictObject({
  record: recordNumber,
  values: z
    .array(z.strictObject({ label: z.string().optional(), hex: hexBytes }))
    .min(1)
    .optional()
    .describe('Parts of the record, in the order in which they are sent.'),
  hex: hexBytes.optional().describe('The whole record, instead of `values`.'),
})

const troubleCode = z.strictObject({
  code: z.string().regex(/^[PCBU][0-3][0-9A-F]{3}-[0-9A-F]{2}$/, {
    error: 'write a trouble code with its failure type, such as P0171-00',
  }),
  label: z.string().optional().describe('What is wrong, for readers of this file.'),
  status: hexByte.default(0x2f).describe('Status byte of ISO 14229-1.'),
  isPresent: z.boolean().default(false).describe('Whether the cause is still there: it comes back after clearing.'),
  returnsAfterMs: milliseconds
    .optional()
    .describe('How soon a cause that is present is found again while 0x85 allows it; without it in the next cycle.'),
  snapshots: z
    .array(snapshotRecord)
    .default([])
    .describe('Snapshot records, in the order in which 0x19 04 sends them.'),
  extended: z
    .array(extendedRecord)
    .default([])
    .describe('Extended data records, in the order in which 0x19 06 sends them.'),
})

const download = preconditions.extend({
  from: z.number().int().min(0).max(0xffffffff).meta(hexadecimal).describe('First address that may be written.'),
  bytes: z.number().int().min(1).max(0xffffffff).describe('Size of the memory.'),
  blockBytes: z.number().int().min(16).max(4095).default(1026).describe('Longest message of service 0x36.'),
  volatile: z.boolean().default(false).describe('Whether a reset or the ignition loses what was downloaded.'),
  effects: z.array(effect).default([]).describe('What changes when a download is complete.'),
})

const memoryArea = z.strictObject({
  address: z.number().int().min(0).max(0xffffffff).meta(hexadecimal),
  hex: hexBytes,
  sessions: sessionIds.optional().describe('Diagnostic sessions in which it can be read; absent: all.'),
  security: levelNumber.optional().describe('Security level without which reading gives 0x33.'),
})

/** Optional services of an ECU; an absent part is not supported. */
export const udsFields = {
  data: dataByIdentifier.default({}).describe('Values by data identifier (service 0x22).'),
  security: z.array(securityLevel).default([]).describe('Levels of security access (service 0x27).'),
  troubleCodes: z.array(troubleCode).optional().describe('Fault memory (services 0x14, 0x19, 0x85).'),
  routines: z.record(identifierName, routine).optional().describe('Routines by identifier (service 0x31).'),
  download: download.optional().describe('Memory that can be written and read (services 0x34 to 0x37, 0x23).'),
  memory: z.array(memoryArea).optional().describe('Memory that can be read by address (service 0x23).'),
  resets: z.array(hexByte).optional().describe('Kinds of reset (service 0x11), such as 1 hard, 2 key, 3 soft.'),
  bootMs: milliseconds.default(100).describe('Silence after a reset.'),
  communicationControl: z.boolean().default(false).describe('Whether the ECU offers service 0x28.'),
  kwp: kwp
    .optional()
    .describe(
      'KWP2000 (ISO 14230-3), in the whole ECU or in some services; without `services` session 0x89 is 9 here.',
    ),
  obd: obd
    .optional()
    .describe('Emission services 01 to 0A; their form depends on whether the ECU is on CAN or on a K-line.'),
}

/** The value of a data identifier in the file. */
export type DataDescription = z.infer<typeof dataValue>
/** A snapshot record of a trouble code. */
export type SnapshotRecord = z.infer<typeof snapshotRecord>
/** An extended data record of a trouble code. */
export type ExtendedRecord = z.infer<typeof extendedRecord>
/** A level of security access. */
export type SecurityLevel = z.infer<typeof securityLevel>
/** A trouble code in the fault memory. */
export type TroubleCode = z.infer<typeof troubleCode>
