import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { Logger } from '../logging.ts'
import { type Child, endChild, type SpawnChild } from './child.ts'

/** Address and credentials of the embedded engine. Every launch has new credentials. */
export interface EngineConnection {
  readonly host: string
  readonly port: number
  readonly clusterId: string
  readonly clientId: string
  readonly clientSecret: string
}

const readyLineSchema = z.object({
  event: z.literal('ready'),
  host: z.enum(['127.0.0.1', '::1']),
  port: z.number().int().min(1).max(65_535),
  clusterId: z.string().min(1),
})

const readyLimitMs = 20_000
const stopLimitMs = 2_500
const keptErrorLines = 5

interface Running {
  child: Child
  exited: Promise<unknown>
  connection: EngineConnection
}

/** The application's own engine: a child process that is started, watched and ended here. */
export class EmbeddedEngine {
  readonly #options: EmbeddedEngineOptions
  #running: Running | undefined
  #starting: Promise<Outcome<EngineConnection>> | undefined
  #startingChild: Child | undefined
  #isStopping = false

  constructor(options: EmbeddedEngineOptions) {
    this.#options = options
  }

  /** The connection of the running engine; starts it when it does not run. Fails with `engine-failed`. */
  start(): Promise<Outcome<EngineConnection>> {
    if (this.#running) return Promise.resolve(succeeded(this.#running.connection))
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined
    })
    return this.#starting
  }

  /** Ends the engine and waits for its exit; kills it after 2.5 s. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#startingChild?.kill()
    await this.#starting
    const running = this.#running
    this.#running = undefined
    if (running) await endChild(running.child, running.exited, { type: 'stop' }, stopLimitMs)
    this.#isStopping = false
  }

  async #start(): Promise<Outcome<EngineConnection>> {
    const options = this.#options
    const credentials = options.credentials ?? {
      clientId: randomBytes(12).toString('hex'),
      clientSecret: randomBytes(32).toString('base64url'),
    }
    options.onSecret(credentials.clientSecret)
    const vehicle = options.vehicleFile?.()
    const child = options.spawn({
      file: options.file,
      args: ['--port', '0', ...options.extraArguments, ...(vehicle === undefined ? [] : ['--vehicle', vehicle])],
      environment: {
        ...options.environment,
        OPENOBD_PARTNER_CLIENT_ID: credentials.clientId,
        OPENOBD_PARTNER_CLIENT_SECRET: credentials.clientSecret,
      },
      name: 'openOBD engine',
    })
    const errorLines: string[] = []
    child.onStderrLine((line) => {
      errorLines.push(line)
      if (errorLines.length > keptErrorLines) errorLines.shift()
    })
    const exited = new Promise<number | null>((resolve) => child.onExit(resolve))
    this.#startingChild = child
    const ready = await readyLine(child, exited)
    this.#startingChild = undefined
    if (!ready) {
      options.logger.error('the engine did not start', { reason: errorLines.join(' | ') })
      child.kill()
      const lastError = errorLines.findLast((line) => line !== '' && !line.startsWith('{'))
      return fail('engine-failed', lastError ? { detail: lastError } : {})
    }
    const { host, port, clusterId } = ready
    const { clientId, clientSecret } = credentials
    const connection: EngineConnection = { host, port, clusterId, clientId, clientSecret }
    const running: Running = { child, exited, connection }
    this.#running = running
    options.onReady(connection.port)
    void exited.then((code) => this.#onExit(running, code, errorLines))
    return succeeded(connection)
  }

  #onExit(running: Running, code: number | null, errorLines: readonly string[]): void {
    if (this.#running !== running) return
    this.#running = undefined
    if (this.#isStopping) return
    this.#options.logger.error('the engine ended by itself', { exitCode: code ?? -1, reason: errorLines.join(' | ') })
    this.#options.onDied()
  }
}

/** Dependencies of the embedded engine. */
export interface EmbeddedEngineOptions {
  readonly spawn: SpawnChild
  readonly file: string
  readonly extraArguments: readonly string[]
  /** A vehicle file for the car on the first adapter (default: the workshop's own). */
  readonly vehicleFile?: () => string | undefined
  readonly environment: Readonly<Record<string, string>>
  /** Given credentials (unpackaged only); random ones otherwise. */
  readonly credentials?: { readonly clientId: string; readonly clientSecret: string }
  readonly logger: Logger
  readonly onSecret: (secret: string) => void
  readonly onReady: (port: number) => void
  /** Called when the engine ended without a request. */
  readonly onDied: () => void
}

/** The parsed ready line; undefined when the child ended or printed another line first, or nothing within 20 s. */
function readyLine(child: Child, exited: Promise<unknown>): Promise<z.infer<typeof readyLineSchema> | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), readyLimitMs)
    const settle = (value: z.infer<typeof readyLineSchema> | undefined) => {
      clearTimeout(timer)
      resolve(value)
    }
    child.onStdoutLine((line) => settle(parseReadyLine(line)))
    exited.then(() => settle(undefined))
  })
}

function parseReadyLine(line: string) {
  try {
    return readyLineSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
