import type { FunctionCatalogue } from '../../openobd/generated/types/workbench/v1/FunctionCatalogue.ts'
import { workbenchV1 } from '../../openobd/grpc/protos.ts'
import { defineService, serverStream, unary } from '../../server/rpc/rpc.ts'
import type { RpcStream } from '../../server/rpc/rpc-stream.ts'
import type { Engine } from '../engine.ts'
import { controllerAccess } from '../session/access.ts'

/** `workbench.v1.catalogue`: the functions of the broker that the partner may see. */
export const catalogueService = (engine: Engine) =>
  defineService(workbenchV1.catalogue.service, {
    listFunctions: unary(controllerAccess, (_request, { clientId }) => ({ functions: engine.broker.list(clientId) })),
    watchFunctions: serverStream(controllerAccess, (_request, stream, { clientId }) =>
      watch(engine, stream, () => ({ functions: engine.broker.list(clientId) })),
    ),
  })

/** Sends the catalogue at once and after every change; a slow reader gets only the newest one. */
async function watch(
  engine: Engine,
  stream: RpcStream<unknown, FunctionCatalogue>,
  read: () => FunctionCatalogue,
): Promise<void> {
  let isWaiting = false
  const send = async () => {
    if (isWaiting) return
    isWaiting = true
    await stream.whenDrained()
    isWaiting = false
    stream.send(read())
  }
  const leave = engine.broker.onChange(() => void send())
  await send()
  await stream.whenOver()
  leave()
}
