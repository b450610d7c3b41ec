/** A child process as the services see it: lines out, messages in both directions, one exit. */
export interface Child {
  onStdoutLine(listener: (line: string) => void): void
  onStderrLine(listener: (line: string) => void): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once; the code is null when it is unknown. */
  onExit(listener: (code: number | null) => void): void
  post(message: unknown): void
  kill(): void
}

/** Starts a bundled program as a child process. */
export type SpawnChild = (options: {
  file: string
  args: readonly string[]
  environment: Readonly<Record<string, string>>
  name: string
}) => Child

const longestLine = 64 * 1024

/** Turns chunks of text into lines; a line longer than 64 KiB is dropped. */
export function lineSplitter(onLine: (line: string) => void): (chunk: Buffer | string) => void {
  const decoder = new TextDecoder()
  let rest = ''
  return (chunk) => {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() as string
    if (rest.length > longestLine) rest = ''
    for (const line of lines) onLine(line.replace(/\r$/, ''))
  }
}

/** Sends the stop message. Resolves to true when the child ends within the limit; otherwise kills it and resolves to false. */
export function endChild(
  child: Child,
  exited: Promise<unknown>,
  stopMessage: unknown,
  limitMs: number,
): Promise<boolean> {
  child.post(stopMessage)
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      child.kill()
      resolve(false)
    }, limitMs)
    exited.then(() => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
