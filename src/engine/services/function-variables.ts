import type { Variable, Variable__Output } from '../../openobd/generated/types/openOBD/v1/Variable.ts'
import type { VariableSelection__Output } from '../../openobd/generated/types/openOBD/v1/VariableSelection.ts'
import { invalidArgument, notFound } from '../../server/refusal.ts'
import type { ContextCall } from '../session/access.ts'
import type { ConnectionVariables } from '../session/connection-variables.ts'
import type { VariableList } from '../session/variable-list.ts'

/** Variables of one kind as a function sees them. Texts and packed messages are kept byte for byte. */
interface VariableScope {
  read(): ReadonlyMap<string, Variable>
  write(variable: Variable__Output): void
  remove(key: string): boolean
}

/** `setVariable`, `getVariable`, `getVariableList` and `deleteVariable` (protocol.md §6). */
export class FunctionVariables {
  readonly #connections: ConnectionVariables

  constructor(connections: ConnectionVariables) {
    this.#connections = connections
  }

  set(variable: Variable__Output, call: ContextCall): void {
    this.#scope(variable.type, call).write(checkedVariable(variable))
  }

  /** NOT_FOUND when there is no such key: the official client reads that as None. */
  get({ type, key }: Variable__Output, call: ContextCall): Variable {
    const variable = this.#scope(type, call).read().get(checkedKey(key))
    if (variable === undefined) throw notFound(`there is no variable "${key}"`)
    return variable
  }

  list({ type, prefix = '' }: VariableSelection__Output, call: ContextCall): Variable[] {
    const variables = this.#scope(type, call).read()
    return [...variables].filter(([key]) => key.startsWith(prefix)).map(([, variable]) => variable)
  }

  delete({ type, key }: Variable__Output, call: ContextCall): void {
    if (!this.#scope(type, call).remove(checkedKey(key))) throw notFound(`there is no variable "${key}"`)
  }

  #scope(type: Variable__Output['type'], call: ContextCall): VariableScope {
    switch (type) {
      case 'GLOBAL_CONTEXT':
        return scopeOf(call.session.variables)
      case 'FUNCTION_CONTEXT':
        return scopeOf(call.context.variables)
      case 'CONNECTION_CONTEXT':
        return connectionScope(this.#connections, call)
      default:
        throw invalidArgument('the type of a variable is GLOBAL_CONTEXT, FUNCTION_CONTEXT or CONNECTION_CONTEXT')
    }
  }
}

/** A variable that has a key and a value; INVALID_ARGUMENT otherwise. */
export function checkedVariable(variable: Variable__Output): Variable__Output {
  checkedKey(variable.key)
  if (variable.Val === undefined) throw invalidArgument(`the variable "${variable.key}" has no value`)
  return variable
}

function checkedKey(key: string): string {
  if (key === '') throw invalidArgument('a variable needs a key')
  return key
}

const scopeOf = (variables: VariableList): VariableScope => ({
  read: () => variables,
  write: (variable) => void variables.set(variable.key, variable),
  remove: (key) => variables.delete(key),
})

const connectionScope = (connections: ConnectionVariables, { session }: ContextCall): VariableScope => ({
  read: () =>
    new Map(
      [...connections.read(session)].map(([key, value]) => [key, { type: 'CONNECTION_CONTEXT', key, value } as const]),
    ),
  write: ({ key, value }) => {
    if (value === undefined) throw invalidArgument('a connection variable is a text')
    connections.write(session, key, value)
  },
  remove: () => {
    throw invalidArgument('variables of the connection cannot be deleted')
  },
})
