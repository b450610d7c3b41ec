import { readFileSync } from 'node:fs'
import { type TrustedEndpoint, trustProfileEndpoint } from '../../openobd/grpc/endpoint.ts'
import type { PartnerCredentials } from '../../openobd/session/session-controller.ts'
import { commonFlags, logLevelFrom, parseFlags, portNumber, processId, UsageError } from '../../server/cli/options.ts'

/** Parsed options of the command line. */
export interface CliOptions {
  readonly port: number
  readonly upstream: TrustedEndpoint
  readonly credentials: PartnerCredentials
  readonly extraAuthorities: readonly string[]
  readonly endsWithStdin: boolean
  readonly endsWithProcesses: readonly number[]
  readonly logLevel: string
}

/** What `--help` prints. */
export const usage = `Usage: gateway --upstream <host>[:<port>] [--port <n>] [--ca <file>] [--plaintext]
               [--until-stdin-closes] [--until-exit <pid>] [--keep-running]

An openOBD server on loopback in front of another one. It forwards everything, keeps tokens and credentials of the server to
itself, runs functions of hosts that connect to it, and shows their prompts to a viewer (workbench.v1.viewer) when the server
has none. When it is ready it prints one line of JSON on standard output, with credentials for its own clients.

  --upstream <host>[:<port>] the server; the port is 443 when it is left out
  --port <n>                 port to listen on; 0 (the default) takes a free one
  --ca <file>                certificate (PEM) to trust in addition to those of the system
  --plaintext                no TLS to a server that is not on this computer; for development only
  --until-stdin-closes       end when standard input closes
  --until-exit <pid>         end when this process has ended; may be given several times
  --keep-running             keep "npm run gateway" running after npm and its parent have ended
  -h, --help                 print this text

The account of the server comes from the environment: OPENOBD_PARTNER_CLIENT_ID, OPENOBD_PARTNER_CLIENT_SECRET and
OPENOBD_CLUSTER_ID (001 when it is not set). GATEWAY_LOG_LEVEL (trace, debug, info, …, silent) says how much is logged.
`

const flags = {
  ...commonFlags,
  upstream: { type: 'string' },
  ca: { type: 'string' },
  plaintext: { type: 'boolean' },
} as const

/** Parses the command line; throws a UsageError that says what to change. */
export function parseCliOptions(argv: readonly string[], environment: NodeJS.ProcessEnv): CliOptions | 'help' {
  const values = parseFlags(argv, flags, 'gateway')
  if (values.help) return 'help'
  if (values.upstream === undefined)
    throw new UsageError('--upstream is missing: name the server, as in --upstream grpc.openobd.com')
  return {
    port: portNumber('port', values.port ?? '0'),
    upstream: endpointOf(values.upstream, values.plaintext === true),
    credentials: credentialsOf(environment),
    extraAuthorities: values.ca === undefined ? [] : [certificateIn(values.ca)],
    endsWithStdin: values['until-stdin-closes'] === true,
    endsWithProcesses: (values['until-exit'] ?? []).map(processId),
    logLevel: logLevelFrom(environment, 'GATEWAY_LOG_LEVEL'),
  }
}

function endpointOf(text: string, allowPlaintext: boolean): TrustedEndpoint {
  const parts = /^(?<host>\[[^\]]+\]|[^:]+)(?::(?<port>\d{1,5}))?$/.exec(text)?.groups
  const endpoint = trustProfileEndpoint(
    { host: parts?.host ?? '', port: Number(parts?.port ?? 443) },
    { allowPlaintext },
  )
  if (!endpoint.ok)
    throw new UsageError(`--upstream ${text}: write a host name or an address and a port, as in 127.0.0.1:50051`)
  return endpoint.value
}

function credentialsOf(environment: NodeJS.ProcessEnv): PartnerCredentials {
  const { OPENOBD_PARTNER_CLIENT_ID: clientId, OPENOBD_PARTNER_CLIENT_SECRET: clientSecret } = environment
  if (!clientId || !clientSecret)
    throw new UsageError(
      'The account of the server is missing: set OPENOBD_PARTNER_CLIENT_ID and OPENOBD_PARTNER_CLIENT_SECRET',
    )
  return { clientId, clientSecret, clusterId: environment.OPENOBD_CLUSTER_ID || '001' }
}

function certificateIn(file: string): string {
  const text = contentOf(file)
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw new UsageError(`--ca ${file}: this file holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)`)
  return text
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`--ca ${file}: the file cannot be read (${error instanceof Error ? error.message : error})`)
  }
}
