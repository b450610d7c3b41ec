import type { Clock } from '../openobd/clock.ts'
import type { FunctionCall__Output } from '../openobd/generated/types/openOBD/v1/FunctionCall.ts'
import { trustProfileEndpoint } from '../openobd/grpc/endpoint.ts'
import type { Network } from '../openobd/grpc/network.ts'
import { getArguments, setResult } from '../openobd/session/function-variables.ts'
import { authenticate, finish, openSessionTokenStream } from '../openobd/session/session-service.ts'
import { TokenKeeper } from '../openobd/session/token-keeper.ts'
import { type SessionToken, tokenFromWire } from '../openobd/token.ts'
import { languageSchema } from '../shared/app-state.ts'
import { findingKey, functionVariables } from '../shared/function-variables.ts'
import type { Language } from '../shared/languages.ts'
import type { FailureCode } from '../shared/outcome.ts'
import type { ServiceResult } from '../shared/service-result.ts'
import { abortableWait } from './abortable-wait.ts'
import type { DiagnosticFunction } from './diagnostic-function.ts'
import { SessionFailure } from './function-session.ts'
import { OpenObdSession } from './openobd-session.ts'

/** Time, network and random numbers of a run. */
export interface RunSurroundings {
  readonly clock: Clock
  readonly network: Network
  readonly random: () => number
  /** For the log; never contains a token. */
  readonly note: (event: HostEvent, about: { readonly functionId?: string; readonly error?: unknown }) => void
}

/** An event for the log of the process. */
export type HostEvent = 'message-refused' | 'claim-failed' | 'run-broken' | 'finish-failed'

/** One run of a function in the context of a call: claims it, runs the function and finishes it. */
export class HostedRun {
  readonly #surroundings: RunSurroundings
  readonly #abort = new AbortController()
  readonly #wanted: DiagnosticFunction
  /** Results are set in their order, one at a time. */
  #results: Promise<unknown> = Promise.resolve()
  #session: OpenObdSession | undefined

  constructor(wanted: DiagnosticFunction, surroundings: RunSurroundings) {
    this.#wanted = wanted
    this.#surroundings = surroundings
  }

  /** Ends every wait of the run; the function then ends early. */
  stop(): void {
    this.#abort.abort()
    this.#session?.interrupt()
  }

  /** Runs to the end; never rejects. */
  async run(call: FunctionCall__Output): Promise<void> {
    const { network, clock, random, note } = this.#surroundings
    const info = call.session_info
    const endpoint = trustProfileEndpoint({ host: info?.grpc_endpoint ?? '', port: info?.grpc_port ?? 0 })
    const claim = tokenFromWire('authentication', info?.authentication_token ?? '')
    if (!endpoint.ok || !claim) return note('claim-failed', { functionId: call.id })
    const grpcChannel = network.open(endpoint.value)
    const claimed = await authenticate(grpcChannel, claim)
    if (!claimed.ok) {
      grpcChannel.close()
      return note('claim-failed', { functionId: call.id })
    }
    const keeper = new TokenKeeper(claimed.value, {
      clock,
      random,
      open: (token: SessionToken) => openSessionTokenStream(grpcChannel, token),
      // The context has ended, or was stopped.
      onStreamEnd: () => this.stop(),
      onExpired: () => this.stop(),
    })
    keeper.start()
    this.#session = new OpenObdSession(grpcChannel, keeper, clock, random)
    const result = await this.#result(this.#session)
    await this.#results
    const token = keeper.current()
    // A context that was stopped is finished by whoever stopped it.
    if (token && !this.#abort.signal.aborted) {
      const finished = await finish(grpcChannel, token, result)
      if (!finished.ok) note('finish-failed', { functionId: call.id })
    }
    keeper.stop()
    await this.#session.close()
  }

  async #result(session: OpenObdSession): Promise<ServiceResult> {
    const { signal } = this.#abort
    try {
      return await this.#wanted.run({
        session,
        language: await languageOf(session),
        signal,
        wait: (ms) => abortableWait(ms, signal),
        expects: (controlUnits) => this.#set(session, functionVariables.controlUnits, String(controlUnits)),
        found: (finding) => this.#set(session, findingKey(finding), JSON.stringify(finding)),
      })
    } catch (error) {
      const code = error instanceof SessionFailure ? error.code : 'internal'
      const detail = error instanceof SessionFailure ? error.message.slice(0, 500) : undefined
      if (!(error instanceof SessionFailure) && !signal.aborted) this.#surroundings.note('run-broken', { error })
      this.#set(session, functionVariables.failure, JSON.stringify({ code, ...(detail ? { detail } : {}) }))
      return { results: [resultFor(code)] }
    }
  }

  #set(session: OpenObdSession, key: string, value: string): void {
    if (this.#abort.signal.aborted) return
    this.#results = this.#results.then(() => setResult(session.calls, { key, value }))
  }
}

async function languageOf(session: OpenObdSession): Promise<Language> {
  const given = await getArguments(session.calls)
  const value = given.ok ? given.value.find(({ key }) => key === functionVariables.language)?.value : undefined
  return languageSchema.catch('en').parse(value)
}

const lostLink: ReadonlySet<FailureCode> = new Set(['connection-lost', 'timed-out', 'car-not-reached'])
const resultFor = (code: FailureCode) => (lostLink.has(code) ? 'communication-error' : 'runtime-error')
