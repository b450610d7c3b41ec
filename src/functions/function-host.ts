import type { FunctionCall__Output } from '../openobd/generated/types/openOBD/v1/FunctionCall.ts'
import { trustProfileEndpoint } from '../openobd/grpc/endpoint.ts'
import type { Channel } from '../openobd/grpc/grpc-channel.ts'
import { FunctionStream } from '../openobd/session/function-stream.ts'
import { type ToFunctionHost, toFunctionHostSchema } from '../shared/function-host.ts'
import type { DiagnosticFunction } from './diagnostic-function.ts'
import { HostedRun, type RunSurroundings } from './hosted-run.ts'

/** Dependencies of the host. */
export interface FunctionHostDependencies extends RunSurroundings {
  readonly functions: readonly DiagnosticFunction[]
  readonly exit: () => void
}

/**
 * Hosts functions for a gateway on this computer, as any other host does: it offers them on a function stream and runs each call
 * in the context that comes with it. It knows no token and no address but those of the gateway.
 */
export class FunctionHost {
  readonly #dependencies: FunctionHostDependencies
  readonly #runs = new Set<{ readonly run: HostedRun; readonly ended: Promise<void> }>()
  #stream: FunctionStream | undefined
  #channel: Channel | undefined
  #isClosing = false

  constructor(dependencies: FunctionHostDependencies) {
    this.#dependencies = dependencies
  }

  /** Handles one message of main. A message that does not match the schema is noted and dropped. */
  receive(raw: unknown): void {
    const { data: message } = toFunctionHostSchema.safeParse(raw)
    if (message === undefined) this.#dependencies.note('message-refused', {})
    else if (message.type === 'offer') this.#offer(message)
    else void this.close()
  }

  /** Stops every run, waits until all have ended and exits the process. Repeated calls have no effect. */
  async close(): Promise<void> {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#withdraw()
    const runs = [...this.#runs]
    for (const { run } of runs) run.stop()
    await Promise.all(runs.map(({ ended }) => ended))
    this.#dependencies.exit()
  }

  #offer({ host, port, credentials }: Extract<ToFunctionHost, { type: 'offer' }>): void {
    const endpoint = trustProfileEndpoint({ host, port })
    if (!endpoint.ok || this.#isClosing) return
    this.#withdraw()
    const { functions, network, clock, random } = this.#dependencies
    const grpcChannel = network.open(endpoint.value)
    this.#channel = grpcChannel
    this.#stream = new FunctionStream({
      grpcChannel,
      credentials,
      functions: functions.map(({ info }) => info),
      clock,
      random,
      onCall: (call) => this.#start(call),
    })
    this.#stream.start()
  }

  #withdraw(): void {
    this.#stream?.stop()
    this.#channel?.close()
  }

  #start(call: FunctionCall__Output): string | undefined {
    const wanted = this.#dependencies.functions.find(({ info }) => info.id === call.id)
    if (wanted === undefined || this.#isClosing) return 'this function is not available here'
    const run = new HostedRun(wanted, this.#dependencies)
    const entry = { run, ended: run.run(call) }
    this.#runs.add(entry)
    void entry.ended.finally(() => this.#runs.delete(entry))
    return undefined
  }
}
