import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { permissionDenied } from '../../server/refusal.ts'
import { bidi, defineService } from '../../server/rpc/rpc.ts'
import type { Engine } from '../engine.ts'
import { activeAccess } from '../session/access.ts'

/** `openOBD.v1.userInterface` (protocol.md §10); the prompt board decides what is shown and which answer counts. */
export const userInterfaceService = (engine: Engine) =>
  defineService(openObdV1.userInterface.service, {
    openControlStream: bidi(activeAccess, async (stream, { session, context }) => {
      if (context.isCommunicationOnly)
        throw permissionDenied('a function that was called by an active function has no user interface')
      const desk = engine.prompts.open({
        session,
        context,
        reply: (control) => stream.send(control),
        end: () => stream.end(),
      })
      try {
        await stream.receive((control) => desk.show(control))
      } finally {
        desk.close()
      }
    }),
  })
