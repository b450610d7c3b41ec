import type { Child, SpawnChild } from '../processes/child.ts'

/** A child process whose output a test defines. */
export class FakeChild implements Child {
  readonly posted: unknown[] = []
  killed = 0
  /** What the child does with a message; by default nothing. */
  onPost: (message: unknown) => void = () => undefined
  #stdout: ((line: string) => void)[] = []
  #stderr: ((line: string) => void)[] = []
  #messages: ((message: unknown) => void)[] = []
  #exits: ((code: number | null) => void)[] = []

  onStdoutLine(listener: (line: string) => void): void {
    this.#stdout.push(listener)
  }
  onStderrLine(listener: (line: string) => void): void {
    this.#stderr.push(listener)
  }
  onMessage(listener: (message: unknown) => void): void {
    this.#messages.push(listener)
  }
  onExit(listener: (code: number | null) => void): void {
    this.#exits.push(listener)
  }
  post(message: unknown): void {
    this.posted.push(message)
    this.onPost(message)
  }
  kill(): void {
    this.killed += 1
    this.exit(null)
  }
  print(line: string): void {
    for (const listener of this.#stdout) listener(line)
  }
  complain(line: string): void {
    for (const listener of this.#stderr) listener(line)
  }
  say(message: unknown): void {
    for (const listener of this.#messages) listener(message)
  }
  exit(code: number | null): void {
    for (const listener of this.#exits.splice(0)) listener(code)
  }
}

/** Spawns fake children and keeps them with their start options. */
export function fakeSpawner() {
  const children: FakeChild[] = []
  const started: Parameters<SpawnChild>[0][] = []
  const spawn: SpawnChild = (options) => {
    const child = new FakeChild()
    children.push(child)
    started.push(options)
    return child
  }
  return { spawn, children, started }
}
