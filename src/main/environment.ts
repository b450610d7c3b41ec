import { typedName } from '../shared/typed-text.ts'

const scrubbedExactly = new Set([
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'SSLKEYLOGFILE',
  'ELECTRON_RUN_AS_NODE',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
])

/**
 * Removes variables that change trust, logs or connections of grpc-js or a child process: GRPC_… settings, TLS overrides, Node
 * options and proxies, in upper or lower case. Must run before grpc-js is loaded.
 */
export function scrubEnvironment(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) {
    const upper = name.toUpperCase()
    if (upper.startsWith('GRPC_') || scrubbedExactly.has(upper)) delete environment[name]
  }
}

/** A connection described by OPENOBD_… variables, as the official client reads them. */
export interface EnvironmentConnection {
  host: string
  port: number
  clusterId: string
  clientId: string
  clientSecret: string
}

/** Hooks for developers and tests; see docs/architecture.md. */
export interface LaunchOptions {
  profileFolder: string | undefined
  engineArguments: readonly string[]
  /** Credentials for the own engine, so that a test can also sign in. */
  engineCredentials: { readonly clientId: string; readonly clientSecret: string } | undefined
  connection: EnvironmentConnection | undefined
  /** `--demo`: do a small job on the simulator in a profile of its own, then end. */
  isDemonstration: boolean
  /** Tests may advance the clock of the back end. */
  hasAdvanceableClock: boolean
}

/**
 * Reads the launch options and removes the secret from the environment, so that no child process inherits it. Engine arguments
 * are honoured only in an unpackaged build. Throws when WORKBENCH_ENGINE_ARGS is not a JSON array of strings.
 */
export function readLaunchOptions(
  environment: NodeJS.ProcessEnv,
  isPackaged: boolean,
  args: readonly string[] = [],
): LaunchOptions {
  const engineArguments = isPackaged ? undefined : environment.WORKBENCH_ENGINE_ARGS
  const isForEngine = !isPackaged && environment.WORKBENCH_ENGINE_CREDENTIALS === 'environment'
  const connection = readConnection(environment)
  const options: LaunchOptions = {
    profileFolder: environment.WORKBENCH_PROFILE_DIR || undefined,
    engineArguments: engineArguments ? listOfTexts(engineArguments) : [],
    engineCredentials: isForEngine ? connection : undefined,
    connection: isForEngine ? undefined : connection,
    isDemonstration: isPackaged && args.includes('--demo'),
    hasAdvanceableClock: !isPackaged && environment.WORKBENCH_CLOCK === 'advanceable',
  }
  delete environment.OPENOBD_PARTNER_CLIENT_SECRET
  return options
}

function readConnection(environment: NodeJS.ProcessEnv): EnvironmentConnection | undefined {
  const clientId = typedName(environment.OPENOBD_PARTNER_CLIENT_ID ?? '')
  const clientSecret = environment.OPENOBD_PARTNER_CLIENT_SECRET
  if (!clientId || !clientSecret) return undefined
  return {
    host: typedName(environment.OPENOBD_GRPC_HOST ?? '') || 'grpc.openobd.com',
    port: portOf(environment.OPENOBD_GRPC_PORT),
    clusterId: typedName(environment.OPENOBD_CLUSTER_ID ?? '') || '001',
    clientId,
    clientSecret,
  }
}

// Parsed by hand: loading a schema library for two values would delay every start.
function listOfTexts(json: string): string[] {
  const list: unknown = JSON.parse(json)
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) {
    throw new Error('WORKBENCH_ENGINE_ARGS must be a JSON array of strings.')
  }
  return list
}

function portOf(text: string | undefined): number {
  const port = Number(typedName(text ?? ''))
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : 443
}

/** The environment of a child process: the cleaned environment without our own variables. */
export function childEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const passed: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !/^(OPENOBD|WORKBENCH)_/.test(name)) passed[name] = value
  }
  return passed
}
