import type { AppState } from '../../../src/shared/app-state.ts'
import type { EventPayload } from '../../../src/shared/ipc/contract.ts'
import { type KeyedList, keyedLists, withListChange } from '../../../src/shared/keyed-lists.ts'

/** The window's copy of the state, as its store keeps it. */
export class Page {
  state: AppState
  revision: number
  sequence = 0

  constructor(snapshot: { revision: number; state: AppState }) {
    this.state = snapshot.state
    this.revision = snapshot.revision
  }

  /** Applies a change; false when an earlier one is missing. */
  take({ revision, slices, lists }: EventPayload<'stateChanged'>): boolean {
    if (revision <= this.revision) return true
    if (revision !== this.revision + 1) return false
    this.revision = revision
    this.state = { ...this.state, ...slices }
    for (const [name, change] of Object.entries(lists ?? {})) {
      const list = name as KeyedList
      const keyOf = (item: object) => String((item as Record<string, unknown>)[keyedLists[list]])
      const next = withListChange<object>(this.state[list], keyOf, change)
      this.state = { ...this.state, [list]: next }
    }
    return true
  }
}
