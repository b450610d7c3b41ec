import type { AppState, LogLine } from '../../../shared/app-state.ts'
import type { CallName } from '../../../shared/ipc/contract.ts'
import type { Screen } from '../../store/screen.ts'

/** One screen of the window: what main says, what was opened on the page, and what is pressed before it can be judged. */
export interface Scene {
  readonly state: AppState
  readonly screen?: Partial<Screen>
  readonly log?: readonly LogLine[]
  /** Replies of main that differ from the usual ones. */
  readonly replies?: { readonly [N in Exclude<CallName, 'getState'>]?: (args: never) => unknown }
  /** Selectors of elements that are pressed one after the other. */
  readonly press?: readonly string[]
  /** What changes in main after the first drawing. */
  readonly later?: Partial<AppState>
  /** A selector of what appears last; the scene is complete when it is there. */
  readonly until?: string
}

/** Scenes by name. */
export type Scenes = Readonly<Record<string, Scene>>
