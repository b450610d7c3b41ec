import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A process that answers each line on its stdin with a line on its stdout. Its stderr is kept for error messages. */
export class LineChild {
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<string>
  #stderr = ''

  constructor(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#process = spawn(command, args, { stdio: 'pipe', env: { ...process.env, ...environment } })
    this.#process.stderr?.on('data', (chunk) => {
      this.#stderr = (this.#stderr + chunk).slice(-2_000)
    })
    this.#process.stdin?.on('error', () => undefined)
    if (!this.#process.stdout) throw new Error('The child has no stdout.')
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
  }

  /** The next line of its stdout. Throws with its stderr when it ended instead. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`A measuring process ended early: ${this.#stderr}`)
    return value
  }

  /** Sends a line and waits for the answer. */
  async ask(line: string): Promise<string> {
    this.#process.stdin?.write(`${line}\n`)
    return await this.line()
  }

  /** Closes its stdin and waits for its end; kills it when it does not end within five seconds. */
  async close(): Promise<void> {
    this.#process.stdin?.end()
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 5_000)
    await once(this.#process, 'exit')
    clearTimeout(timer)
  }
}
