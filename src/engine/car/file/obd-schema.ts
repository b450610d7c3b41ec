import { z } from 'zod'
import { asciiText, hexByte, hexBytes, pidName } from './field-schema.ts'

const testNumber = hexByte
  .min(1, { error: 'a test is numbered from 0x01; 0x00, 0x20 … list the tests' })
  .refine((test) => test % 0x20 !== 0, { error: '0x20, 0x40 … list the tests: choose another number' })
const word = z.number().int().min(0).max(0xffff, { error: 'two bytes go from 0 to 0xFFFF' })

/** Emission services 01 to 0A of SAE J1979. */
export const obd = z.strictObject({
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
