import { z } from 'zod'
import { failureCodeSchema } from './outcome.ts'
import { type FunctionFinding, functionFindingSchema } from './session.ts'

/**
 * Arguments and results with a meaning for the window, beside those that a function chooses itself. Any function may use them: a
 * result is shown as soon as it is set, not only when the function ends.
 */
export const functionVariables = {
  /** Argument: the language of the window (ISO 639-1). */
  language: 'workbench.language',
  /** Result: how many control units will be read. */
  controlUnits: 'workbench.control-units',
  /** Result: why the function could not continue, as a {@link FunctionTrouble} in JSON. */
  failure: 'workbench.failure',
  /** Results whose key begins so: one finding each, as JSON. A later one with the same key replaces it. */
  findingPrefix: 'workbench.finding.',
} as const

/** Why a function could not continue. `detail`: one sentence in English for the log, without a token or an endpoint. */
const troubleSchema = z.object({ code: failureCodeSchema, detail: z.string().max(500).optional() })
export type FunctionTrouble = z.infer<typeof troubleSchema>

/** A result of a function as the window understands it; `other`: a value that only the function knows the meaning of. */
export type FunctionResult =
  | { readonly kind: 'control-units'; readonly count: number }
  | { readonly kind: 'finding'; readonly finding: FunctionFinding }
  | { readonly kind: 'failure'; readonly failure: FunctionTrouble }
  | { readonly kind: 'other' }

/** The key of the result for a finding. */
export const findingKey = ({ subjectKey, key }: Pick<FunctionFinding, 'subjectKey' | 'key'>): string =>
  `${functionVariables.findingPrefix}${subjectKey}.${key}`

/** Reads a result; one that is not of the expected form is `other`, because it comes from anybody's function. */
export function functionResultOf(key: string, value: string): FunctionResult {
  if (key === functionVariables.controlUnits) {
    const count = z.coerce.number().int().min(0).max(100_000).safeParse(value)
    if (count.success) return { kind: 'control-units', count: count.data }
  } else if (key === functionVariables.failure) {
    const failure = troubleSchema.safeParse(jsonOf(value))
    if (failure.success) return { kind: 'failure', failure: failure.data }
  } else if (key.startsWith(functionVariables.findingPrefix)) {
    const finding = functionFindingSchema.safeParse(jsonOf(value))
    if (finding.success) return { kind: 'finding', finding: finding.data }
  }
  return { kind: 'other' }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
