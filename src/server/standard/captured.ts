import { EventEmitter } from 'node:events'
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js'

/** A service that a library wants to add to a server of grpc-js. */
export interface CapturedService {
  readonly definition: ServiceDefinition
  readonly handlers: UntypedServiceImplementation
}

/** Collects the services that a library adds to a server, so that our server can wrap them with its own guards. */
export function captured(library: { addToServer(server: never): void }): readonly CapturedService[] {
  const services: CapturedService[] = []
  const server = {
    addService: (definition: ServiceDefinition, handlers: UntypedServiceImplementation) =>
      services.push({ definition, handlers }),
  }
  library.addToServer(server as never)
  return services
}

/** The part of a call of grpc-js that the handlers of these libraries use. */
export class LibraryCall<Request, Response> extends EventEmitter {
  readonly #answered: (response: Response) => void
  readonly request: Request | undefined

  constructor(answered: (response: Response) => void, request?: Request) {
    super()
    this.#answered = answered
    this.request = request
  }

  write(response: Response): void {
    this.#answered(response)
  }

  end(): void {
    this.removeAllListeners()
  }
}
