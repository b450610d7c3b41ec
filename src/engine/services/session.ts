import type { ServiceResult__Output } from '../../openobd/generated/types/openOBD/v1/ServiceResult.ts'
import type { SessionToken } from '../../openobd/generated/types/openOBD/v1/SessionToken.ts'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import type { Timer } from '../../server/clock/clock.ts'
import { failedPrecondition, invalidArgument, unavailable } from '../../server/refusal.ts'
import { defineService, serverStream, unary } from '../../server/rpc/rpc.ts'
import type { RpcStream } from '../../server/rpc/rpc-stream.ts'
import type { Engine } from '../engine.ts'
import { tokenStreamRefused, tokensSilent } from '../faults/session-faults.ts'
import { choices, limits } from '../protocol-choices.ts'
import { activeAccess, anyContextAccess, availableAccess, type ContextCall } from '../session/access.ts'

/** `openOBD.v1.session` (protocol.md §5). */
export const sessionService = (engine: Engine) =>
  defineService(openObdV1.session.service, {
    authenticate: unary(availableAccess, (_request, { session, context }) => ({ value: session.claim(context) })),
    assertAuthenticationPossible: unary(availableAccess, (_request, { session, context }) => {
      if (session.hasOpenChild(context)) throw failedPrecondition('a function context is open; it has to finish first')
      return {}
    }),
    openSessionTokenStream: serverStream(activeAccess, async (_request, stream, call) => {
      if (engine.faults.find(tokenStreamRefused, call.session) !== undefined)
        throw unavailable('the token stream cannot be opened')
      const rotation = rotateTokens(engine, stream, call)
      await stream.whenOver()
      rotation.cancel()
    }),
    finish: unary(anyContextAccess, (request, { session, context }) => {
      session.finish(context, checkedResult(request))
      return {}
    }),
  })

function rotateTokens(engine: Engine, stream: RpcStream<unknown, SessionToken>, call: ContextCall): Timer {
  let next: Timer
  const send = () => {
    if (stream.over.aborted) return
    if (engine.faults.find(tokensSilent, call.session) === undefined)
      stream.send({ value: call.session.issueSessionToken(call.context) })
    plan()
  }
  const plan = () => {
    next = engine.clocks.session.after(limits.tokenRotationMs, send)
  }
  if (choices.firstTokenAtOnce) send()
  else plan()
  return { cancel: () => next.cancel() }
}

/** A service result as the engine stores it; INVALID_ARGUMENT for an empty list or a value that no version defines. */
function checkedResult(result: ServiceResult__Output): ServiceResult__Output {
  if (result.result.length === 0) throw invalidArgument('a service result needs at least one result')
  for (const one of result.result)
    if (typeof one !== 'string' || one === 'RESULT_UNDEFINED') throw invalidArgument('a result is not defined')
  if (result.user_feedback !== undefined && typeof result.user_feedback !== 'string')
    throw invalidArgument('the user feedback is not defined')
  return result
}
