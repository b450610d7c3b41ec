import type { LogLevel__Output } from '../generated/types/openOBD/v1/LogLevel.ts'
import type { ScriptLogLine__Output } from '../generated/types/workbench/v1/ScriptLogLine.ts'
import { knownNumber, unixMs } from './plausible.ts'

/** Severity of a line in the script log. */
export type LogLevel = 'debug' | 'info' | 'warning' | 'error'

/** A line of the script log, as the viewer sees it. */
export interface ScriptLogLine {
  readonly sessionId: string
  readonly contextId: string
  /** Unix ms of the engine's clock; absent when the server sent none or an impossible one. */
  readonly at?: number
  readonly level: LogLevel
  readonly content: string
}

const levelToWire: Record<LogLevel, LogLevel__Output> = {
  debug: 'LOG_LEVEL_DEBUG',
  info: 'LOG_LEVEL_INFO',
  warning: 'LOG_LEVEL_WARNING',
  error: 'LOG_LEVEL_ERROR',
}
const levelFromWire: Record<LogLevel__Output, LogLevel> = {
  LOG_LEVEL_UNDEFINED: 'info',
  LOG_LEVEL_DEBUG: 'debug',
  LOG_LEVEL_INFO: 'info',
  LOG_LEVEL_WARNING: 'warning',
  LOG_LEVEL_ERROR: 'error',
}

/** openOBD.v1.LogLevel as it is sent. */
export const logLevelToWire = (level: LogLevel): LogLevel__Output => levelToWire[level]

/** A received LogLevel; undefined and unknown ones mean info (protocol.md §13). */
export const logLevelFromWire = (level: LogLevel__Output): LogLevel => levelFromWire[level] ?? 'info'

/** A received ScriptLogLine. */
export const scriptLogLineFromWire = (wire: ScriptLogLine__Output): ScriptLogLine => ({
  sessionId: wire.session_id,
  contextId: wire.context_id,
  at: knownNumber('ScriptLogLine.at', wire.at, unixMs),
  level: logLevelFromWire(wire.level),
  content: wire.content,
})
