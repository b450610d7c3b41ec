import type { FunctionDetails__Output } from '../../openobd/generated/types/openOBD/v1/FunctionDetails.ts'
import type { ServiceResult } from '../../openobd/generated/types/openOBD/v1/ServiceResult.ts'
import type { Timer } from '../../server/clock/clock.ts'
import type { Refusal } from '../../server/refusal.ts'
import type { Token } from '../../server/tokens.ts'
import type { ContextState } from './state-table.ts'
import { VariableList } from './variable-list.ts'

/** A stream that belongs to a context and is ended with it. */
export interface EndableStream {
  /** Full name of the rpc. */
  readonly path: string
  end(failure?: Refusal): void
}

/** How a context ended, for its monitor. */
export interface ContextEnd {
  readonly result: ServiceResult
  /** New token for a parent that was available; an active parent keeps its session token. */
  readonly parentToken: Token<'authentication'> | undefined
  /** The status with which the server lost the session; undefined for a regular end. */
  readonly failure: Refusal | undefined
}

/** One entry of a session's stack of function contexts; the root context is the session itself (protocol.md §2.1). */
export class FunctionContext {
  readonly id: string
  readonly parent: FunctionContext | undefined
  readonly startedAt: number
  /** Started by an active parent: everything works except the user interface. */
  readonly isCommunicationOnly: boolean
  state: ContextState = 'available'
  details: FunctionDetails__Output | undefined
  finishedAt: number | undefined
  end: ContextEnd | undefined
  /** In clear text until the context is claimed, because getSession returns it. */
  authenticationToken: Token<'authentication'> | undefined
  claimLimit: Timer | undefined
  abandonLimit: Timer | undefined
  readonly streams = new Set<EndableStream>()
  readonly arguments = new VariableList()
  readonly results = new VariableList()
  readonly variables = new VariableList()
  /** The child that ended last; its results are what the parent may read. */
  lastChild: FunctionContext | undefined
  readonly #endListeners = new Set<(end: ContextEnd) => void>()

  constructor(id: string, parent: FunctionContext | undefined, startedAt: number) {
    this.id = id
    this.parent = parent
    this.startedAt = startedAt
    this.isCommunicationOnly = parent !== undefined && (parent.isCommunicationOnly || parent.state === 'active')
  }

  get isRoot(): boolean {
    return this.parent === undefined
  }

  /** Calls `listener` once when the context ends, or at once if it has ended. Returns a function that stops it. */
  onceEnded(listener: (end: ContextEnd) => void): () => void {
    if (this.end !== undefined) listener(this.end)
    else this.#endListeners.add(listener)
    return () => this.#endListeners.delete(listener)
  }

  /** Notifies the listeners; called once by the session. */
  announceEnd(end: ContextEnd): void {
    this.end = end
    for (const listener of this.#endListeners) listener(end)
    this.#endListeners.clear()
  }

  /** Drops the results of the last child: another child begins, or nobody can read them any more. */
  forgetLastChild(): void {
    this.lastChild?.results.clear()
    this.lastChild = undefined
  }

  /** Drops everything except the results, which the parent may still read; a session may call functions for hours. */
  forgetVariables(): void {
    this.arguments.clear()
    this.variables.clear()
    this.forgetLastChild()
  }

  /** Cancels the timers. */
  disarm(): void {
    this.claimLimit?.cancel()
    this.abandonLimit?.cancel()
    this.claimLimit = undefined
    this.abandonLimit = undefined
  }
}
