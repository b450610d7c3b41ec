import type { Variable } from '../../openobd/generated/types/openOBD/v1/Variable.ts'
import { resourceExhausted } from '../../server/refusal.ts'
import { choices } from '../protocol-choices.ts'

/**
 * Variables, arguments or results by key. One that would make the list too long for one message is refused with
 * `resource-exhausted`. The length is updated with each change instead of counted, because a function may have tens of thousands of small variables.
 */
export class VariableList extends Map<string, Variable> {
  #bytes = 0

  override set(key: string, variable: Variable): this {
    const bytes = this.#bytes - sizeOf(this.get(key)) + sizeOf(variable)
    if (bytes > choices.variableListBytes)
      throw resourceExhausted(`all variables of one list have at most ${choices.variableListBytes} bytes together`)
    this.#bytes = bytes
    return super.set(key, variable)
  }

  override delete(key: string): boolean {
    this.#bytes -= sizeOf(this.get(key))
    return super.delete(key)
  }

  override clear(): void {
    this.#bytes = 0
    super.clear()
  }
}

/** Most bytes of a variable beside its texts and bytes. */
const overheadBytes = 32

/** About as many bytes as the variable takes in a message; 0 for one that is not there. */
function sizeOf(variable: Variable | undefined): number {
  if (variable === undefined) return 0
  const { key = '', value, object } = variable
  const packed =
    object && 'type_url' in object ? Buffer.byteLength(object.type_url ?? '') + (object.value?.length ?? 0) : 0
  return overheadBytes + Buffer.byteLength(key) + Buffer.byteLength(value ?? '') + packed
}
