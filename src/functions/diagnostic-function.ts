import type { FunctionInfo, Language } from '../shared/app-state.ts'
import type { ServiceResult } from '../shared/service-result.ts'
import type { FunctionFinding } from '../shared/session.ts'
import type { FunctionSession } from './function-session.ts'

/** One value that the function found out. */
export type Finding = Readonly<FunctionFinding>

/** What a function is given for one run. */
export interface FunctionRunContext {
  readonly session: FunctionSession
  readonly language: Language
  /** Aborted when the run is to stop; every wait ends then. */
  readonly signal: AbortSignal
  /** Waits; rejects as soon as the signal is aborted. */
  readonly wait: (ms: number) => Promise<void>
  /** Says how many control units the function sets out to read, so that silent and skipped ones can be counted. */
  readonly expects: (controlUnits: number) => void
  readonly found: (finding: Finding) => void
}

/** A diagnostic function that this process hosts. */
export interface DiagnosticFunction {
  readonly info: FunctionInfo
  /** Runs to its own end and suggests a service result. Throws SessionFailure when it cannot go on. */
  run(context: FunctionRunContext): Promise<ServiceResult>
}
