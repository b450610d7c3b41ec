import { type CallOutcome, mapOutcome, refused } from '../../src/openobd/failure.ts'
import { openObdV1 } from '../../src/openobd/grpc/protos.ts'
import type { SessionCalls } from '../../src/openobd/session/session-calls.ts'
import { authenticate, finish } from '../../src/openobd/session/session-service.ts'
import { tokenFromWire } from '../../src/openobd/token.ts'

const rpcs = openObdV1.function.service
const kilometres = '148000'

/**
 * Both sides of a nested function: starts a context with an argument, monitors it, claims it,
 * reads the argument, leaves a result, finishes, and reads the result as the caller after the final message.
 */
export async function callNestedFunction(caller: SessionCalls): Promise<CallOutcome<string>> {
  const { grpcChannel } = caller
  const started = await caller.unary(rpcs.startFunctionContext, {})
  if (!started.ok) return started
  const argument = { key: 'kilometres', value: kilometres }
  const given = await caller.unary(rpcs.setFunctionArgument, argument)
  if (!given.ok) return given
  const monitorToken = tokenFromWire('monitor', started.value.monitor_token)
  const childToken = tokenFromWire('authentication', started.value.authentication_token)
  if (!monitorToken || !childToken) return refused('function/startFunctionContext', 'not-an-openobd-service')
  const monitor = grpcChannel.serverStream(rpcs.monitorFunctionContext, started.value, { token: monitorToken })
  const isOver = new Promise<boolean>((resolve) => {
    monitor.onMessage(({ finished: isFinal }) => {
      if (isFinal) resolve(true)
    })
    void monitor.ended.then(() => resolve(false))
  })
  const child = await authenticate(grpcChannel, childToken)
  if (!child.ok) return child
  const read = await grpcChannel.unary(rpcs.getFunctionArgumentList, {}, { token: child.value })
  if (!read.ok) return read
  const [first] = read.value.variables
  const result = { key: 'kilometres', value: first?.value ?? 'no argument' }
  const set = await grpcChannel.unary(rpcs.setFunctionResult, result, { token: child.value })
  if (!set.ok) return set
  const finished = await finish(grpcChannel, child.value, { results: ['success'] })
  if (!finished.ok) return finished
  const sawEnd = await isOver
  monitor.stop()
  if (!sawEnd) return refused('function/monitorFunctionContext', 'connection-lost')
  return readResult(caller)
}

async function readResult(caller: SessionCalls): Promise<CallOutcome<string>> {
  const results = mapOutcome(
    rpcs.getFunctionResultList,
    await caller.unary(rpcs.getFunctionResultList, {}),
    ({ variables }) => variables.map(({ value }) => value).join(),
  )
  if (!results.ok || results.value === kilometres) return results
  return refused('function/getFunctionResultList', 'answer-invalid', { detail: results.value })
}
