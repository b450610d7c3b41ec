import { MalformedMessage } from '../failure.ts'
import type { ContextType__Output } from '../generated/types/openOBD/v1/ContextType.ts'
import type { Variable__Output, Variable as VariableToWire } from '../generated/types/openOBD/v1/Variable.ts'

/** Where a variable lives: in the session, in one function context, or with the connection (texts only, protocol.md §6). */
export type VariableScope = 'session' | 'function' | 'connection'

/** A message of any other type, kept unchanged (google.protobuf.Any). */
export interface PackedMessage {
  readonly typeUrl: string
  readonly content: Uint8Array
}

/** A named value. */
export interface Variable {
  readonly key: string
  readonly value: string | PackedMessage
}

const scopes: Record<VariableScope, ContextType__Output> = {
  session: 'GLOBAL_CONTEXT',
  function: 'FUNCTION_CONTEXT',
  connection: 'CONNECTION_CONTEXT',
}

/** A scope as it is sent. */
export const variableScopeToWire = (scope: VariableScope): ContextType__Output => scopes[scope]

/** openOBD.v1.Variable as it is sent; arguments and results have no scope. */
export function variableToWire({ key, value }: Variable, scope?: VariableScope): VariableToWire {
  const type = scope && { type: variableScopeToWire(scope) }
  if (typeof value === 'string') return { ...type, key, value }
  return { ...type, key, object: { type_url: value.typeUrl, value: value.content } }
}

/** A received Variable; one without a key or without a value of a known kind is a named error. */
export function variableFromWire(wire: Variable__Output): Variable {
  const { key, value, object } = wire
  if (!key) throw new MalformedMessage('Variable', 'key')
  if (value !== undefined) return { key, value }
  if (object) return { key, value: { typeUrl: object.type_url, content: object.value } }
  throw new MalformedMessage('Variable', 'Val')
}
