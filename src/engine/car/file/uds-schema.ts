import { z } from 'zod'
import { hexadecimal, hexBytesText, hexDigitsText } from '../../files/scalars.ts'

/** Hex bytes of a vehicle file. */
export const hexBytes = z
  .string()
  .regex(/^[0-9A-Fa-f]{2}( ?[0-9A-Fa-f]{2})*$/, { error: 'write hex bytes such as "22 F1 90": two digits per byte' })
  .describe('Hex bytes, two digits each, spaces allowed between them.')
  .meta(hexBytesText)

/** One byte. */
export const byte = z.number().int().min(0).max(0xff, { error: 'one byte goes from 0x00 to 0xFF' })

/** One byte that is written in hexadecimal, such as an address or a code. */
export const hexByte = byte.meta(hexadecimal)

/** A time in milliseconds. */
export const milliseconds = z
  .number({ error: 'write a time in milliseconds' })
  .min(0, { error: 'a time cannot be negative' })
  .max(600_000, { error: 'no ECU takes longer than ten minutes (600000)' })

const sessionNumber = hexByte.refine((number) => (number & 0x7f) !== 0x00 && (number & 0x7f) !== 0x7f, {
  error: 'a diagnostic session goes from 0x01 to 0x7E, or from 0x81 to 0xFE when the whole byte is its number',
})

/** Diagnostic sessions: 0x01 to 0x7E of ISO 14229-1, 0x81 to 0xFE of manufacturers that take the whole byte. */
export const sessionIds = z.array(sessionNumber).min(1)

/** Upper-case hex digits that name an identifier of two bytes. */
const identifierName = z
  .string()
  .regex(/^[0-9A-F]{4}$/, { error: 'a data identifier is four upper-case hex digits such as F190' })
  .meta(hexDigitsText(4))

/** Conditions for a request. */
const preconditions = z.strictObject({
  sessions: sessionIds.default([0x03]).describe('Diagnostic sessions in which it works.'),
  security: z
    .number()
    .int()
    .min(1)
    .max(0x7d)
    .meta(hexadecimal)
    .optional()
    .describe('Security level (odd) that has to be unlocked.'),
  needsIgnition: z.boolean().default(false).describe('Whether it is refused with 0x22 when the ignition is off.'),
})

const localName = z
  .string()
  .regex(/^[0-9A-F]{2}$/, { error: 'an option or a local identifier is two upper-case hex digits such as 9B' })
  .meta(hexDigitsText(2))
const pidName = z
  .string()
  .regex(/^[0-9A-F]{2}$/, { error: 'a PID is two upper-case hex digits' })
  .meta(hexDigitsText(2))

