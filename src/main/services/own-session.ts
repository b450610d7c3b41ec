import { randomUUID } from 'node:crypto'
import type { Cancel, Clock } from '../../openobd/clock.ts'
import type { CallOutcome } from '../../openobd/failure.ts'
import type { CustodyState } from '../../openobd/session/custody/custody-state.ts'
import type { CustodyView, DirectCustody, DirectCustodyOptions } from '../../openobd/session/custody/direct-custody.ts'
import type { SessionCalls } from '../../openobd/session/session-calls.ts'
import { assertNever } from '../../shared/assert-never.ts'
import { type Failure, fail, type Outcome } from '../../shared/outcome.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import type {
  EarlierRuns,
  FunctionRun,
  LinkView,
  SessionEnd,
  SessionState,
  SessionTarget,
  SessionView,
} from '../../shared/session.ts'
import { linkAfterTick, waitingLink } from './link.ts'
import { unknownVehicle, watchVehicle } from './vehicle-watch.ts'

/** What this file uses of a custody. */
export type Custody = Pick<
  DirectCustody,
  'start' | 'finish' | 'interrupt' | 'wake' | 'release' | 'view' | 'calls' | 'sessionToken' | 'endpoint'
>

/** Makes the custody of one session. */
export type CreateCustody = (
  options: Pick<DirectCustodyOptions, 'target' | 'onChange' | 'onTick' | 'onToken'>,
) => Custody

/** Dependencies of our session. */
export interface OwnSessionOptions {
  readonly target: SessionTarget
  readonly clock: Clock
  readonly createCustody: CreateCustody
  readonly onToken: (token: string) => void
  readonly onView: (view: SessionView) => void
  readonly onLink: (link: LinkView | null) => void
  readonly onEarlierRuns: (runs: EarlierRuns) => void
  /** Called once, with the first end. */
  readonly onEnd: (end: SessionEnd) => void
  /** Replaced in tests that must not make calls. */
  readonly watch?: typeof watchVehicle
}

/** More runs than a working day has; beyond this the oldest are dropped and only counted. */
const keptEarlierRuns = 500
/** The value for a session without earlier runs. */
export const noEarlierRuns: EarlierRuns = { runs: [], forgotten: 0 }

/** Our own session as the screen shows it, updated from its custody. */
export class OwnSession {
  readonly handle = randomUUID()
  readonly #options: OwnSessionOptions
  readonly #custody: Custody
  #view: SessionView
  #link: LinkView = waitingLink
  #earlierRuns = noEarlierRuns
  #stopWatching: Cancel = () => undefined
  #finishing: { result: ServiceResult; outcome: Promise<Outcome<null>> } | undefined

