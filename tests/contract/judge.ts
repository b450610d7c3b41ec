import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { vi } from 'vitest'
import { testPython } from './python.ts'

/** A call or another event reported by the judge. */
export interface JudgeEvent {
  readonly event: string
  readonly rpc?: string
  readonly bearer?: string
  readonly request?: Record<string, unknown>
  readonly payload?: unknown
  readonly messages?: Record<string, unknown>[]
  readonly sessions?: { id: string; state: string; tokens: string[]; results: Record<string, unknown>[] }[]
  readonly port?: number
  readonly id?: number
  readonly sent?: number
}

/** Settings of the judge, at the start or by `set`. */
export interface JudgeOptions {
  readonly clientId?: string
  readonly clientSecret?: string
  readonly targets?: readonly string[]
  readonly grpcEndpoint?: string
  readonly grpcPort?: number
  readonly port?: number
  readonly without?: readonly string[]
  readonly tickMs?: number
  readonly silentHeartbeat?: boolean
  /** How answers are compressed; decided at the start. */
  readonly compression?: 'gzip' | 'deflate'
  /** Sends additional metadata. */
  readonly metadata?: boolean
  /** Names of rpcs whose messages are not read before `listen`. */
  readonly deaf?: readonly string[]
  /** Answers the first ISO-TP message with this many, each longer than `bytes` and beginning with its number. */
  readonly flood?: { readonly count: number; readonly bytes: number }
  /** Number of link messages before the stream ends; the latency of each is its number. */
  readonly links?: number
  /** What is answered to a payload; `held`: not before `listen`. */
  readonly isotp?: Record<
    string,
    readonly { afterMs?: number; held?: boolean; payload?: string; status?: number; details?: string }[]
  >
  readonly answers?: Record<
    string,
    readonly { answer?: unknown; instead?: object; status?: number; details?: string }[]
  >
}

/** A scripted fault of one rpc. `apply`: the effect happens before the failure, or instead of one after a delay or `listen` (`held`). */
export interface JudgeFault {
  readonly rpc: string
  readonly status?: number
  readonly details?: string
  readonly delayMs?: number
  readonly held?: boolean
  readonly apply?: 'before' | 'after'
  readonly times?: number
}

/** The official Servicers in their own process, controlled by lines. */
export class PythonJudge {
  readonly events: JudgeEvent[] = []
  readonly #process: ChildProcessWithoutNullStreams
  #commandId = 0
  #errors = ''

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#process = child
    createInterface({ input: child.stdout }).on('line', (line) => this.events.push(JSON.parse(line) as JudgeEvent))
    child.stderr.on('data', (bytes: Buffer) => {
      this.#errors += bytes.toString()
    })
  }

  /** Starts a judge on a free port. */
  static async start(options: JudgeOptions = {}): Promise<PythonJudge> {
    const child = spawn(testPython(), ['-u', join(import.meta.dirname, 'servicer_judge.py')])
    const judge = new PythonJudge(child)
    const defaults = { clientId: 'partner', clientSecret: 'known-secret', targets: ['7848095', '900101060'] }
    child.stdin.write(`${JSON.stringify({ ...defaults, ...options })}\n`)
    await vi.waitFor(
      () => {
        if (!judge.events.some((one) => one.event === 'ready'))
          throw new Error(`The judge is not ready. ${judge.#errors}`)
      },
      { timeout: 30_000, interval: 20 },
    )
    return judge
  }

  get port(): number {
    const port = this.events.find((one) => one.event === 'ready')?.port
    if (!port) throw new Error('The judge has no port.')
    return port
  }

  /** Sends a command and waits until it is in force. */
  async do(command: { do: string } & Record<string, unknown>): Promise<void> {
    this.#commandId += 1
    const id = this.#commandId
    this.#process.stdin.write(`${JSON.stringify({ ...command, id })}\n`)
    await vi.waitFor(() => {
      if (!this.events.some((one) => one.event === 'done' && one.id === id)) throw new Error('The judge did not obey.')
    })
  }

  /**
   * Waits until all events that the judge reported before its latest answer have arrived: its lines use another pipe than its
   * answers, and may be read later.
   */
  settled(): Promise<void> {
    return this.do({ do: 'settle' })
  }

  fault(fault: JudgeFault): Promise<void> {
    return this.do({ do: 'fault', ...fault })
  }

  set(options: JudgeOptions): Promise<void> {
    return this.do({ do: 'set', options })
  }

  /** What the judge recorded of its sessions. */
  async sessions(): Promise<NonNullable<JudgeEvent['sessions']>> {
    await this.do({ do: 'report' })
    return this.events.findLast((one) => one.event === 'report')?.sessions ?? []
  }

  /** Messages of a flood that gRPC has accepted from the judge so far. */
  async progress(): Promise<number> {
    await this.do({ do: 'progress' })
    return this.events.findLast((one) => one.event === 'progress')?.sent ?? 0
  }

  /** Number of ended calls of an rpc, whoever ended them. */
  ends(rpc: string): number {
    return this.events.filter((one) => one.event === 'over' && one.rpc === rpc).length
  }

  /** The calls of one rpc so far, oldest first. */
  calls(rpc: string): JudgeEvent[] {
    return this.events.filter((one) => one.event === 'call' && one.rpc === rpc)
  }

  /** Ends the process; a signal kills it at once. */
  async stop(signal?: NodeJS.Signals): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exit = once(this.#process, 'exit')
    if (signal) this.#process.kill(signal)
    else this.#process.stdin.end()
    await exit
  }
}
