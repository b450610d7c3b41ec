import type { CallName } from '../../shared/ipc/contract.ts'
import type { StatePublisher } from '../services/state-publisher.ts'
import { callNames, type Handlers } from './registrar.ts'

/** Handlers of everything that the back end does; the state itself is served without it. */
export type BackendHandlers = Omit<Handlers, 'getState'>

/** What loads after the window: the calls it serves and how it ends. */
export type Backend = { readonly handlers: BackendHandlers; stop(): Promise<void> }

/**
 * Handlers that exist before the back end does: `getState` answers at once, every other call waits until `provide` was
 * called. What a call changed is published before its reply, so that the page never sees a reply that is ahead of the state.
 */
export function lazyHandlers(publisher: StatePublisher): {
  handlers: Handlers
  provide(backend: Backend): void
  /** There will be no back end: every call fails as a bug instead of waiting for ever. */
  giveUp(error: unknown): void
} {
  const backend = Promise.withResolvers<Backend>()
  backend.promise.catch(() => undefined)
  const waiting = (name: Exclude<CallName, 'getState'>) => async (args: unknown) => {
    const { handlers } = await backend.promise
    const reply = await (handlers[name] as (args: unknown) => unknown)(args)
    publisher.flush()
    return reply
  }
  const later = callNames.filter((name) => name !== 'getState').map((name) => [name, waiting(name)])
  const handlers = { ...Object.fromEntries(later), getState: () => publisher.snapshot() } as Handlers
  return { handlers, provide: backend.resolve, giveUp: backend.reject }
}
