import { parseArgs } from 'node:util'

/** Parsed options of the command line. */
export interface CliOptions {
  readonly port: number
  readonly workshopFile: string | undefined
  readonly vehicleFile: string | undefined
  readonly scenarioFile: string | undefined
  readonly credentialsFile: string | undefined
  readonly busLogFile: string | undefined
  /** Loopback port of the socketcand server; undefined: off. */
  readonly socketcandPort: number | undefined
  /** Loopback port of the DoIP server; undefined: off. */
  readonly doipPort: number | undefined
  readonly isClockManual: boolean
  /** Script of a tester; the engine ends with it. */
  readonly scriptFile: string | undefined
  /** Seed of the simulation's random numbers. */
  readonly seed: number
  readonly hasLab: boolean
  readonly hasWorkbench: boolean
  readonly endsWithStdin: boolean
  /** Process ids; the engine ends as soon as one of these processes ends. */
  readonly endsWithProcesses: readonly number[]
  readonly logLevel: string
}

/** Error for a wrong command line; the message says what to change. */
export class UsageError extends Error {}

/** What `--help` prints. */
export const usage = `Usage: engine [--port <n>] [--workshop <file>] [--vehicle <file>] [--scenario <file>] [--clock real|manual]
              [--lab] [--without workbench] [--credentials-file <file>] [--bus-log <file>] [--socketcand <port>]
              [--doip <port>] [--script <file>] [--seed <n>] [--until-stdin-closes]
              [--until-exit <pid>] [--keep-running]

A local openOBD engine with a simulated workshop, on loopback only. When it is ready it prints one line of JSON on
standard output; everything else goes to standard error.

  --port <n>                 port to listen on; 0 (the default) takes a free one
  --workshop <file>          workshop file (default: the one that is shipped)
  --vehicle <file>           vehicle file for the car on the first connector
  --scenario <file>          faults to play
  --clock real|manual        manual: time moves only when workbench.v1.control advances it
  --lab                      offer workbench.v1.control: clock, faults, counters
  --without workbench        offer openOBD.v1 alone, as the real service does (--lab still adds control)
  --credentials-file <file>  JSON {"clientId", "clientSecret"} instead of random credentials; the environment variables
                             OPENOBD_PARTNER_CLIENT_ID and OPENOBD_PARTNER_CLIENT_SECRET do the same. Other partners of the
                             workshop: "otherPartners": [{"clientId", "clientSecret"}, …]
  --bus-log <file>           write every CAN frame in candump's format, and K-line messages to <file>.kline
  --socketcand <port>        offer the cars' buses as socketcand on this loopback port; 0 takes a free one
  --doip <port>              offer the gateway of the first car with DoIP on this loopback port; 0 takes a free one
  --script <file>            run a script with a tester inside the engine, then end; needs --clock manual
  --seed <n>                 seed of the simulation's random numbers (default 1)
  --until-stdin-closes       end when standard input closes
  --until-exit <pid>         end when this process has ended; may be given several times
  --keep-running             keep "npm run engine" running after npm and its parent have ended
  -h, --help                 print this text

The environment variable ENGINE_LOG_LEVEL (trace, debug, info, …, silent) says how much is logged.
`

const flags = {
  port: { type: 'string' },
  workshop: { type: 'string' },
  vehicle: { type: 'string' },
  scenario: { type: 'string' },
  clock: { type: 'string' },
  lab: { type: 'boolean' },
  without: { type: 'string', multiple: true },
  'credentials-file': { type: 'string' },
  'bus-log': { type: 'string' },
  socketcand: { type: 'string' },
  doip: { type: 'string' },
  script: { type: 'string' },
  seed: { type: 'string' },
  'until-stdin-closes': { type: 'boolean' },
  'until-exit': { type: 'string', multiple: true },
  'keep-running': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** Reads the command line and ENGINE_LOG_LEVEL; 'help' when help is asked for. Throws {@link UsageError}. */
export function parseCliOptions(argv: readonly string[], environment: NodeJS.ProcessEnv): CliOptions | 'help' {
  const values = parsed(argv)
  if (values.help) return 'help'
  for (const [name, value] of Object.entries(values))
    if ([value].flat().includes('')) throw new UsageError(`--${name} needs a value`)
  for (const part of values.without ?? [])
    if (part !== 'workbench') throw new UsageError(`--without ${part}: only "workbench" can be left out`)
  const isClockManual = isManual(values.clock ?? 'real')
  if (values.script !== undefined && !isClockManual) throw new UsageError('--script: a script needs --clock manual')
  return {
    port: portNumber('port', values.port ?? '0'),
    workshopFile: values.workshop,
    vehicleFile: values.vehicle,
    scenarioFile: values.scenario,
    credentialsFile: values['credentials-file'],
    busLogFile: values['bus-log'],
    socketcandPort: values.socketcand === undefined ? undefined : portNumber('socketcand', values.socketcand),
    doipPort: values.doip === undefined ? undefined : portNumber('doip', values.doip),
    isClockManual,
    scriptFile: values.script,
    seed: seedNumber(values.seed ?? '1'),
    hasLab: values.lab ?? false,
    hasWorkbench: values.without === undefined,
    endsWithStdin: values['until-stdin-closes'] ?? false,
    endsWithProcesses: (values['until-exit'] ?? []).map(processId),
    logLevel: logLevel(environment.ENGINE_LOG_LEVEL || 'info'),
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw new UsageError(wordsOf(error))
  }
}

/** A sentence that says what to do, where Node's message does not. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message } = error
  const needy = /^Option '(?:-\w, )?(--[\w-]+)(?: <value>)?' argument (?:missing|is ambiguous)/.exec(message)?.[1]
  if (needy !== undefined) return `${needy} needs a value`
  const stray = /^Unexpected argument '.*'(?=\. This command does not take)/s.exec(message)?.[0]
  // npm takes options before -- as its own and passes only their values on.
  return stray === undefined
    ? message
    : `${stray}: values follow their option, and with npm all options follow "--", as in: npm run engine -- --port 50051`
}

function portNumber(name: string, text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new UsageError(`--${name} ${text}: a port is a number from 0 to 65535`)
  return port
}

function processId(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new UsageError(`--until-exit ${text}: name a process by its number`)
  return Number(text)
}

function seedNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--seed ${text}: a seed is a whole number up to 999999999`)
  return Number(text)
}

function isManual(text: string): boolean {
  if (text !== 'real' && text !== 'manual') throw new UsageError(`--clock ${text}: choose "real" or "manual"`)
  return text === 'manual'
}

function logLevel(text: string): string {
  if (!logLevels.includes(text)) throw new UsageError(`ENGINE_LOG_LEVEL=${text}: choose one of ${logLevels.join(', ')}`)
  return text
}
