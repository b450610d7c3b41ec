import type { FunctionInfo } from '../shared/app-state.ts'
import type { Language } from '../shared/languages.ts'
import type { ServiceResult } from '../shared/service-result.ts'
import type { FunctionFinding } from '../shared/session.ts'
import type { FunctionSession } from './function-session.ts'

/** One value that the function found. */
export type Finding = Readonly<FunctionFinding>

/** Inputs of one run of a function. */
export interface FunctionRunContext {
  readonly session: FunctionSession
  readonly language: Language
  /** Aborted when the run must stop; this ends every wait. */
  readonly signal: AbortSignal
  /** Waits; rejects as soon as the signal is aborted. */
  readonly wait: (ms: number) => Promise<void>
  /** Reports how many control units the function will read, so that silent and skipped ones can be counted. */
  readonly expects: (controlUnits: number) => void
  readonly found: (finding: Finding) => void
}

/** A diagnostic function that this process hosts. */
export interface DiagnosticFunction {
  readonly info: FunctionInfo
  /** Runs to completion and suggests a service result. Throws SessionFailure when it cannot continue. */
  run(context: FunctionRunContext): Promise<ServiceResult>
}
