import { z } from 'zod'
import { controlAccess, writeAccess } from './access-schema.ts'
import { asciiText, hexBytes, localName } from './field-schema.ts'
import { localRoutine } from './routine-schema.ts'

/** Services that KWP2000 and UDS define differently. */
const kwpDialectServices = ['14', '18', '1A', '20', '21', '30', '31', '32', '33', '3B', '3E'] as const

/** Services of KWP2000 (ISO 14230-3) with local identifiers. */
export const kwp = z.strictObject({
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
