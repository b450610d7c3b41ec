import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Order, Verdict } from './test-process.ts'

const running = new Set<ChildProcess>()

/** Ends a process that was started detached, with all that it has started. */
export function stopGroup(child: ChildProcess): void {
  running.delete(child)
  if (child.pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

/** Remembers a process that was started detached, so that it ends with this one. */
export function endsWithThis(child: ChildProcess): void {
  running.add(child)
  child.once('exit', () => running.delete(child))
}

process.once('exit', () => {
  for (const child of running) stopGroup(child)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

/** Runs test files one after the other in a process that is kept, and replaced when tests do not end. */
export class Tester {
  private readonly sandbox: string
  private readonly env: NodeJS.ProcessEnv
  private child: ChildProcess | undefined

  constructor(sandbox: string, env: NodeJS.ProcessEnv) {
    this.sandbox = sandbox
    this.env = env
  }

  /** Whether the tests passed; undefined when they did not end in time. A process that dies counts as a failed test. */
  async hasPassed(order: Order, timeoutMs: number): Promise<boolean | undefined> {
    this.child ??= await this.start()
    const child = this.child
    return new Promise((resolve) => {
      const end = (passed: boolean | undefined, isUsable: boolean) => {
        clearTimeout(timer)
        child.removeAllListeners('message').removeListener('exit', fail)
        if (!isUsable) this.stop()
        resolve(passed)
      }
      const fail = () => end(false, false)
      const timer = setTimeout(() => end(undefined, false), timeoutMs)
      child.once('exit', fail)
      child.once('message', ({ hasPassed }: Verdict) => end(hasPassed, true))
      child.send(order)
    })
  }

  stop(): void {
    if (this.child) stopGroup(this.child)
    this.child = undefined
  }

  private async start(): Promise<ChildProcess> {
    const program = join(import.meta.dirname, 'test-process.ts')
    const child = fork(program, [], { cwd: this.sandbox, env: this.env, stdio: 'ignore', detached: true })
    endsWithThis(child)
    await new Promise((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', () => reject(new Error('Vitest cannot be started in the sandbox.')))
    })
    child.removeAllListeners('exit').once('exit', () => running.delete(child))
    return child
  }
}
