import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

/** Error for a wrong command line; the message says what to change. */
export class UsageError extends Error {}

/** Options that every server has. */
export const commonFlags = {
  port: { type: 'string' },
  'until-stdin-closes': { type: 'boolean' },
  'until-exit': { type: 'string', multiple: true },
  'keep-running': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/**
 * The values of a command line; `npmScript` is what npm calls the program. Throws {@link UsageError} for an unknown option, a stray
 * value and an option without a value.
 */
export function parseFlags<const Flags extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  options: Flags,
  npmScript: string,
) {
  const values = parsed(argv, options, npmScript)
  for (const [name, value] of Object.entries(values))
    if ([value].flat().includes('')) throw new UsageError(`--${name} needs a value`)
  return values
}

function parsed<const Flags extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  options: Flags,
  npmScript: string,
) {
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw new UsageError(wordsOf(error, npmScript))
  }
}

/** A sentence that says what to do, where Node's message does not. */
function wordsOf(error: unknown, npmScript: string): string {
  if (!(error instanceof Error)) return String(error)
  const { message } = error
  const needy = /^Option '(?:-\w, )?(--[\w-]+)(?: <value>)?' argument (?:missing|is ambiguous)/.exec(message)?.[1]
  if (needy !== undefined) return `${needy} needs a value`
  const stray = /Unexpected argument '.*'(?=\. This command does not take)/s.exec(message)?.[0]
  // npm takes options before -- as its own and passes only their values on.
  return stray === undefined
    ? message
    : `${stray}: values follow their option, and with npm all options follow "--", as in: npm run ${npmScript} -- --port 50051`
}

/** A port; 0 stands for any that is free. */
export function portNumber(name: string, text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new UsageError(`--${name} ${text}: a port is a number from 0 to 65535`)
  return port
}

/** The id of a process after `--until-exit`. */
export function processId(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new UsageError(`--until-exit ${text}: name a process by its number`)
  return Number(text)
}

/** A log level of pino from an environment variable; `info` when it is not set. */
export function logLevelFrom(environment: NodeJS.ProcessEnv, variable: string): string {
  const text = environment[variable] || 'info'
  if (!logLevels.includes(text)) throw new UsageError(`${variable}=${text}: choose one of ${logLevels.join(', ')}`)
  return text
}