  constructor(options: OwnSessionOptions) {
    this.#options = options
    this.#view = {
      handle: this.handle,
      target: options.target,
      phase: 'starting',
      state: 'unknown',
      startedAt: options.clock.wallMs(),
      vehicle: unknownVehicle,
      checking: false,
    }
    this.#custody = options.createCustody({
      target: options.target,
      onChange: (view) => this.#onCustody(view),
      onTick: (information) => {
        this.#setLink(linkAfterTick(this.#link, information, options.clock.wallMs()))
      },
      onToken: (token) => options.onToken(token.reveal()),
    })
  }

  get view(): SessionView {
    return this.#view
  }

  get link(): LinkView {
    return this.#link
  }

  get isEnded(): boolean {
    return this.#view.end !== undefined
  }

  /** The newest session token and its endpoint, for a function host; undefined when there is none. */
  get access(): { token: string; endpoint: { host: string; port: number; secure: boolean } } | undefined {
    const token = this.#custody.sessionToken
    const endpoint = this.#custody.endpoint
    if (!token || !endpoint || this.#view.phase !== 'active') return undefined
    const { host, port, transport } = endpoint
    return { token: token.reveal(), endpoint: { host, port, secure: transport === 'tls' } }
  }

  /** Starts and claims the session. */
  async start(): Promise<CallOutcome<SessionCalls>> {
    const started = await this.#custody.start()
    if (started.ok && !this.isEnded) {
      const watch = this.#options.watch ?? watchVehicle
      this.#stopWatching = watch(started.value, this.#options.clock, (vehicle) => this.#change({ vehicle }))
    }
    return started
  }

  /** Finishes the session; a second call with the same result while the first is under way gives the same outcome. */
  finish(result: ServiceResult): Promise<Outcome<null>> {
    const current = this.#finishing
    if (current) {
      const isSame = JSON.stringify(current.result) === JSON.stringify(result)
      return isSame ? current.outcome : Promise.resolve(fail('not-allowed-now'))
    }
    const outcome = this.#custody.finish(result).finally(() => {
      this.#finishing = undefined
    })
    this.#finishing = { result, outcome }
    return outcome
  }

  /** Interrupts the session. */
  interrupt(): Promise<Outcome<null>> {
    return this.#custody.interrupt()
  }

  /** Checks all streams at once. */
  wake(): void {
    if (!this.isEnded) this.#custody.wake()
  }

  /** The server has ended, and the session with it. */
  endWithServer(failure: Failure): void {
    this.#end({ kind: 'lost', at: this.#options.clock.wallMs(), failure })
    this.#custody.release()
  }

  /** Stops streams and timers without telling the server. */
  release(): void {
    this.#stopWatching()
    this.#custody.release()
  }

  /** Shows the run of a function; the previous run is kept with all its findings. */
  setFunctionRun(functionRun: FunctionRun): void {
    const before = this.#view.functionRun
    if (before !== undefined && before.runId !== functionRun.runId) this.#keep(before)
    this.#change({ functionRun })
  }

  #keep(run: FunctionRun): void {
    const runs = [...this.#earlierRuns.runs, run]
    const tooMany = Math.max(0, runs.length - keptEarlierRuns)
    this.#earlierRuns = { runs: runs.slice(tooMany), forgotten: this.#earlierRuns.forgotten + tooMany }
    this.#options.onEarlierRuns(this.#earlierRuns)
  }

  /** Shows the viewer's values of the connector. */
  setLink(change: (link: LinkView) => LinkView): void {
    if (!this.isEnded) this.#setLink(change(this.#link))
  }

  #onCustody(custody: CustodyView): void {
    const { state } = custody
    if (this.isEnded || state.phase === 'idle') return
    const claimedAt = state.phase === 'active' ? (this.#view.claimedAt ?? this.#options.clock.wallMs()) : undefined
    this.#view = {
      ...this.#view,
      ...('sessionId' in state && state.sessionId ? { sessionId: state.sessionId } : {}),
      ...(claimedAt === undefined ? {} : { claimedAt }),
      ...(custody.token ? { token: tokenView(custody.token) } : {}),
      phase: state.phase,
      state: stateOf(state),
      checking: 'checking' in state && state.checking,
      pendingResult: state.phase === 'finishing' ? state.serviceResult : undefined,
    }
    if (state.phase === 'ended') {
      const { kind, serviceResult, failure } = state.end
      this.#end({ kind, at: this.#options.clock.wallMs(), serviceResult, ...(failure ? { failure } : {}) })
      return
    }
    if (custody.liveness) this.#setLink({ ...this.#link, liveness: custody.liveness })
    this.#options.onView(this.#view)
  }

  #end(end: SessionEnd): void {
    if (this.isEnded) return
    this.#stopWatching()
    // A chosen result that was not confirmed stays visible, unless the session was finished with it.
    const pendingResult = end.kind === 'finished' ? undefined : this.#view.pendingResult
    this.#view = { ...this.#view, phase: 'ended', checking: false, pendingResult, end }
    this.#options.onView(this.#view)
    this.#options.onLink(null)
    this.#options.onEnd(end)
  }

  #setLink(link: LinkView): void {
    this.#link = link
    this.#options.onLink(link)
  }

  #change(part: Partial<SessionView>): void {
    this.#view = { ...this.#view, ...part }
    this.#options.onView(this.#view)
  }
}

const tokenView = ({ health, receivedAt, expiresAt, rotations }: NonNullable<CustodyView['token']>) => ({
  health,
  receivedAt,
  expiresAt,
  rotations,
})

function stateOf(state: CustodyState): SessionState {
  switch (state.phase) {
    case 'idle':
    case 'starting':
      return 'unknown'
    case 'claiming':
      return 'available'
    case 'active':
    case 'finishing':
      return 'active'
    case 'ended':
      return endedState(state.end.kind)
    default:
      return assertNever(state)
  }
}

function endedState(kind: SessionEnd['kind']): SessionState {
  if (kind === 'interrupted-here' || kind === 'interrupted') return 'interrupted'
  return kind === 'finished' || kind === 'failed' ? kind : 'unknown'
}
