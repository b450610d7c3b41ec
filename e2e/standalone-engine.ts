import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { EngineAccess } from './engine-access.ts'

const root = join(import.meta.dirname, '..')

interface Ready {
  readonly port: number
  readonly clientId: string
  readonly clientSecret: string
  readonly clusterId: string
  readonly ticket: string
}

/** An engine outside the application, chosen by a profile; it can be stopped, continued and killed like a remote server. */
export class StandaloneEngine {
  readonly ready: Ready
  private readonly child: ChildProcess
  private client: EngineAccess | undefined
  private heartbeat: NodeJS.Timeout | undefined

  private constructor(child: ChildProcess, ready: Ready) {
    this.child = child
    this.ready = ready
  }

  /** Starts the built engine; with `like`, on the port and with the credentials of an ended one. */
  static async start(args: readonly string[] = [], like?: Ready): Promise<StandaloneEngine> {
    const credentials = like && {
      OPENOBD_PARTNER_CLIENT_ID: like.clientId,
      OPENOBD_PARTNER_CLIENT_SECRET: like.clientSecret,
    }
    const argv = [join(root, 'out/engine/cli.js'), '--port', String(like?.port ?? 0), '--until-stdin-closes', ...args]
    const child = spawn(process.execPath, argv, {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, ...credentials },
    })
    const line = once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text))
    const ended = once(child, 'exit').then(() => undefined)
    const first = await Promise.race([line, ended])
    if (first === undefined) throw new Error('The engine ended before it was ready.')
    return new StandaloneEngine(child, JSON.parse(first) as Ready)
  }

  get access(): EngineAccess {
    this.client ??= new EngineAccess(this.ready)
    return this.client
  }

  /** Environment variables that make a program or the application use this engine. */
  get environment(): Record<string, string> {
    return {
      OPENOBD_GRPC_HOST: '127.0.0.1',
      OPENOBD_GRPC_PORT: String(this.ready.port),
      OPENOBD_CLUSTER_ID: this.ready.clusterId,
      OPENOBD_PARTNER_CLIENT_ID: this.ready.clientId,
      OPENOBD_PARTNER_CLIENT_SECRET: this.ready.clientSecret,
    }
  }

  /** Values for the form of a server. */
  entry(name: string, port = this.ready.port) {
    const { clientId, clientSecret, clusterId: cluster } = this.ready
    return { name, host: '127.0.0.1', port: String(port), cluster, clientId, clientSecret }
  }

  /** Advances a manual clock in real time, so that the connector keeps sending ticks. */
  letTimePass(): void {
    this.heartbeat ??= setInterval(() => void this.access.advance(1_000).catch(() => {}), 1_000)
  }

  /** Pauses the engine: nothing is answered and no connection is closed. */
  freeze(): void {
    this.child.kill('SIGSTOP')
  }
  thaw(): void {
    this.child.kill('SIGCONT')
  }
  async kill(): Promise<void> {
    clearInterval(this.heartbeat)
    this.client?.close()
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await ended
  }
}
