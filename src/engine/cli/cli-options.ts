import { commonFlags, logLevelFrom, parseFlags, portNumber, processId, UsageError } from '../../server/cli/options.ts'
import type { EndingOptions } from '../../server/cli/program.ts'

/** Parsed options of the command line. */
export interface CliOptions extends EndingOptions {
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
  /** Loopback port of the imitated Partner API; undefined: off. */
  readonly partnerApiPort: number | undefined
  readonly isClockManual: boolean
  /** Script of a tester; the engine ends with it. */
  readonly scriptFile: string | undefined
  /** Seed of the simulation's random numbers. */
  readonly seed: number
  readonly hasLab: boolean
  readonly hasWorkbench: boolean
  readonly logLevel: string
}

/** What `--help` prints. */
export const usage = `Usage: engine [--port <n>] [--workshop <file>] [--vehicle <file>] [--scenario <file>] [--clock real|manual]
              [--lab] [--without workbench] [--credentials-file <file>] [--bus-log <file>] [--socketcand <port>]
              [--doip <port>] [--partner-api <port>] [--script <file>] [--seed <n>] [--until-stdin-closes]
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
  --partner-api <port>       imitate the Partner API (REST and WebSocket) on this loopback port; 0 takes a free one
  --script <file>            run a script with a tester inside the engine, then end; needs --clock manual
  --seed <n>                 seed of the simulation's random numbers (default 1)
  --until-stdin-closes       end when standard input closes
  --until-exit <pid>         end when this process has ended; may be given several times
  --keep-running             keep "npm run engine" running after npm and its parent have ended
  -h, --help                 print this text

The environment variable ENGINE_LOG_LEVEL (trace, debug, info, …, silent) says how much is logged.
`

const flags = {
  ...commonFlags,
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
  'partner-api': { type: 'string' },
  script: { type: 'string' },
  seed: { type: 'string' },
} as const

/** Reads the command line and ENGINE_LOG_LEVEL; 'help' when help is asked for. Throws {@link UsageError}. */
export function parseCliOptions(argv: readonly string[], environment: NodeJS.ProcessEnv): CliOptions | 'help' {
  const values = parseFlags(argv, flags, 'engine')
  if (values.help) return 'help'
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
    partnerApiPort: values['partner-api'] === undefined ? undefined : portNumber('partner-api', values['partner-api']),
    isClockManual,
    scriptFile: values.script,
    seed: seedNumber(values.seed ?? '1'),
    hasLab: values.lab ?? false,
    hasWorkbench: values.without === undefined,
    endsWithStdin: values['until-stdin-closes'] ?? false,
    endsWithProcesses: (values['until-exit'] ?? []).map(processId),
    logLevel: logLevelFrom(environment, 'ENGINE_LOG_LEVEL'),
  }
}

function seedNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--seed ${text}: a seed is a whole number up to 999999999`)
  return Number(text)
}

function isManual(text: string): boolean {
  if (text !== 'real' && text !== 'manual') throw new UsageError(`--clock ${text}: choose "real" or "manual"`)
  return text === 'manual'
}
