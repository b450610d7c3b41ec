import { status } from '@grpc/grpc-js'
import { openObdV1, workbenchV1 } from '../openobd/grpc/protos.ts'
import { tokenFromWire } from '../openobd/token.ts'
import { failedPrecondition, permissionDenied, unauthenticated } from '../server/refusal.ts'
import type { CallStatus, RawCall } from '../server/rpc/rpc-handlers.ts'
import { RpcStream } from '../server/rpc/rpc-stream.ts'
import type { GatewayContext } from './contexts.ts'
import { FarStatus, nearDetails } from './far-status.ts'
import type { KeptPrompts } from './kept-prompts.ts'
import type { LocalBroker } from './local-broker.ts'
import { passable } from './passable-metadata.ts'
import { wasStopped } from './passed-call.ts'
import type { MappedToken, TokenMap } from './tokens.ts'
import { callUnary } from './unary-call.ts'
import type { Upstream } from './upstream.ts'
import type { ViewerAnswers } from './viewer/viewer-answers.ts'
import type { WireEdits } from './wire/wire-edits.ts'

const broker = openObdV1.functionBroker.service

const viewer = workbenchV1.viewer.service

/** Dependencies of the answers. */
export interface OwnAnswersSetup {
  readonly viewer: ViewerAnswers
  readonly tokens: TokenMap
  readonly upstream: Upstream
  readonly prompts: KeptPrompts
  readonly broker: LocalBroker
  readonly edits: WireEdits
  readonly statusOf: (error: unknown, path: string) => CallStatus
  /** Forwards a call after all. */
  readonly pass: (call: RawCall, bearer: MappedToken | undefined) => void
}

type Answer = (call: RawCall, bearer: MappedToken | undefined) => void

/** The calls that the gateway answers itself, as far as it has the answer: prompts, their viewer, and the broker. */
export class OwnAnswers {
  readonly #setup: OwnAnswersSetup

  constructor(setup: OwnAnswersSetup) {
    this.#setup = setup
  }

  /** How a call of this rpc is answered here; undefined for one that is always forwarded. */
  of(path: string): Answer | undefined {
    return this.#answers[path]
  }

