import { globSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import type { EngineProcess } from '../tests/support/engine-process.ts'

const mebi = 1024 * 1024
/** USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

/** Resident memory of a process in MiB; Linux only, other systems throw. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kib === undefined) throw new Error('This system does not tell the memory of a process.')
  return Number(kib) / 1024
}

/** The largest renderer process of Chromium below a process; undefined when there is none, or on a system without /proc. */
export function pageProcess(pid: number): number | undefined {
  const parents = new Map<number, number>()
  const renderers: number[] = []
  for (const folder of globSync('/proc/[0-9]*')) {
    const child = Number(folder.slice('/proc/'.length))
    try {
      parents.set(child, Number(readFileSync(`${folder}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]))
      if (readFileSync(`${folder}/cmdline`, 'utf8').includes('--type=renderer')) renderers.push(child)
    } catch {
      // The process has ended meanwhile.
    }
  }
  const isBelow = (child: number | undefined): boolean =>
    child !== undefined && child > 0 && (child === pid || isBelow(parents.get(child)))
  return renderers.filter(isBelow).sort((one, other) => residentMiB(other) - residentMiB(one))[0]
}

/** Processor seconds that a process has used so far; Linux only, other systems throw. */
export function processorSeconds(pid: number): number {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
  const ticks = Number(afterName?.[11]) + Number(afterName?.[12])
  return ticks / ticksPerSecond
}

const answerSchema = z.object({
  id: z.number(),
  result: z.object({ result: z.object({ value: z.unknown() }).optional() }).optional(),
})

/** Reads the heap of an engine that was started with {@link HeapProbe.nodeArguments}. */
export class HeapProbe {
  /** Makes Node open its inspector on a free port. */
  static readonly nodeArguments = ['--inspect=127.0.0.1:0']
  readonly #socket: WebSocket
  #commands = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
  }

  /** Connects to the inspector that the engine names on its stderr. */
  static async open(engine: EngineProcess): Promise<HeapProbe> {
    const address = /ws:\/\/\S+/.exec(engine.log)?.[0]
    if (address === undefined) throw new Error('The engine was started without its inspector.')
    const socket = new WebSocket(address)
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true })
      socket.addEventListener('error', () => reject(new Error('The inspector cannot be reached.')), { once: true })
    })
    return new HeapProbe(socket)
  }

  /** Collects garbage and returns the used JavaScript heap, in MiB. */
  async livingMiB(): Promise<number> {
    for (let round = 0; round < 3; round++) await this.#command('HeapProfiler.collectGarbage')
    const used = await this.#command('Runtime.evaluate', { expression: 'process.memoryUsage().heapUsed' })
    return z.number().parse(used) / mebi
  }

  close(): void {
    this.#socket.close()
  }

  #command(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#commands
    return new Promise((resolve) => {
      const listener = ({ data }: MessageEvent) => {
        const answer = answerSchema.safeParse(JSON.parse(String(data)))
        if (!answer.success || answer.data.id !== id) return
        this.#socket.removeEventListener('message', listener)
        resolve(answer.data.result?.result?.value)
      }
      this.#socket.addEventListener('message', listener)
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }
}
