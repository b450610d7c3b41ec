import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const root = join(import.meta.dirname, '../..')

const readySchema = z.object({
  event: z.literal('ready'),
  host: z.string(),
  port: z.number(),
  clientId: z.string(),
  clientSecret: z.string(),
  clusterId: z.string(),
  ticket: z.string(),
  connector: z.string(),
  tickets: z.array(z.string()),
  connectors: z.array(z.string()),
  /** Port of the imitated Partner API, with `--partner-api`. */
  partnerApi: z.number().optional(),
})

/** The engine's ready line on stdout. */
export type EngineReady = z.infer<typeof readySchema>

/** How an engine is started for a test or a measurement. */
export interface EngineOptions {
  readonly args?: readonly string[]
  /** `source` runs the TypeScript, `built` runs out/engine/cli.js. */
  readonly code?: 'source' | 'built'
  /** Arguments for Node itself, before the script. */
  readonly nodeArgs?: readonly string[]
}

/** An engine on a free port. It ends with the test, even if the test does not stop it, because its stdin closes. */
export class EngineProcess {
  readonly ready: EngineReady
  readonly #process: ChildProcess
  readonly #stderr: { text: string }

  private constructor(child: ChildProcess, ready: EngineReady, stderr: { text: string }) {
    this.#process = child
    this.ready = ready
    this.#stderr = stderr
  }

  /** Starts an engine and waits for its ready line. Throws with its last output when it ends instead. */
  static async start({ args = [], code = 'source', nodeArgs = [] }: EngineOptions = {}): Promise<EngineProcess> {
    const script = join(root, code === 'built' ? 'out/engine/cli.js' : 'src/engine/cli/cli.ts')
    const node = ['--disable-warning=ExperimentalWarning', ...nodeArgs]
    const argv = [...node, script, '--port', '0', '--until-stdin-closes', ...args]
    const child = spawn(process.execPath, argv, { stdio: 'pipe', cwd: root })
    const stderr = { text: '' }
    child.stderr.on('data', (chunk) => {
      stderr.text = (stderr.text + chunk).slice(-64_000)
    })
    const lines = createInterface({ input: child.stdout })
    const first = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => undefined)])
    if (!first) throw new Error(`The engine ended before it was ready:\n${stderr.text}`)
    const ready = readySchema.safeParse(JSON.parse(String(first[0])))
    if (!ready.success) {
      child.kill()
      throw new Error(`The engine's ready line is not as expected: ${z.prettifyError(ready.error)}`)
    }
    return new EngineProcess(child, ready.data, stderr)
  }

  /** The process, for measurements of its memory. */
  get pid(): number {
    const { pid } = this.#process
    if (pid === undefined) throw new Error('The engine has no process.')
    return pid
  }

  /** The last lines of the engine's log. */
  get log(): string {
    return this.#stderr.text
  }

  /** The variables that the official Python client reads, for a session on the first connector and ticket. */
  get environment(): Record<string, string> {
    const { host, port, clientId, clientSecret, clusterId, ticket, connector } = this.ready
    return {
      OPENOBD_GRPC_HOST: host,
      OPENOBD_GRPC_PORT: String(port),
      OPENOBD_PARTNER_CLIENT_ID: clientId,
      OPENOBD_PARTNER_CLIENT_SECRET: clientSecret,
      OPENOBD_CLUSTER_ID: clusterId,
      OPENOBD_TICKET_ID: ticket,
      OPENOBD_CONNECTOR_ID: connector,
    }
  }

  /** Kills it, as a computer failure would. */
  async kill(): Promise<void> {
    await this.#end(() => this.#process.kill('SIGKILL'))
  }

  /** Ends it cleanly and returns its exit code; kills it when it does not end within twenty seconds. */
  async stop(): Promise<number | null> {
    return await this.#end(() => this.#process.stdin?.end())
  }

  async #end(ask: () => void): Promise<number | null> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit')
      const timer = setTimeout(() => this.#process.kill('SIGKILL'), 20_000)
      ask()
      await ended
      clearTimeout(timer)
    }
    return this.#process.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
