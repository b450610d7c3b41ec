import type { FunctionRegistration__Output } from '../../openobd/generated/types/openOBD/v1/FunctionRegistration.ts'
import type { FunctionUpdate, FunctionUpdate__Output } from '../../openobd/generated/types/openOBD/v1/FunctionUpdate.ts'
import type { FunctionVisibility__Output } from '../../openobd/generated/types/openOBD/v1/FunctionVisibility.ts'
import type { HostStream } from '../broker/function-host.ts'
import type { Refusal } from '../refusal.ts'

/** A function host without a connection; the test decides its messages. */
export class ScriptedHost implements HostStream {
  readonly heard: FunctionUpdate[] = []
  served: Promise<void> = Promise.resolve()
  failure: Refusal | undefined
  isOver = false
  #take: (update: FunctionUpdate__Output) => void = () => undefined
  #over: () => void = () => undefined

  send(update: FunctionUpdate): void {
    if (!this.isOver) this.heard.push(update)
  }

  receive(take: (update: FunctionUpdate__Output) => void): Promise<void> {
    this.#take = take
    return new Promise((resolve) => {
      this.#over = resolve
    })
  }

  end(failure?: Refusal): void {
    this.failure ??= failure
    this.isOver = true
    this.#over()
  }

  offer(id: string, visibility?: FunctionVisibility__Output): FunctionUpdate | undefined {
    const registration: FunctionRegistration__Output = {
      details: { id, name: `Function ${id}`, version: '1', products: [], vehicles: [] },
      state: 'FUNCTION_REGISTRATION_STATE_ONLINE',
      ...(visibility === undefined ? {} : { visibility }),
    }
    this.#take({
      type: 'FUNCTION_UPDATE_TYPE_REQUEST',
      function_registration: registration,
      FunctionData: 'function_registration',
    })
    return this.heard.at(-1)
  }

  answerPing(): void {
    const function_broker_token = { value: '' }
    this.#take({
      type: 'FUNCTION_UPDATE_TYPE_RESPONSE',
      function_broker_token,
      FunctionData: 'function_broker_token',
    })
  }

  get calls(): FunctionUpdate[] {
    return this.heard.filter((update) => update.function_call)
  }

  get pings(): FunctionUpdate[] {
    return this.heard.filter((update) => update.function_broker_token)
  }

  /** Accepts the newest call. */
  acknowledge(): void {
    const id = this.calls.at(-1)?.function_call?.id ?? ''
    const session_info = {
      id: `session of ${id}`,
      state: '',
      created_at: '',
      grpc_endpoint: '',
      grpc_port: 0,
      authentication_token: '',
    }
    this.#take({
      type: 'FUNCTION_UPDATE_TYPE_RESPONSE',
      function_call: { id, session_info },
      response: 'FUNCTION_UPDATE_SUCCESS',
      FunctionData: 'function_call',
    })
  }
}
