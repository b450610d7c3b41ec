import type { AppState, LogLine } from '../../shared/app-state.ts'
import type { CallName, CallReply, EventPayload, WorkbenchApi } from '../../shared/ipc/contract.ts'
import { channelKinds } from '../../shared/ipc/generated/channels.ts'
import type { Failure, Outcome } from '../../shared/outcome.ts'
import type { PageMemory } from '../../shared/page-memory.ts'

type Reply = (args: unknown) => unknown
type StateChanged = EventPayload<'stateChanged'>
type LogAppended = EventPayload<'logAppended'>

const done = { ok: true, value: null } as const satisfies Outcome<null>

type OwnReply = { [N in CallName]: typeof done extends CallReply<N> ? never : N }[CallName]

/** Default replies of calls whose reply is not `done`. */
const usualReplies: Record<Exclude<OwnReply, 'getState' | 'readPage'>, Reply> = {
  getPromptImage: () => ({ ok: false, failure: fakeFailure('image-unavailable') }),
  listSessions: () => ({ ok: true, value: [] }),
  listJobs: () => ({ ok: true, value: { jobs: [], hasMore: false } }),
  readJob: () => ({ ok: false, failure: fakeFailure('not-found') }),
  exportJobs: () => ({ ok: true, value: true }),
  testConnection: () => ({ ok: true, value: [] }),
  importCertificates: () => ({ ok: true, value: true }),
  exportProfiles: () => ({ ok: true, value: true }),
  saveProfile: () => ({ ok: true, value: { profileId: 'saved' } }),
}

/** Calls that no person causes. */
const ofThePage = new Set<CallName>(['acknowledge', 'keepPage', 'readPage'])

/** A failure with all fields. */
export const fakeFailure = (code: Failure['code'], nextAction: Failure['nextAction'] = 'none'): Failure => ({
  code,
  nextAction,
  correlationId: 'c0ffee',
})

/** A fake `window.workbench`: keeps a state, records calls, sends events, and replies as the test defines. */
export class FakeWorkbench {
  state: AppState
  revision = 1
  logLines: LogLine[] = []
  /** What the page gave main to keep. */
  page: PageMemory | null = null
  /** The calls with their arguments, without those that the page makes by itself. */
  readonly calls: Array<{ name: CallName; args: unknown }> = []
  /** How often the whole state was read. */
  snapshots = 0
  readonly #replies = new Map<string, Reply>(Object.entries(usualReplies))
  readonly #stateListeners = new Set<(event: StateChanged) => void>()
  readonly #logListeners = new Set<(event: LogAppended) => void>()
  readonly api: WorkbenchApi

  constructor(state: AppState) {
    this.state = state
    this.api = this.#createApi()
  }

  /** Sets the reply of a call; a reply that throws rejects the call. */
  reply(name: Exclude<CallName, 'getState'>, reply: Reply): void {
    this.#replies.set(name, reply)
  }

  /** Changes slices and sends the event to the page. */
  change(slices: Partial<AppState>): void {
    this.state = { ...this.state, ...slices }
    this.revision += 1
    this.send({ revision: this.revision, slices })
  }

  /** Changes slices, but the event is lost. */
  changeUnheard(slices: Partial<AppState>): void {
    this.state = { ...this.state, ...slices }
    this.revision += 1
  }

  /** Sends an event as it is. */
  send(event: StateChanged): void {
    for (const listener of this.#stateListeners) listener(event)
  }

  appendLog(lines: LogLine[], dropped = 0): void {
    this.logLines.push(...lines)
    for (const listener of this.#logListeners) listener({ lines, dropped })
  }

  /** The arguments of every call of one name. */
  callsOf(name: CallName): unknown[] {
    return this.calls.filter((call) => call.name === name).map(({ args }) => args)
  }

  get listenerCount(): number {
    return this.#stateListeners.size + this.#logListeners.size
  }

  #createApi(): WorkbenchApi {
    const call = (name: Exclude<CallName, 'getState'>) => async (args?: unknown) => {
      if (!ofThePage.has(name)) this.calls.push({ name, args })
      return (this.#replies.get(name) ?? (() => done))(args)
    }
    const names = Object.entries(channelKinds).flatMap(([name, kind]) =>
      kind === 'event' || name === 'getState' ? [] : [name as Exclude<CallName, 'getState'>],
    )
    const api: unknown = {
      ...Object.fromEntries(names.map((name) => [name, call(name)])),
      keepPage: async (page: PageMemory) => {
        this.page = page
        return done
      },
      readPage: async () => this.page,
      getState: async () => {
        this.snapshots += 1
        return { revision: this.revision, state: this.state, logLines: [...this.logLines] }
      },
      onStateChanged: (listener: (event: StateChanged) => void) => subscribe(this.#stateListeners, listener),
      onLogAppended: (listener: (event: LogAppended) => void) => subscribe(this.#logListeners, listener),
    }
    return api as WorkbenchApi
  }
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
