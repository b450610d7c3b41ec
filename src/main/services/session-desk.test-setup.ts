import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { type CallOutcome, refused } from '../../openobd/failure.ts'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { CustodyState } from '../../openobd/session/custody/custody-state.ts'
import type { CustodyView } from '../../openobd/session/custody/direct-custody.ts'
import type { SessionCalls } from '../../openobd/session/session-calls.ts'
import type { SessionController } from '../../openobd/session/session-controller.ts'
import { Token } from '../../openobd/token.ts'
import type { SessionInfo } from '../../openobd/wire/session-info.ts'
import { succeeded } from '../../shared/outcome.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import type {
  EarlierRuns,
  LinkView,
  SessionSummary,
  SessionTarget,
  SessionView,
  UnfinishedSession,
} from '../../shared/session.ts'
import { createLogger } from '../logging.ts'
import { openStorage } from '../storage/storage.ts'
import type { FunctionRuns } from './function-runs.ts'
import type { CreateCustody } from './own-session.ts'
import { recordWriter } from './record-writer.ts'
import { type CurrentServer, SessionDesk } from './session-desk.ts'
import { SessionFinder } from './session-finder.ts'
import { UnfinishedSessions } from './unfinished-sessions.ts'

/** The target of every session in these tests. */
export const target: SessionTarget = { kind: 'ticket', number: '7848095' }
/** A plain success. */
export const result: ServiceResult = { results: ['success'], userFeedback: 'success' }
/** The refusal of a start on a connection that is taken. */
export const inUse = () => refused('sessionController/startSession', 'resource-in-use', { answered: true })
/** The failure of a call whose reply was lost. */
export const lost = () => refused('session/finish', 'connection-lost', { certainty: 'unclear' })

type Hooks = Parameters<CreateCustody>[0]

/** A custody whose outcomes a test defines, in order; by default everything succeeds. */
export class FakeCustody {
  readonly hooks: Hooks
  readonly finishes: ServiceResult[] = []
  state: CustodyState = { phase: 'idle' }
  startOutcome: CallOutcome<SessionCalls> = succeeded({} as SessionCalls)
  finishOutcomes: (CallOutcome<null> | Promise<CallOutcome<null>>)[] = []
  interruptOutcome: CallOutcome<null> = succeeded(null)
  released = 0
  readonly calls = undefined
  readonly sessionToken = undefined
  readonly endpoint = undefined

  constructor(hooks: Hooks) {
    this.hooks = hooks
  }
  get view(): CustodyView {
    return { state: this.state }
  }
  move(state: CustodyState): void {
    this.state = state
    this.hooks.onChange?.(this.view)
  }
  start(): Promise<CallOutcome<SessionCalls>> {
    this.move({ phase: 'starting', checking: false })
    if (!this.startOutcome.ok) {
      this.move({ phase: 'ended', end: { kind: 'failed', failure: this.startOutcome.failure } })
      return Promise.resolve(this.startOutcome)
    }
    this.move({ phase: 'claiming', sessionId: 's1', checking: false })
    this.hooks.onToken?.(new Token('session', 'CANARY-token'))
    this.move({ phase: 'active', sessionId: 's1' })
    return Promise.resolve(this.startOutcome)
  }
  async finish(serviceResult: ServiceResult): Promise<CallOutcome<null>> {
    this.finishes.push(serviceResult)
    this.move({ phase: 'finishing', sessionId: 's1', serviceResult, checking: false })
    const outcome = (await this.finishOutcomes.shift()) ?? succeeded(null)
    if (outcome.ok) this.move({ phase: 'ended', sessionId: 's1', end: { kind: 'finished', serviceResult } })
    else if (outcome.failure.certainty === 'refused') this.move({ phase: 'active', sessionId: 's1' })
    return outcome
  }
  interrupt(): Promise<CallOutcome<null>> {
    if (this.interruptOutcome.ok) this.move({ phase: 'ended', sessionId: 's1', end: { kind: 'interrupted-here' } })
    return Promise.resolve(this.interruptOutcome)
  }
  wake(): void {}
  release(): void {
    this.released += 1
  }
}