  readonly #answers: Readonly<Record<string, Answer>> = {
    [openObdV1.userInterface.service.openControlStream.path]: (call, bearer) => {
      const context = bearer?.context
      if (bearer === undefined || context === undefined) this.#setup.pass(call, bearer)
      else this.#async(call, () => this.#controls(call, bearer, context))
    },
    [broker.openFunctionStream.path]: (call, bearer) => {
      const token = brokerToken(bearer)
      const stream = new RpcStream<Buffer, Buffer>(call, call.getPath())
      this.#async(call, async () => {
        await this.#setup.broker.serve(stream, token.near)
        if (stream.failure !== undefined) throw stream.failure
        call.end()
      })
    },
    [broker.runFunction.path]: (call, bearer) => {
      const token = brokerToken(bearer)
      this.#unary(call, async (request, left) => {
        const wanted = broker.runFunction.requestDeserialize(request)
        this.#assertGoesOn(wanted.session_info?.authentication_token)
        if (await this.#setup.broker.isLocal(wanted.id, wanted.provider_id ?? '', token.far))
          return broker.runFunction.responseSerialize(await this.#setup.broker.run(wanted, left))
        return this.#relay(call, request, token, left)
      })
    },
    [broker.getFunctionRegistration.path]: (call, bearer) => {
      const token = brokerToken(bearer)
      this.#unary(call, async (request, left) => {
        const { value: id, provider_id: provider = '' } = broker.getFunctionRegistration.requestDeserialize(request)
        const registration = this.#setup.broker.registration(id, provider)
        if (registration !== undefined && (await this.#setup.broker.isLocal(id, provider, token.far)))
          return broker.getFunctionRegistration.responseSerialize(registration)
        return this.#relay(call, request, token, left)
      })
    },
    [viewer.watchWorkshop.path]: (call, bearer) => {
      const stream = new RpcStream<Buffer, Buffer>(call, call.getPath())
      call.once('data', (request: Buffer) =>
        this.#async(call, async () => {
          await this.#setup.viewer.watch(stream, request, bearer)
          if (stream.failure !== undefined) throw stream.failure
          if (!call.destroyed) call.end()
        }),
      )
    },
    [viewer.answerPrompt.path]: (call, bearer) =>
      this.#unary(
        call,
        async (request, left) =>
          (await this.#setup.viewer.answer(request, bearer)) ?? this.#relay(call, request, bearer, left),
      ),
    [viewer.getSessionRecord.path]: (call, bearer) =>
      this.#unary(
        call,
        async (request, left) =>
          (await this.#setup.viewer.record(request, bearer)) ?? this.#relay(call, request, bearer, left),
      ),
  }

  async #controls(call: RawCall, bearer: MappedToken, context: GatewayContext): Promise<void> {
    const { upstream, prompts, pass } = this.#setup
    const { isHeld, isStartedHere } = context.session
    const isKept = isHeld || (isStartedHere && !(await upstream.hasViewer()))
    if (!isKept) {
      pass(call, bearer)
      return
    }
    if (bearer.kind !== 'session') throw permissionDenied('only authenticate() is allowed now')
    if (context.isCommunicationOnly)
      throw permissionDenied('a function that was called by an active function has no user interface')
    const state = await upstream.stateOf(context, bearer.far)
    if (!state.isActive) throw new FarStatus(state.code, state.details)
    if (context.stopped.aborted) throw failedPrecondition(wasStopped)
    await prompts.serve(call, context)
    if (!call.destroyed) call.end()
  }

  /** A context that was stopped is not handed to anybody either, also by a caller whose own token says nothing of it. */
  #assertGoesOn(contextToken: string | undefined): void {
    const context = this.#setup.tokens.find(contextToken ?? '')?.context
    if (context?.stopped.aborted) throw failedPrecondition(wasStopped)
  }

  /** Answers a unary call after its request has arrived. */
  #unary(call: RawCall, run: (request: Buffer, left: AbortSignal) => Promise<Buffer>): void {
    const left = new AbortController()
    call.once('cancelled', () => left.abort())
    call.once('data', (request: Buffer) =>
      this.#async(call, async () => {
        call.write(await run(request, left.signal))
        call.end()
      }),
    )
  }

  #async(call: RawCall, run: () => Promise<void>): void {
    call.on('error', () => undefined)
    run().catch((error: unknown) => {
      if (!call.destroyed) call.emit('error', this.#statusOf(error, call.getPath()))
    })
  }

  #statusOf(error: unknown, path: string): CallStatus {
    if (!(error instanceof FarStatus)) return this.#setup.statusOf(error, path)
    const { code, message, trailers } = error
    const details = nearDetails(code, message, [this.#setup.upstream.endpoint.host])
    return { code, details, ...(trailers && { metadata: passable(trailers) }) }
  }

  /** Passes a unary call whose request has been read already. */
  async #relay(call: RawCall, request: Buffer, bearer: MappedToken | undefined, left: AbortSignal): Promise<Buffer> {
    const { upstream, edits } = this.#setup
    const path = call.getPath()
    const party = { bearer }
    const { code, details, trailers, reply } = await callUnary({
      channel: upstream.connection(undefined),
      path,
      request: edits.request(path, request, party),
      token: bearer && tokenFromWire(bearer.kind, bearer.far),
      metadata: passable(call.metadata),
      deadline: Number(call.getDeadline()),
      left,
    })
    if (code !== status.OK || reply === undefined) throw new FarStatus(code, details, trailers)
    return edits.reply(path, reply, party)
  }
}

function brokerToken(bearer: MappedToken | undefined): MappedToken {
  if (bearer?.kind !== 'broker') throw unauthenticated('this call needs a broker token')
  return bearer
}
