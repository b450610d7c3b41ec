import { explainStartup, type StartupExplanation } from '../../server/cli/startup-error.ts'
import { BusLogError } from '../car/bus-log.ts'
import { NoGatewayError } from '../car/doip/server.ts'
import { YamlFileError } from '../files/yaml-file.ts'
import { usage } from './cli-options.ts'
import { CredentialsError } from './credentials.ts'

/** Errors whose message is shown without a stack. */
const selfExplaining = [YamlFileError, CredentialsError, BusLogError, NoGatewayError]

/** What the engine says when it cannot start. */
export const explain = (error: unknown): StartupExplanation =>
  explainStartup(error, { name: 'engine', usage, selfExplaining })