/** A desk with its own database and a scripted server. */
export function setUp(more: { prepare?: (custody: FakeCustody) => void; disk?: 'full' } = {}) {
  const clock = new ManualClock()
  const folder = mkdtempSync(join(tmpdir(), 'workbench-desk-'))
  const { database, sessions: store } = openStorage(folder, 0)
  onTestFinished(() => {
    if (database.isOpen) database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const views: (SessionView | null)[] = []
  const links: (LinkView | null)[] = []
  const earlierRuns: EarlierRuns[] = []
  const secrets: string[] = []
  const custodies: FakeCustody[] = []
  const log: string[] = []
  let blocking: SessionSummary[] | null = null
  const server = {
    name: 'embedded',
    sessions: [] as SessionInfo[],
    interrupted: [] as string[],
    interruptOutcome: undefined as CallOutcome<never> | undefined,
    isDown: false,
    /** Whether a session is on our target, according to the viewer. */
    ours: new Map<string, boolean>(),
  }
  const infoOf = (id: string) => server.sessions.find((session) => session.id === id)
  const controller: Pick<SessionController, 'getSession' | 'getSessionList' | 'interruptSession'> = {
    getSession: (id) => {
      if (server.isDown) return Promise.resolve(lost())
      const info = infoOf(id)
      return Promise.resolve(info ? succeeded(info) : refused('sessionController/getSession', 'not-found'))
    },
    getSessionList: () => Promise.resolve(server.isDown ? lost() : succeeded(server.sessions)),
    interruptSession: (id) => {
      server.interrupted.push(id)
      const info = infoOf(id)
      if (server.interruptOutcome) return Promise.resolve(server.interruptOutcome)
      return Promise.resolve(info ? succeeded(info) : refused('sessionController/interruptSession', 'not-found'))
    },
  }
  const viewer = { label: new Map<string, string>(), holding: undefined as string | undefined }
  const finder = new SessionFinder({
    controller: () => controller,
    workshop: { labelOf: (id) => viewer.label.get(id), placeOf: () => undefined, sessionHolding: () => viewer.holding },
    ownRecord: (id) => store.bySessionId('embedded', id),
    unfinished: () => store.unfinished('embedded'),
  })
  const logger = createLogger({ write: (text) => void log.push(text) })
  const record = recordWriter(logger)
  const shown: UnfinishedSession[][] = []
  let isConnected = true
  if (more.disk === 'full') database.close()
  const order: string[] = []
  const currentServer = (): CurrentServer | undefined =>
    isConnected
      ? {
          profileId: 'embedded',
          endpointName: server.name,
          controller,
          createCustody: (hooks) => {
            const custody = new FakeCustody(hooks)
            more.prepare?.(custody)
            custodies.push(custody)
            return custody
          },
          isOurs: (_target, { id }) => Promise.resolve(server.ours.get(id)),
        }
      : undefined
  const desk: SessionDesk = new SessionDesk({
    server: currentServer,
    store,
    finder,
    runs: {
      stopAndWait: () => {
        order.push(`function stopped, ${custodies[0]?.finishes.length} finishes`)
        return Promise.resolve()
      },
      stop: () => succeeded(null),
      passToken: () => undefined,
    } as unknown as FunctionRuns,
    clock,
    logger,
    onSecret: (token) => void secrets.push(token),
    onSession: (view) => void views.push(view),
    onLink: (link) => void links.push(link),
    onEarlierRuns: (runs) => void earlierRuns.push(runs),
    onBlocking: (sessions) => {
      blocking = sessions
    },
    onForeignEnd: () => unfinished.show(),
    record,
    watch: () => () => undefined,
  })
  const unfinished: UnfinishedSessions = new UnfinishedSessions({
    store,
    server: currentServer,
    finder,
    clock,
    currentHandle: () => desk.session?.handle,
    publish: (sessions) => void shown.push(sessions),
    record,
  })
  return {
    desk,
    unfinished,
    finder,
    shown: () => shown.at(-1) ?? [],
    store,
    views,
    links,
    earlierRuns,
    secrets,
    custodies,
    server,
    viewer,
    order,
    log,
    clock,
    blocking: () => blocking,
    disconnect: () => {
      isConnected = false
    },
  }
}

/** The value of {@link setUp}. */
export type DeskSetup = ReturnType<typeof setUp>

/** Starts the session of the test; a failure fails the test. */
export async function started(bench: DeskSetup) {
  expect(await bench.desk.start(target)).toEqual({ ok: true, value: null })
  const view = bench.views.at(-1)
  const [custody] = bench.custodies
  if (!view || !custody) throw new Error('no session')
  return { handle: view.handle, custody }
}

/** A session as the server lists it. */
export const info = (id: string, state: SessionInfo['state'], createdAt = 1): SessionInfo => ({
  id,
  state,
  createdAt,
  grpcEndpoint: '127.0.0.1',
})
