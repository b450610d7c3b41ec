import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'

/** The only fields of a log line; none of them ever holds a token, a secret, an address or a person's text. */
const allowedFields = [
  'area',
  'attempt',
  'channel',
  'code',
  'correlationId',
  'count',
  'durationMs',
  'exitCode',
  'functionId',
  'kind',
  'method',
  'phase',
  'reason',
  'runId',
  'sessionId',
  'state',
  'status',
  'stack',
  'version',
] as const

/** Fields of a log line: primitives with allowed names. */
export type LogFields = Partial<Record<(typeof allowedFields)[number], string | number | boolean>>

/** The logger of main. `event` is a fixed English sentence, never built from data. */
export interface Logger {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

const longestField = 2000

/** Removes secrets from every field, and hosts, addresses and folders from a `reason`, which may come from outside. */
export interface TextCleaner {
  scrub(text: string): string
  cleanDetail(text: string): string
}

const cleanField = (name: string, value: string, cleaner: TextCleaner): string =>
  name === 'reason' ? cleaner.cleanDetail(value) : cleaner.scrub(value)

/** Drops every field that is not an allowed primitive and cuts long texts, also for callers that bypass the types. */
export function whitelist(fields: LogFields | undefined, cleaner: TextCleaner): LogFields {
  const kept: LogFields = {}
  for (const name of allowedFields) {
    const value: unknown = fields?.[name]
    if (typeof value === 'string') kept[name] = cleanField(name, value, cleaner).slice(0, longestField)
    else if (typeof value === 'number' || typeof value === 'boolean') kept[name] = value
  }
  return kept
}

/** A logger that writes cleaned JSON lines through pino. */
export function createLogger(
  destination: pino.DestinationStream,
  cleaner: TextCleaner = { scrub: (text) => text, cleanDetail: (text) => text },
): Logger {
  const sink = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  return {
    info: (event, fields) => sink.info(whitelist(fields, cleaner), event),
    warn: (event, fields) => sink.warn(whitelist(fields, cleaner), event),
    error: (event, fields) => sink.error(whitelist(fields, cleaner), event),
  }
}

const rotateAtBytes = 5 * 1024 * 1024

/**
 * Opens `main.log` in the folder (mode 0600); a file beyond 5 MB is renamed first. When that fails the application still
 * starts, without a log.
 */
export function openLogFile(folder: string): pino.DestinationStream {
  const file = join(folder, 'main.log')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (existsSync(file) && statSync(file).size > rotateAtBytes) renameSync(file, join(folder, 'main.1.log'))
    const destination = pino.destination({ dest: file, sync: true, mode: 0o600 })
    // Without this listener a full disk would end the process.
    destination.on('error', () => undefined)
    return destination
  } catch {
    return { write: () => undefined }
  }
}

/** The class of an error and where it was thrown, without its message. */
export function describeBug(error: unknown): LogFields {
  if (!(error instanceof Error)) return { kind: typeof error }
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  return { kind: error.name, stack: frames.slice(0, 8).join(' | ') }
}
