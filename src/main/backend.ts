import type { Clock } from '../openobd/clock.ts'
import type { Network } from '../openobd/grpc/network.ts'
import { succeeded } from '../shared/outcome.ts'
import type { LaunchOptions } from './environment.ts'
import { createHandlers, type HandlerOptions } from './ipc/handlers.ts'
import type { Backend } from './ipc/lazy-handlers.ts'
import type { Journal } from './jobs/journal/journal.ts'
import type { Logger } from './logging.ts'
import type { Simulator } from './opened-file.ts'
import type { SpawnChild } from './processes/child.ts'
import { EmbeddedEngine } from './processes/embedded-engine.ts'
import { FunctionHostProcess } from './processes/function-host-process.ts'
import { GatewayProcess } from './processes/gateway-process.ts'
import { embeddedProfileId } from './services/profiles.ts'
import type { SecretRegistry } from './services/secret-registry.ts'
import { ServerGateway } from './services/server-gateway.ts'
import type { ResolveProxy } from './services/server-route.ts'
import { Services } from './services/services.ts'
import type { StatePublisher } from './services/state-publisher.ts'
import { logUnusableFields } from './services/unusable-fields.ts'
import type { Encryption } from './storage/encryption.ts'
import type { Keyring } from './storage/keyring.ts'
import type { Storage } from './storage/storage.ts'

/** Dependencies of the back end, from the shell. */
export type BackendOptions = HandlerOptions & {
  readonly publisher: StatePublisher
  readonly logger: Logger
  readonly secrets: SecretRegistry
  readonly launch: LaunchOptions
  readonly storage: Storage
  readonly journal: Journal
  readonly spawn: SpawnChild
  readonly engineFile: string
  readonly functionHostFile: string
  readonly gatewayFile: string
  /** Environment of the child processes, without our own variables. */
  readonly childEnvironment: Readonly<Record<string, string>>
  /** Called with the port of the own engine when it is ready (unpackaged only). */
  readonly announceEngine: ((port: number) => void) | undefined
  readonly clock: Clock
  /** How servers are reached (default: the network of this computer). */
  readonly network?: Network
  /** For session tokens that outlive a crash (default: none are kept). */
  readonly encryption?: Encryption
  /** For secrets of servers (default: none are kept). */
  readonly keyring?: Keyring
  /** Asks the proxy settings of the system (default: there is no proxy). */
  readonly resolveProxy?: ResolveProxy
}

/** Everything behind the window: services, child processes and handlers. */
export function createBackend(options: BackendOptions): Backend {
  const { publisher, logger, secrets, launch, storage, spawn, childEnvironment } = options
  const engineOptions = {
    spawn,
    file: options.engineFile,
    extraArguments: launch.engineArguments,
    environment: childEnvironment,
    credentials: launch.engineCredentials,
    logger,
    onSecret: (secret: string) => secrets.add(secret),
  }
  let vehicleFile: string | undefined
  const engine = new EmbeddedEngine({
    ...engineOptions,
    vehicleFile: () => vehicleFile,
    onReady: (port) => options.announceEngine?.(port),
    onDied: () => services.ownEngine.died(),
  })
  const child = { spawn, environment: childEnvironment, logger }
  const { clock } = options
  const services: Services = new Services({
    publisher,
    logger,
    secrets,
    clock: options.clock,
    random: Math.random,
    storage,
    environment: launch.connection,
    engine,
    journal: options.journal,
    createGateway: (gateway) =>
      new ServerGateway({
        ...gateway,
        clock,
        createProcess: (serve, events) => new GatewayProcess({ ...child, ...events, file: options.gatewayFile }, serve),
        host: new FunctionHostProcess({ ...child, file: options.functionHostFile, clock, random: Math.random }),
      }),
    ...(options.network && { network: options.network }),
    encryption: options.encryption,
    keyring: options.keyring,
    resolveProxy: options.resolveProxy,
  })
  const stopLoggingFields = logUnusableFields(logger)
  services.start()
  const nothing = () => undefined
  const simulator: Simulator = {
    isInUse: () => services.jobs.all.some((job) => job.isOpen && job.server.profile.id === embeddedProfileId),
    async check(file) {
      const trial = new EmbeddedEngine({ ...engineOptions, vehicleFile: () => file, onReady: nothing, onDied: nothing })
      const started = await trial.start()
      await trial.stop()
      return started.ok ? succeeded(null) : started
    },
    async use(file) {
      vehicleFile = file
      const restarted = await services.ownEngine.restart()
      // Nobody is connected to it: the next start takes the file.
      if (restarted.ok || restarted.failure.code !== 'not-allowed-now') return restarted
      await engine.stop()
      return succeeded(null)
    },
  }
  return {
    handlers: createHandlers(services, options),
    simulator,
    settle: () => services.jobs.settled(),
    async stop() {
      stopLoggingFields()
      await Promise.all([services.stop(), engine.stop()])
      await options.journal.close()
      storage.database.close()
    },
  }
}
