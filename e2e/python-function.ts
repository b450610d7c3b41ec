import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from '@playwright/test'

const root = join(import.meta.dirname, '..')

function python(): string {
  const candidates = ['.cache/venv/bin/python', '.cache/venv/Scripts/python.exe'].map((path) => join(root, path))
  const found = candidates.find((path) => existsSync(path))
  if (!found) throw new Error('There is no Python environment: `npm run e2e` makes it.')
  return found
}

interface Step {
  readonly step: string
  readonly [name: string]: unknown
}

/** A foreign diagnostic function: tests/interop/stories/foreign_function.py with the official client. */
export class PythonFunction {
  private readonly child: ChildProcess
  private readonly steps: Step[] = []
  private complaints = ''

  constructor(environment: Record<string, string>, ...args: string[]) {
    const script = join(root, 'tests/interop/stories/foreign_function.py')
    this.child = spawn(python(), [script, ...args], { stdio: 'pipe', env: { ...process.env, ...environment } })
    if (this.child.stdout) {
      createInterface({ input: this.child.stdout }).on('line', (line) => this.steps.push(JSON.parse(line) as Step))
    }
    this.child.stderr?.on('data', (chunk) => {
      this.complaints = (this.complaints + chunk).slice(-2_000)
    })
  }

  /** Waits until the function reports the end of this step, and returns its line. */
  async step(name: string): Promise<Step> {
    const find = () => this.steps.find(({ step }) => step === name)
    const message = () => `the function reaches "${name}"; so far: ${JSON.stringify(this.steps)} ${this.complaints}`
    await expect.poll(() => find() !== undefined, { message: message(), timeout: 20_000 }).toBe(true)
    return find() as Step
  }
  /** Its exit code, once it has ended. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit')
    return this.child.exitCode
  }
  kill(): void {
    this.child.kill('SIGKILL')
  }
}
