import { whenGone } from './process-watch.ts'
import type { StartupExplanation } from './startup-error.ts'

/** Additional API of a utility process of Electron. */
interface ParentPort {
  on(event: 'message', listener: (message: { data: unknown }) => void): void
}

/** When a program ends beside the signals and the message of its parent. */
export interface EndingOptions {
  readonly endsWithStdin: boolean
  /** Process ids; the program ends as soon as one of these processes ends. */
  readonly endsWithProcesses: readonly number[]
}

/** Runs the program of a server; an error at its start is explained on standard error and ends the process. */
export async function runProgram(
  main: () => Promise<void>,
  explain: (error: unknown) => StartupExplanation,
): Promise<void> {
  process.stdout.on('error', giveUpWithoutReader)
  try {
    await main()
  } catch (error) {
    const { text, exitCode } = explain(error)
    // A utility process is kept alive by the port to its parent, so it has to be ended.
    process.stderr.write(text, () => process.exit(exitCode))
  }
}

/** Prints the one line of standard output: JSON that says where the server listens. */
export function printReadyLine(line: { readonly host: string; readonly port: number }): void {
  process.stdout.write(`${JSON.stringify({ event: 'ready', pid: process.pid, ...line })}\n`)
}

/**
 * Stops once, at the first of: SIGTERM, SIGINT, the closed standard input, the end of a watched process, a message
 * `{type: 'stop'}` of the parent. Returns a function that stops, too.
 */
export function stopWhenAsked(options: EndingOptions, stop: () => Promise<void>): () => void {
  let isStopping = false
  const once = () => {
    if (isStopping) return
    isStopping = true
    void stop()
  }
  process.on('SIGTERM', once)
  process.on('SIGINT', once)
  if (options.endsWithProcesses.length > 0) whenGone(options.endsWithProcesses, once)
  if (options.endsWithStdin) process.stdin.on('end', once).on('close', once).on('error', once).resume()
  onParentMessage((message) => {
    if (message.type === 'stop') once()
  })
  return once
}

/** Calls `take` for each message of the parent when the program is a utility process of Electron. */
export function onParentMessage(take: (message: { readonly type: unknown }) => void): void {
  const parent = (process as { parentPort?: ParentPort }).parentPort
  parent?.on('message', ({ data }) => {
    if (typeof data === 'object' && data !== null && 'type' in data) take(data)
  })
}

/** Without a reader of the ready line nobody knows the port and the credentials. */
function giveUpWithoutReader({ message }: Error): void {
  process.stderr.write(`Standard output cannot be written (${message}); keep it open until the ready line is there.\n`)
  process.exit(1)
}
