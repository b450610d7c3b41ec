import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { serveControlStream } from '../../server/prompts/control-stream.ts'
import type { PromptOwner } from '../../server/prompts/prompt-board.ts'
import { permissionDenied } from '../../server/refusal.ts'
import { bidi, defineService } from '../../server/rpc/rpc.ts'
import type { Engine } from '../engine.ts'
import { choices } from '../protocol-choices.ts'
import { activeAccess, type ContextCall } from '../session/access.ts'
import { contextName } from '../session/context-name.ts'

/** `openOBD.v1.userInterface` (protocol.md §10); the prompt board decides what is shown and which answer counts. */
export const userInterfaceService = (engine: Engine) =>
  defineService(openObdV1.userInterface.service, {
    openControlStream: bidi(activeAccess, (stream, call) => {
      if (call.context.isCommunicationOnly)
        throw permissionDenied('a function that was called by an active function has no user interface')
      return serveControlStream(engine.prompts, stream, ownerOf(call))
    }),
  })

const ownerOf = (call: ContextCall): PromptOwner => {
  const { session, context } = call
  return {
    ...contextName(call),
    contextKey: context.id,
    functionName: context.details?.name ?? '',
    isSessionOver: () => session.isOver,
    wasIdle: () => session.end(choices.stateWhenIdle, 'the control stream was idle for an hour'),
  }
}
