import { succeeded } from '../../shared/outcome.ts'
import { type CallOutcome, mapOutcome, withoutValue } from '../failure.ts'
import { openObdV1 } from '../grpc/protos.ts'
import {
  type Variable,
  type VariableScope,
  variableFromWire,
  variableScopeToWire,
  variableToWire,
} from '../wire/variable.ts'
import type { SessionCalls } from './session-calls.ts'

const rpcs = openObdV1.function.service

/** Sets a variable, whether or not it exists. */
export async function setVariable(
  calls: SessionCalls,
  scope: VariableScope,
  variable: Variable,
  deadlineMs?: number,
): Promise<CallOutcome<null>> {
  return withoutValue(await calls.unary(rpcs.setVariable, variableToWire(variable, scope), deadlineMs))
}

/** The value of a variable; undefined when the server has none. */
export async function getVariable(
  calls: SessionCalls,
  scope: VariableScope,
  key: string,
  deadlineMs?: number,
): Promise<CallOutcome<Variable['value'] | undefined>> {
  const outcome = await calls.unary(rpcs.getVariable, { type: variableScopeToWire(scope), key }, deadlineMs)
  if (!outcome.ok && outcome.failure.answered && outcome.failure.code === 'not-found') return succeeded(undefined)
  return mapOutcome(rpcs.getVariable, outcome, (wire) => variableFromWire(wire).value)
}

/** The variables whose keys begin with `prefix`. */
export async function getVariables(
  calls: SessionCalls,
  scope: VariableScope,
  prefix = '',
): Promise<CallOutcome<readonly Variable[]>> {
  const outcome = await calls.unary(rpcs.getVariableList, { type: variableScopeToWire(scope), prefix })
  return mapOutcome(rpcs.getVariableList, outcome, (wire) => wire.variables.map(variableFromWire))
}

/** Removes a variable; fails with `not-found` when it does not exist. */
export async function deleteVariable(
  calls: SessionCalls,
  scope: VariableScope,
  key: string,
): Promise<CallOutcome<null>> {
  return withoutValue(await calls.unary(rpcs.deleteVariable, { type: variableScopeToWire(scope), key }))
}

/** The arguments from the caller of this function; empty in the root context. */
export async function getArguments(calls: SessionCalls): Promise<CallOutcome<readonly Variable[]>> {
  const outcome = await calls.unary(rpcs.getFunctionArgumentList, {})
  return mapOutcome(rpcs.getFunctionArgumentList, outcome, (wire) => wire.variables.map(variableFromWire))
}

/** Sets a result of this function for its caller. */
export async function setResult(calls: SessionCalls, result: Variable): Promise<CallOutcome<null>> {
  return withoutValue(await calls.unary(rpcs.setFunctionResult, variableToWire(result)))
}
