import type { CallName } from '../../shared/ipc/contract.ts'
import { succeeded } from '../../shared/outcome.ts'
import type { StatePublisher } from '../services/state-publisher.ts'
import { callNames, type Handlers } from './registrar.ts'

/** Calls that are answered also without the back end. */
export type ShellHandlers = Pick<Handlers, 'closingShown' | 'answerClosing'>
type EarlyCall = keyof ShellHandlers | 'getState' | 'acknowledge'

/** Handlers of everything that the back end does; the state itself and the end of the application are served without it. */
export type BackendHandlers = Omit<Handlers, EarlyCall>

/** What loads after the window: the calls it serves and how it ends. */
export interface Backend {
  readonly handlers: BackendHandlers
  /** Resolves when no finish is under way. */
  settle(): Promise<void>
  stop(): Promise<void>
}

/**
 * Handlers that exist before the back end does: `getState` and those of the shell answer at once, every other call waits
 * until `provide` was called. What a call changed is published before its reply, so that the page never sees a reply that is ahead of the state.
 */
export function lazyHandlers(
  publisher: StatePublisher,
  shell: ShellHandlers,
): {
  handlers: Handlers
  provide(backend: Backend): void
  /** There will be no back end: every call fails as a bug instead of waiting for ever. */
  giveUp(error: unknown): void
} {
  const backend = Promise.withResolvers<Backend>()
  backend.promise.catch(() => undefined)
  const waiting = (name: Exclude<CallName, EarlyCall>) => async (args: unknown) => {
    const { handlers } = await backend.promise
    const reply = await (handlers[name] as (args: unknown) => unknown)(args)
    publisher.flush()
    return reply
  }
  const acknowledge: Handlers['acknowledge'] = (seen) => {
    publisher.acknowledged(seen)
    return succeeded(null)
  }
  const early = { ...shell, acknowledge, getState: () => publisher.snapshot() }
  const isLate = (name: CallName): name is Exclude<CallName, EarlyCall> => !Object.hasOwn(early, name)
  const later = callNames.filter(isLate).map((name) => [name, waiting(name)])
  const handlers = { ...Object.fromEntries(later), ...early } as Handlers
  return { handlers, provide: backend.resolve, giveUp: backend.reject }
}