/** A change of one of the ECU's values, caused by a write, a control, a routine or a download. */
const effect = z.strictObject({
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

const writeAccess = preconditions.extend({
  effects: z.array(effect).default([]).describe('Values that change after the write, in this order.'),
})

const controlAccess = preconditions.extend({
  effects: z
    .array(effect)
    .default([])
    .describe('Values that change with a short-term adjustment, in this order; they stay when control is returned.'),
})

const asciiText = z.string().regex(/^[\x20-\x7E]+$/, { error: 'write printable ASCII text' })

const dataValue = z.strictObject({
  label: z.string().optional().describe('What the value means, for readers of this file.'),
  text: asciiText.optional().describe('Value as ASCII text.'),
  hex: hexBytes.optional(),
  number: z.number().int().min(0).max(0xffffffff).optional().describe('Value as a big-endian number.'),
  pattern: hexBytes.optional().describe('Bytes that repeat until `bytes` is reached.'),
  bytes: z.number().int().min(1).max(65_535).optional().describe('Length of `number` or `pattern`.'),
  sessions: sessionIds.optional().describe('Diagnostic sessions in which it can be read; absent: all.'),
  security: z
    .number()
    .int()
    .min(1)
    .max(0x7d)
    .meta(hexadecimal)
    .optional()
    .describe('Security level without which reading gives 0x33.'),
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

const routine = preconditions.extend({
  label: z.string().optional(),
  takesMs: milliseconds.default(0).describe('How long it runs after its start.'),
  started: hexBytes.optional().describe('Status bytes in the answer to start.'),
  running: hexBytes.default('01').describe('Result bytes while it runs.'),
  result: hexBytes.default('00').describe('Result bytes when it is through.'),
  effects: z.array(effect).default([]).describe('What changes when it is through.'),
  clearsTroubleCodes: z.boolean().default(false).describe('Whether it empties the fault memory.'),
})

const localRoutine = routine.omit({ running: true })

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
  security: z
    .number()
    .int()
    .min(1)
    .max(0x7d)
    .meta(hexadecimal)
    .optional()
    .describe('Security level without which reading gives 0x33.'),
})

const testNumber = hexByte
  .min(1, { error: 'a test is numbered from 0x01; 0x00, 0x20 … list the tests' })
  .refine((test) => test % 0x20 !== 0, { error: '0x20, 0x40 … list the tests: choose another number' })
const word = z.number().int().min(0).max(0xffff, { error: 'two bytes go from 0 to 0xFFFF' })

const obd = z.strictObject({
  readiness: hexBytes
    .refine((hex) => hex.replaceAll(' ', '').length === 6, { error: 'readiness has three bytes: B, C and D of PID 01' })
    .default('07 65 00')
    .describe('Bytes B, C and D of PID 01 once the monitors have run; byte A comes from the trouble codes.'),
  values: z.record(pidName, hexBytes).default({}).describe('Answers of service 01 by PID.'),
  calibration: asciiText.max(16).optional().describe('Calibration identification of service 09.'),
  freezeFrame: z
    .strictObject({
      code: z
        .string()
        .describe('Trouble code that stored the frame, as under `troubleCodes`; clearing takes the frame with it.'),
      values: z.record(pidName, hexBytes),
    })
    .optional()
    .describe('Stored values of service 02 by PID.'),
  oxygenSensorTests: z
    .array(z.strictObject({ test: testNumber, sensor: hexByte, hex: hexBytes }))
    .default([])
    .describe('Results of service 05 by test and sensor (K-line only).'),
  monitorTests: z
    .array(
      z.strictObject({
        test: testNumber,
        component: hexByte.describe('Component; the upper bit says that the limit is the lowest allowed value.'),
        value: word,
        limit: word,
      }),
    )
    .default([])
    .describe('Results of service 06; one message for each component of a test (K-line only).'),
  controls: z
    .array(
      z.strictObject({
        test: testNumber,
        hex: hexBytes.refine((hex) => hex.replaceAll(' ', '').length === 10, {
          error: 'an answer of service 08 has five bytes',
        }),
      }),
    )
    .default([])
    .describe('Answers of service 08 by test (K-line only).'),
  permanent: z
    .array(z.string().regex(/^[PCBU][0-3][0-9A-F]{3}$/, { error: 'write a trouble code such as P0171' }))
    .default([])
    .describe('Codes that clearing does not touch.'),
})

/** Services that KWP2000 and UDS define differently. */
const kwpDialectServices = ['14', '18', '1A', '20', '21', '30', '31', '32', '33', '3B', '3E'] as const

const kwp = z.strictObject({
  services: z
    .array(
      z.enum(kwpDialectServices, {
        error: `take some of ${kwpDialectServices.map((service) => `"${service}"`).join(', ')}, in quotes`,
      }),
    )
    .min(1)
    .optional()
    .describe('Services of KWP2000 in an ECU that speaks UDS otherwise; without it the whole ECU speaks KWP2000.'),
  identification: z
    .record(
      localName,
      z.strictObject({ label: z.string().optional(), hex: hexBytes.optional(), text: asciiText.optional() }),
    )
    .default({})
    .describe('Answers of service 0x1A by option; text and hex follow one another.'),
  local: z
    .record(
      localName,
      z.strictObject({
        label: z.string().optional(),
        hex: hexBytes,
        write: writeAccess.optional().describe('Lets service 0x3B change the value.'),
        control: controlAccess.optional().describe('Lets service 0x30 take the value over for a while.'),
      }),
    )
    .default({})
    .describe('Answers of service 0x21 by local identifier.'),
  routines: z
    .record(localName, localRoutine)
    .default({})
    .describe('Routines by local identifier (services 0x31 start, 0x32 stop, 0x33 results).'),
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
/** Conditions for a request. */
export type Preconditions = z.infer<typeof preconditions>
/** Conditions and consequences of service 0x2E for one value. */
export type WriteAccess = z.infer<typeof writeAccess>
/** Conditions and effects of service 0x2F for one value. */
export type ControlAccess = z.infer<typeof controlAccess>
/** A snapshot record of a trouble code. */
export type SnapshotRecord = z.infer<typeof snapshotRecord>
/** An extended data record of a trouble code. */
export type ExtendedRecord = z.infer<typeof extendedRecord>
/** A change of a value. */
export type Effect = z.infer<typeof effect>
/** A level of security access. */
export type SecurityLevel = z.infer<typeof securityLevel>
/** A trouble code in the fault memory. */
export type TroubleCode = z.infer<typeof troubleCode>
/** A routine. */
export type RoutineDescription = z.infer<typeof routine>
/** A routine with a local identifier of KWP2000. */
export type LocalRoutineDescription = z.infer<typeof localRoutine>
