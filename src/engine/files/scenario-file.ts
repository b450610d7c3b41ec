import { z } from 'zod'
import { Refusal } from '../../server/refusal.ts'
import type { Engine } from '../engine.ts'
import { asWritten } from './scalars.ts'
import { readYamlFile, YamlFileError } from './yaml-file.ts'

/** Eleven days. Timers of Node fire immediately beyond 24 days. */
const seconds = z.number().max(1_000_000)

/** A scenario file: faults that are active from the start or begin later. */
export const scenarioFileSchema = z
  .strictObject({
    name: z.string().min(1).describe('Summary of the faults'),
    story: z.string().optional().describe('Description for readers; ignored by the engine'),
    faults: z
      .array(
        z
          .strictObject({
            kind: z.string().min(1).describe('Kind of fault'),
            connector: z.string().default('').describe('Number of the connector it applies to; without it all'),
            afterSeconds: seconds.min(0).default(0).describe('Start, in seconds after the start of the engine'),
            forSeconds: seconds.positive().optional().describe('Duration; without it the fault stays'),
            parameters: z
              .record(
                z.string(),
                z.union([z.string(), z.number(), z.boolean()], { error: 'write a text or a number' }).meta(asWritten),
              )
              .default({})
              .describe('Parameters of the kind'),
          })
          .describe('One fault'),
      )
      .min(1),
  })
  .describe('What goes wrong in the workshop')

/** The JSON schema that editors use, as it is kept beside the files. */
export const scenarioJsonSchema = (): string =>
  `${JSON.stringify(z.toJSONSchema(scenarioFileSchema, { io: 'input', override: ({ jsonSchema }) => void delete jsonSchema.writtenAs }), undefined, 2)}\n`

/** Schedules the faults of a scenario file on the session clock. Throws {@link YamlFileError} with the line and column of an unknown fault. */
export function playScenario(engine: Engine, path: string): void {
  const file = readYamlFile(scenarioFileSchema, path, 'scenario')
  const problems = file.value.faults.flatMap((fault, index) => {
    const why = engine.faults.whyImpossible(fault.kind, scopeOf(fault), texts(fault.parameters))
    return why === undefined ? [] : [file.problem(['faults', index, why.field], why.message)]
  })
  if (problems.length > 0) throw new YamlFileError(problems)
  for (const fault of file.value.faults) {
    const begin = () => {
      const { id } = engine.faults.set(fault.kind, scopeOf(fault), texts(fault.parameters))
      if (fault.forSeconds !== undefined) engine.clocks.session.after(fault.forSeconds * 1000, () => end(engine, id))
    }
    if (fault.afterSeconds === 0) begin()
    else engine.clocks.session.after(fault.afterSeconds * 1000, begin)
  }
}

/** The fault may have been cleared by hand. */
function end(engine: Engine, faultId: string): void {
  try {
    engine.faults.clear(faultId)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

const scopeOf = ({ connector }: { readonly connector: string }) => ({ connectorNumber: connector, sessionId: '' })

const texts = (parameters: Readonly<Record<string, string | number | boolean>>): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, String(value)]))
