import { BusLogError } from '../car/bus-log.ts'
import { NoGatewayError } from '../car/doip/server.ts'
import { YamlFileError } from '../files/yaml-file.ts'
import { UsageError, usage } from './cli-options.ts'
import { CredentialsError } from './credentials.ts'
import { PortError } from './port-error.ts'

/** Errors whose message is shown without a stack. */
const selfExplaining = [YamlFileError, CredentialsError, BusLogError, NoGatewayError, PortError]

/** The message for the terminal and the exit code: 2 for a wrong command line, 1 for everything else. */
export function explain(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof UsageError) return { text: `${error.message}\n\n${usage}`, exitCode: 2 }
  if (error instanceof Error && selfExplaining.some((kind) => error instanceof kind))
    return { text: `${error.message}\n`, exitCode: 1 }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { text: `The engine cannot start: ${text}\n`, exitCode: 1 }
}
