import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { invalidArgument } from '../../server/refusal.ts'
import { clientStream, defineService } from '../../server/rpc/rpc.ts'
import type { Engine } from '../engine.ts'
import { activeAccess } from '../session/access.ts'
import { contextName } from '../session/context-name.ts'

/** `openOBD.v1.logging` (protocol.md §13): lines for the ScriptLog; without a level they are INFO. */
export const loggingService = (engine: Engine) =>
  defineService(openObdV1.logging.service, {
    openLogStream: clientStream(activeAccess, async (stream, call) => {
      const owner = contextName(call)
      await stream.receive(({ content, level }) => {
        if (level !== undefined && typeof level !== 'string') throw invalidArgument('the log level is not defined')
        const isUnset = level === undefined || level === 'LOG_LEVEL_UNDEFINED'
        engine.scriptLog.write(owner, isUnset ? 'LOG_LEVEL_INFO' : level, content)
      })
      return {}
    }),
  })
