import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { AppState } from '../../shared/app-state.ts'
import type { CallArgs, CallName, WorkbenchApi } from '../../shared/ipc/contract.ts'
import type { Failure, Outcome } from '../../shared/outcome.ts'
import type { Mirror, MirrorStore } from './mirror.ts'
import { pendingChanged, type Screen, type ScreenStore, toastRaised } from './screen.ts'

/** What every component can use: main's API, the copy of main's state, and the state of this page. */
export interface Workbench {
  readonly api: WorkbenchApi
  readonly mirror: MirrorStore
  readonly screen: ScreenStore
}

export const WorkbenchContext = createContext<Workbench | null>(null)

/** Throws outside the application. */
export function useWorkbench(): Workbench {
  const workbench = useContext(WorkbenchContext)
  if (workbench === null) throw new Error('No workbench around this component')
  return workbench
}

export const useMirror = <T>(select: (mirror: Mirror) => T): T => useStore(useWorkbench().mirror, select)
export const useScreen = <T>(select: (screen: Screen) => T): T => useStore(useWorkbench().screen, select)

/** One top-level slice of main's state; only changes of this slice redraw the component. Throws before the first snapshot. */
export function useSlice<K extends keyof AppState>(key: K): AppState[K] {
  return useMirror((mirror) => {
    if (mirror.state === null) throw new Error('There is no snapshot of main yet')
    return mirror.state[key]
  })
}

/** Names of the calls that return an outcome. */
export type CommandName = Exclude<CallName, 'getState'>

interface PerformOptions {
  /** Distinguishes several buttons of one command while they are busy. */
  readonly pendingKey?: string
  /** The caller shows the failure. */
  readonly quiet?: boolean
  /** The failure message has no retry button: the person presses the same button again. */
  readonly isNotRepeated?: boolean
}

/** Sends a command; a failure becomes a message with its next action, unless the caller shows it. Never throws. */
export async function perform<N extends CommandName>(
  workbench: Workbench,
  name: N,
  args: CallArgs<N>,
  options: PerformOptions = {},
): Promise<Outcome<unknown>> {
  const pendingKey = options.pendingKey ?? name
  pendingChanged(workbench.screen, pendingKey, true)
  const outcome = await callSafely(workbench.api, name, args)
  pendingChanged(workbench.screen, pendingKey, false)
  if (!outcome.ok && options.quiet !== true) {
    const retry = options.isNotRepeated ? undefined : () => void perform(workbench, name, args, options)
    toastRaised(workbench.screen, { kind: 'failure', failure: outcome.failure, retry })
  }
  return outcome
}

async function callSafely<N extends CommandName>(
  api: WorkbenchApi,
  name: N,
  args: CallArgs<N>,
): Promise<Outcome<unknown>> {
  try {
    const call = api[name] as (args: CallArgs<N>) => Promise<Outcome<unknown>>
    return await call(args)
  } catch {
    return { ok: false, failure: internalFailure }
  }
}

const internalFailure: Failure = { code: 'internal', nextAction: 'retry', correlationId: '' }
