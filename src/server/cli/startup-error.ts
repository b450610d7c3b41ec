import { UsageError } from './options.ts'
import { PortError } from './port-error.ts'

/** What a program says when it cannot start: the text for the terminal, and its exit code. */
export interface StartupExplanation {
  readonly text: string
  readonly exitCode: number
}

/** What {@link explainStartup} knows of the program. */
export interface ProgramWords {
  /** Name of the program in a sentence: engine, gateway. */
  readonly name: string
  /** What `--help` prints. */
  readonly usage: string
  /** Errors of the program whose message is shown without a stack. */
  readonly selfExplaining: readonly (new (
    ...args: never[]
  ) => Error)[]
}

/** The message for the terminal and the exit code: 2 for a wrong command line, 1 for everything else. */
export function explainStartup(error: unknown, { name, usage, selfExplaining }: ProgramWords): StartupExplanation {
  if (error instanceof UsageError) return { text: `${error.message}\n\n${usage}`, exitCode: 2 }
  if (error instanceof Error && [PortError, ...selfExplaining].some((kind) => error instanceof kind))
    return { text: `${error.message}\n`, exitCode: 1 }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { text: `The ${name} cannot start: ${text}\n`, exitCode: 1 }
}
