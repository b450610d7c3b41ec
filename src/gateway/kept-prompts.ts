import type { AnswerReceipt } from '../openobd/generated/types/workbench/v1/AnswerReceipt.ts'
import type { PromptAnswer__Output } from '../openobd/generated/types/workbench/v1/PromptAnswer.ts'
import { openObdV1 } from '../openobd/grpc/protos.ts'
import type { Clock } from '../server/clock/clock.ts'
import { Gauges } from '../server/gauges.ts'
import { serveControlStream } from '../server/prompts/control-stream.ts'
import { PromptBoard, type PromptEvent, type PromptOwner } from '../server/prompts/prompt-board.ts'
import type { RawCall } from '../server/rpc/rpc-handlers.ts'
import { RpcStream } from '../server/rpc/rpc-stream.ts'
import type { GatewayContext } from './contexts.ts'
import type { FarStatus } from './far-status.ts'

/** Called for each prompt that is shown or has ended. */
export type PromptListener = (event: PromptEvent) => void

/** Dependencies of the prompts that are kept here. */
export interface KeptPromptsSetup {
  readonly clock: Clock
  readonly onEvent: PromptListener
  /** A control stream was idle for an hour (protocol.md §2): the function has to end. */
  readonly onIdle: (context: GatewayContext) => void
  /** How the server refuses a context that may not ask any more; undefined while it may, and while that is not known. */
  readonly refusalOf: (context: GatewayContext) => Promise<FarStatus | undefined>
}

/**
 * The end of a context is seen in what passes, but a function that keeps no token stream would never show it: the server is asked this
 * often, in ms.
 */
const lookEveryMs = 60_000

const { requestDeserialize, responseSerialize } = openObdV1.userInterface.service.openControlStream

/** The prompts that the application shows itself, so that they appear on any server (design.md decision 11). */
export class KeptPrompts {
  readonly #setup: KeptPromptsSetup
  readonly board: PromptBoard

  constructor(setup: KeptPromptsSetup) {
    this.#setup = setup
    this.board = new PromptBoard(setup.clock, new Gauges())
    this.board.onEvent(setup.onEvent)
  }

  /** Serves a control stream until it ends, its context ends, or its context is stopped. */
  async serve(call: RawCall, context: GatewayContext): Promise<void> {
    const stream = new RpcStream<Buffer, Buffer>(call, call.getPath())
    const end = () => stream.end()
    const signals = [context.ended, context.stopped]
    const stopLooking = this.#look(context, (refusal) => stream.end(refusal))
    for (const signal of signals) signal.addEventListener('abort', end, { once: true })
    try {
      if (signals.some(({ aborted }) => aborted)) return
      await serveControlStream(
        this.board,
        {
          send: (control) => stream.send(responseSerialize(control)),
          receive: (take) => stream.receive((bytes) => take(requestDeserialize(bytes))),
          end,
        },
        this.#ownerOf(context),
      )
      if (stream.failure !== undefined) throw stream.failure
    } finally {
      stopLooking()
      for (const signal of signals) signal.removeEventListener('abort', end)
    }
  }

  answer(answer: PromptAnswer__Output): AnswerReceipt {
    return this.board.answer(answer)
  }

  #look(context: GatewayContext, refused: (refusal: FarStatus) => void): () => void {
    const { clock, refusalOf } = this.#setup
    let isOver = false
    const look = async () => {
      const refusal = await refusalOf(context)
      if (isOver) return
      if (refusal === undefined) next = clock.after(lookEveryMs, look)
      else refused(refusal)
    }
    let next = clock.after(lookEveryMs, look)
    return () => {
      isOver = true
      next.cancel()
    }
  }

  #ownerOf(context: GatewayContext): PromptOwner {
    const { session, id } = context
    return {
      sessionId: session.id,
      contextKey: `${session.id} ${id}`,
      contextId: id,
      get functionName() {
        return context.functionName
      },
      isSessionOver: () => session.isOver,
      wasIdle: () => this.#setup.onIdle(context),
    }
  }
}
