import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { CoveredEmitter } from '../covered-emitter.ts'
import { supportedOnly } from '../stand-in-error.ts'

interface ForkOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly execArgv?: readonly string[]
  readonly cwd?: string
  readonly stdio?: 'pipe' | 'inherit' | 'ignore' | readonly ('pipe' | 'inherit' | 'ignore')[]
  readonly serviceName?: string
}

const childSetup = fileURLToPath(new URL('../utility-child.ts', import.meta.url))
const running = new Set<ChildProcess>()

/** A Node process with `process.parentPort`, like Electron's utility processes. */
class UtilityProcess extends CoveredEmitter {
  protected override readonly label = 'utilityProcess'
  protected override readonly covered = ['error', 'exit', 'message', 'spawn']
  private readonly child: ChildProcess
  readonly stdout: ChildProcess['stdout']
  readonly stderr: ChildProcess['stderr']

  constructor(modulePath: string, args: readonly string[], options: ForkOptions) {
    super()
    const { stdio = 'inherit' } = options
    const [, out, error] = typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio
    const execArgv = ['--no-warnings', '--import', childSetup, ...(options.execArgv ?? [])]
    this.child = spawn(process.execPath, [...execArgv, modulePath, ...args], {
      stdio: ['ignore', out ?? 'inherit', error ?? 'inherit', 'ipc'],
      serialization: 'advanced',
      env: options.env ?? process.env,
      cwd: options.cwd,
    })
    running.add(this.child)
    this.stdout = this.child.stdout
    this.stderr = this.child.stderr
    this.child.once('spawn', () => this.emit('spawn'))
    this.child.on('message', (message) => this.emit('message', message))
    this.child.once('error', () => this.ended(1))
    this.child.once('exit', (code) => this.ended(code ?? 15))
  }

  private ended(code: number): void {
    if (running.delete(this.child)) this.emit('exit', code)
  }

  get pid(): number | undefined {
    return running.has(this.child) ? this.child.pid : undefined
  }
  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.length > 0) throw new Error('StandInError: ports are not covered by the stand-in.')
    if (this.child.connected) this.child.send(message as object)
  }
  kill(): boolean {
    return this.child.kill('SIGTERM')
  }
}

export const utilityProcess = supportedOnly('utilityProcess', {
  fork: (modulePath: string, args: readonly string[] = [], options: ForkOptions = {}) =>
    supportedOnly('utilityProcess', new UtilityProcess(modulePath, args, options)),
})

/** Ends all remaining processes when the application ends. */
export function killUtilityProcesses(): void {
  for (const child of running) child.kill('SIGKILL')
}
