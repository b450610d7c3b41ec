import type { DiagnosticFunction } from './diagnostic-function.ts'
import { identifyTheCar } from './identify-the-car/identify-the-car.ts'

/** Every function that comes with the application. */
export const builtInFunctions: readonly DiagnosticFunction[] = [identifyTheCar]
