import { z } from 'zod'
import type { Engine } from '../engine.ts'
import type { FaultDefinition } from './fault-registry.ts'

/** A fault of this engine. */
export type EngineFault<Parameters = unknown> = FaultDefinition<Engine, Parameters>

/** Declares a kind of fault, with its parameters typed by their schema. */
export const defineFault = <Parameters>(fault: EngineFault<Parameters>): EngineFault<Parameters> => fault

/** A fault without parameters; unknown ones are refused. */
export const noParameters = z.strictObject({})

/** A whole number that arrives as text. */
export const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().int().min(minimum).max(maximum))
    .describe(`whole number from ${minimum} to ${maximum}`)
