import type { FunctionContext as WireFunctionContext } from '../../openobd/generated/types/openOBD/v1/FunctionContext.ts'
import type { FunctionDetails__Output } from '../../openobd/generated/types/openOBD/v1/FunctionDetails.ts'
import type { Variable__Output } from '../../openobd/generated/types/openOBD/v1/Variable.ts'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import type { Timer } from '../../server/clock/clock.ts'
import { failedPrecondition, invalidArgument } from '../../server/refusal.ts'
import { defineService, serverStream, unary } from '../../server/rpc/rpc.ts'
import type { RpcStream } from '../../server/rpc/rpc-stream.ts'
import type { Engine } from '../engine.ts'
import { choices, limits } from '../protocol-choices.ts'
import {
  anyContextAccess,
  availableAccess,
  type ContextCall,
  type MonitorCall,
  monitorAccess,
} from '../session/access.ts'
import { ConnectionVariables } from '../session/connection-variables.ts'
import { checkedVariable, FunctionVariables } from './function-variables.ts'

/** `openOBD.v1.function` (protocol.md §2.2 and §6): contexts, arguments, results and variables. */
export const functionService = (engine: Engine) => {
  const variables = new FunctionVariables(new ConnectionVariables())
  return defineService(openObdV1.function.service, {
    startFunctionContext: unary(anyContextAccess, (_request, call) => startChild(call)),
    monitorFunctionContext: serverStream(monitorAccess, (_request, stream, call) => monitor(engine, stream, call)),
    registerFunctionDetails: unary(availableAccess, (request, { session, context }) => {
      session.registerDetails(context, checkedDetails(request))
      return {}
    }),
    getFunctionDetails: unary(anyContextAccess, (_request, { context }) => context.details ?? {}),
    setFunctionArgument: unary(anyContextAccess, (request, call) => {
      setArgument(request, call)
      return {}
    }),
    getFunctionArgumentList: unary(anyContextAccess, (_request, { context }) => ({
      variables: [...context.arguments.values()],
    })),
    setFunctionResult: unary(anyContextAccess, (request, { context }) => {
      context.results.set(request.key, checkedVariable(request))
      return {}
    }),
    getFunctionResultList: unary(anyContextAccess, (_request, { context }) => ({
      variables: [...(context.lastChild?.results.values() ?? [])],
    })),
    getVariableList: unary(anyContextAccess, (request, call) => ({ variables: variables.list(request, call) })),
    setVariable: unary(anyContextAccess, (request, call) => {
      variables.set(request, call)
      return {}
    }),
    getVariable: unary(anyContextAccess, (request, call) => variables.get(request, call)),
    deleteVariable: unary(anyContextAccess, (request, call) => {
      variables.delete(request, call)
      return {}
    }),
  })
}

/** Function details as the engine keeps them; INVALID_ARGUMENT without an id. */
function checkedDetails(details: FunctionDetails__Output): FunctionDetails__Output {
  if (details.id === '') throw invalidArgument('the details of a function need its id')
  return details
}

function startChild({ session, context }: ContextCall): WireFunctionContext {
  const child = session.startChild(context)
  return {
    id: child.id,
    finished: false,
    monitor_token: session.issueMonitorToken(child),
    authentication_token: child.authenticationToken ?? '',
  }
}

function setArgument(argument: Variable__Output, { session, context }: ContextCall): void {
  const child = session.openChildOf(context)
  if (child === undefined) throw failedPrecondition('no function context is open that could take an argument')
  if (child.state !== 'available')
    throw failedPrecondition('the function has been authenticated already; it takes no more arguments')
  child.arguments.set(argument.key, checkedVariable(argument))
}

/**
 * Sends monitor tokens while the context is open and one final message, also when it ended before the call. The token
 * in the metadata selects the context; the request is ignored. The official client treats the end of the stream as the end
 * of the context, so the stream stays open until the client cancels it, or for a moment.
 */
async function monitor(
  engine: Engine,
  stream: RpcStream<unknown, WireFunctionContext>,
  { session, monitored }: MonitorCall,
): Promise<void> {
  let next: Timer | undefined
  const rotate = () => {
    stream.send({ id: monitored.id, finished: false, monitor_token: session.issueMonitorToken(monitored) })
    next = engine.clocks.session.after(limits.tokenRotationMs, rotate)
  }
  if (monitored.end === undefined) rotate()
  const leave = monitored.onceEnded(({ result, parentToken, failure }) => {
    next?.cancel()
    if (failure !== undefined) return stream.end(failure)
    stream.send({
      id: monitored.id,
      finished: true,
      service_result: result,
      // A later child may have given the parent a newer token, or the parent was claimed with this one.
      authentication_token: parentToken === undefined ? '' : (monitored.parent?.authenticationToken ?? ''),
    })
    next = engine.clocks.session.after(choices.monitorLingerMs, () => stream.end())
  })
  await stream.whenOver()
  leave()
  next?.cancel()
}
