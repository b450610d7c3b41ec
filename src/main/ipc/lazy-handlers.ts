import type { CallName } from '../../shared/ipc/contract.ts'
import { succeeded } from '../../shared/outcome.ts'
import type { PageMemory } from '../../shared/page-memory.ts'
import type { Simulator } from '../opened-file.ts'
import type { StatePublisher } from '../services/state-publisher.ts'
import { callNames, type Handlers } from './registrar.ts'

/** Calls that work without the back end. */
export type ShellHandlers = Pick<Handlers, 'closingShown' | 'answerClosing'>
type EarlyCall = keyof ShellHandlers | 'getState' | 'acknowledge' | 'keepPage' | 'readPage'

/** Handlers of the back end: all calls except the state and the end of the application. */
export type BackendHandlers = Omit<Handlers, EarlyCall>

/** The part that loads after the window: its handlers and its end. */
export interface Backend {
  readonly handlers: BackendHandlers
  /** For vehicle files that the system opens. */
  readonly simulator?: Simulator
  /** Resolves when no finish is under way. */
  settle(): Promise<void>
  stop(): Promise<void>
}

/**
 * Handlers that exist before the back end: `getState` and the calls of the shell are answered at once, every other call waits
 * for `provide`. Changes of a call are published before its reply, so that the state of the page is never older than a reply.
 */
export function lazyHandlers(
  publisher: StatePublisher,
  shell: ShellHandlers,
): {
  handlers: Handlers
  provide(backend: Backend): void
  /** The back end cannot load: every call fails as a bug instead of waiting for ever. */
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
  let page: PageMemory | null = null
  const keepPage: Handlers['keepPage'] = (memory) => {
    page = memory
    return succeeded(null)
  }
  const early = { ...shell, acknowledge, keepPage, readPage: () => page, getState: () => publisher.snapshot() }
  const later = callNames.map((name) => [name, waiting(name as Exclude<CallName, EarlyCall>)])
  const handlers = { ...Object.fromEntries(later), ...early } as Handlers
  return { handlers, provide: backend.resolve, giveUp: backend.reject }
}
