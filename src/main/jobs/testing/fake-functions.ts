import type { FunctionContext__Output } from '../../../openobd/generated/types/openOBD/v1/FunctionContext.ts'
import type { ServiceResult as WireResult } from '../../../openobd/generated/types/openOBD/v1/ServiceResult.ts'
import type { Method } from '../../../openobd/grpc/grpc-channel.ts'
import type { SessionCalls } from '../../../openobd/session/session-calls.ts'
import { FakeServerStream } from '../../../openobd/testing/fake-stream.ts'
import { serviceResultToWire } from '../../../openobd/wire/service-result.ts'
import type { FunctionInfo } from '../../../shared/app-state.ts'
import { findingKey, functionVariables } from '../../../shared/function-variables.ts'
import { type FailureCode, fail, type Outcome, succeeded } from '../../../shared/outcome.ts'
import type { ServiceResult } from '../../../shared/service-result.ts'
import type { FunctionFinding } from '../../../shared/session.ts'
import type { ContextListener, KnownContext, RunRequest } from '../../services/server-gateway.ts'
import type { RunGateway } from '../function-runs.ts'

/** A function that runs as a child of a root, played by a test. */
export class FakeFunction {
  readonly contextId: string
  readonly arguments: Record<string, string> = {}
  /** Finishes of this context by main, with the tokens that it used. */
  readonly finishedWith: string[] = []
  readonly monitor = new FakeServerStream<FunctionContext__Output>('function/monitorFunctionContext')
  request: RunRequest | undefined
  isStopped = false
  readonly #gateway: FakeFunctionGateway

  constructor(contextId: string, gateway: FakeFunctionGateway) {
    this.contextId = contextId
    this.#gateway = gateway
  }

  /** Sets a result, as the gateway reports it. */
  result(key: string, value: string): void {
    this.#gateway.tell((listener) => listener.result(this.contextId, key, value))
  }

  /** Reports a finding. */
  finds(finding: FunctionFinding): void {
    this.result(findingKey(finding), JSON.stringify(finding))
  }

  /** Finishes its context: the gateway sees it, and the server tells the monitor. */
  end(result: ServiceResult): void {
    this.#gateway.tell((listener) => listener.ended(this.contextId))
    this.told(serviceResultToWire(result))
  }

  /** Ends because it cannot continue. */
  fails(code: FailureCode, detail?: string): void {
    this.result(functionVariables.failure, JSON.stringify({ code, ...(detail ? { detail } : {}) }))
    this.end({ results: ['runtime-error'] })
  }

  /** What the server tells the monitor at the end. */
  told(result: WireResult): void {
    this.monitor.push({
      id: this.contextId,
      finished: true,
      monitor_token: '',
      authentication_token: '',
      service_result: result,
    } as FunctionContext__Output)
  }
}

/** A gateway and the functions behind it, played by a test. Its contexts are the children that `calls` start. */
export class FakeFunctionGateway implements RunGateway {
  /** All functions that were started, oldest first. */
  readonly started: FakeFunction[] = []
  functions: readonly FunctionInfo[]
  runOutcome: Outcome<null> = succeeded(null)
  /** How a stop is confirmed; a promise delays it. */
  whenStopped: Promise<void> = Promise.resolve()
  readonly over: string[] = []
  readonly #listeners = new Set<ContextListener>()

  constructor(functions: readonly FunctionInfo[]) {
    this.functions = functions
  }

  readonly listed = (): Promise<readonly FunctionInfo[]> => Promise.resolve(this.functions)
  /** The contexts that the gateway knows, the deepest first. */
  known: KnownContext[] = []
  readonly subtree = (): readonly KnownContext[] => this.known
  readonly sessionOver = (sessionId: string): void => void this.over.push(sessionId)
  readonly keeps = (): boolean => false

  readonly run = (request: RunRequest): Promise<Outcome<null>> => {
    const found = this.started.find(({ contextId }) => contextId === request.contextId)
    if (found) found.request = request
    return Promise.resolve(this.runOutcome)
  }

  readonly stop = async (_sessionId: string, contextId: string): Promise<void> => {
    await this.whenStopped
    const found = this.started.find((started) => started.contextId === contextId)
    if (found) found.isStopped = true
  }

  readonly follow = (_sessionId: string, listener: ContextListener): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells the runs something. */
  tell(tell: (listener: ContextListener) => void): void {
    for (const listener of [...this.#listeners]) tell(listener)
  }

  /** The calls of a root whose children are functions of this gateway. */
  get calls(): SessionCalls {
    const unary = (method: Method<unknown, unknown>, request: unknown) =>
      Promise.resolve(this.#unary(method.path, request))
    const grpcChannel = {
      endpoint: { host: '127.0.0.1', port: 5, transport: 'plaintext' },
      unary: (method: Method<unknown, unknown>, _request: unknown, { token }: { token: { reveal(): string } }) => {
        const finished = this.started.find(({ contextId }) => token.reveal() === `token-of-${contextId}`)
        if (method.path.endsWith('/finish') && finished) {
          finished.finishedWith.push(token.reveal())
          finished.end({ results: ['failure'] })
        }
        return Promise.resolve(succeeded({}))
      },
      serverStream: () => this.started.at(-1)?.monitor.stream,
    }
    return { unary, grpcChannel, hasToken: true } as unknown as SessionCalls
  }

  #unary(path: string, request: unknown): Outcome<unknown> {
    if (path.endsWith('/startFunctionContext')) {
      const started = new FakeFunction(`context-${this.started.length + 1}`, this)
      this.started.push(started)
      return succeeded({
        id: started.contextId,
        authentication_token: `token-of-${started.contextId}`,
        monitor_token: `monitor-of-${started.contextId}`,
      })
    }
    if (path.endsWith('/setFunctionArgument')) {
      const { key, value } = request as { key: string; value: string }
      const newest = this.started.at(-1)
      if (newest) newest.arguments[key] = value
      return succeeded({})
    }
    return fail('not-supported-by-server')
  }
}
