import type { Cancel, Clock } from '../../openobd/clock.ts'
import type { CallOutcome } from '../../openobd/failure.ts'
import type { CustodyView, KeptSession } from '../../openobd/session/custody/custody-options.ts'
import { type CustodyState, idleCustody } from '../../openobd/session/custody/custody-state.ts'
import type { SessionCalls } from '../../openobd/session/session-calls.ts'
import type { SessionToken } from '../../openobd/token.ts'
import { assertNever } from '../../shared/assert-never.ts'
import { type CarLink, carLinkOf, type VoltageLimits } from '../../shared/car-link.ts'
import type { NewFact } from '../../shared/facts.ts'
import type { Failure, Outcome } from '../../shared/outcome.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import type { LinkView, SessionEnd, SessionState, SessionTarget, SessionView } from '../../shared/session.ts'
import { type ConnectionValues, watchConnection } from '../services/connection-values.ts'
import { linkAfterTick, linkWithConnection, waitingLink } from '../services/link.ts'
import type { CreateCustody, Custody } from '../services/server.ts'
import { unknownVehicle, watchVehicle } from '../services/vehicle-watch.ts'
import { custodyFacts } from './custody-facts.ts'
import type { LiveView } from './projections/job-views.ts'

/** A claim waits at most this long for the record of the session's id, in ms. */
export const claimRecordLimitMs = 500

/** Dependencies of a live session. */
export interface LiveSessionOptions {
  readonly handle: string
  readonly target: SessionTarget
  readonly clock: Clock
  readonly createCustody: CreateCustody
  readonly serverStatus: () => SessionView['server']['status']
  /** Whether the server lacks a viewer: then the variables of the connection say what is known of the car. */
  readonly lacksViewer: () => boolean
  readonly record: (...facts: NewFact[]) => { readonly durable: Promise<void> }
  /** The limits of a battery, from the settings. */
  readonly voltageLimits: () => VoltageLimits
  /** Something changed that is no fact. */
  readonly changed: () => void
  readonly onToken: (token: SessionToken) => void
  /** Called once, after the fact of the end. */
  readonly onEnd: () => void
  /** Replaced in tests that must not make calls. */
  readonly watch?: typeof watchVehicle
  readonly watchValues?: typeof watchConnection
}

/** A session that this process holds: its custody, and what is known of it that is no fact. */
export class LiveSession {
  readonly handle: string
  readonly #options: LiveSessionOptions
  readonly #custody: Custody
  #custodyState: CustodyState = idleCustody
  #live: LiveView = { phase: 'starting', state: 'unknown', vehicle: unknownVehicle, checking: false }
  #link: LinkView | null = waitingLink
  #vinOfConnection: string | undefined
  #stopWatching: Cancel = () => undefined
  #waitsForRecord = false
  #recorded: Promise<void> = Promise.resolve()

  constructor(options: LiveSessionOptions) {
    this.#options = options
    this.handle = options.handle
    this.#custody = options.createCustody({
      target: options.target,
      beforeClaim: () => this.#whenRecorded(),
      onChange: (view) => this.#onCustody(view),
      onTick: (information) =>
        this.#setLink(linkAfterTick(this.#link ?? waitingLink, information, options.clock.wallMs())),
      onToken: (token) => options.onToken(token),
    })
  }

  get live(): LiveView {
    return this.#live
  }

  get link(): LinkView | null {
    return this.#link
  }

  /** Car and link, as every part of the window shows them. */
  get carLink(): CarLink {
    return carLinkOf(this.#link, this.#options.serverStatus(), this.#options.voltageLimits())
  }

  get isEnded(): boolean {
    return this.#live.phase === 'ended'
  }

  /** Where the calls of the session go; undefined before it was started. */
  get endpoint(): Custody['endpoint'] {
    return this.#custody.endpoint
  }

  /** The calls of the session while it is active. */
  get calls(): SessionCalls | undefined {
    return this.#live.phase === 'active' ? this.#custody.calls : undefined
  }

  /**
   * Starts and claims the session. The claim waits until the id of the session is on the disk: an application that dies later
   * knows what it has to take over. Without a record it does not wait.
   */
  async start(withoutRecord = false): Promise<CallOutcome<SessionCalls>> {
    this.#waitsForRecord = !withoutRecord
    const started = await this.#custody.start()
    if (started.ok && !this.isEnded) this.#follow(started.value)
    return started
  }

  /** Holds a session again that an earlier run claimed. */
  async resume(kept: KeptSession): Promise<CallOutcome<SessionCalls>> {
    const resumed = await this.#custody.resume(kept)
    if (resumed.ok && !this.isEnded) this.#follow(resumed.value)
    return resumed
  }

  /** Finishes the session; the custody asks the server before it repeats a finish. */
  finish(result: ServiceResult): Promise<Outcome<null>> {
    return this.#custody.finish(result)
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
    if (this.isEnded) return
    const { handle: session } = this
    this.#options.record({ kind: 'session-ended', actor: 'application', session, end: 'lost', failure })
    this.#end({ kind: 'lost' })
  }

  /** Stops streams and timers without telling the server. */
  release(): void {
    this.#stopWatching()
    this.#custody.release()
  }

  /** Replaces the viewer's values of the connector. */
  setLink(change: (link: LinkView) => LinkView): void {
    if (this.#link && !this.isEnded) this.#setLink(change(this.#link))
  }

  /** A disk that becomes slow between the request and the claim is waited for only so long that the claim is still possible. */
  #whenRecorded(): Promise<void> {
    if (!this.#waitsForRecord) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(claimRecordLimitMs, resolve)
      void this.#recorded.then(() => {
        cancel()
        resolve()
      })
    })
  }

  #follow(calls: SessionCalls): void {
    const watch = this.#options.watch ?? watchVehicle
    const { clock, lacksViewer, watchValues = watchConnection } = this.#options
    const stopVehicle = watch(calls, clock, (vehicle) => this.#onVehicle(vehicle))
    const stopValues = watchValues(calls, clock, lacksViewer, (values) => this.#onValues(values))
    this.#stopWatching = () => {
      stopVehicle()
      stopValues()
    }
  }

  #onValues(values: ConnectionValues): void {
    if (this.isEnded) return
    this.setLink((link) => linkWithConnection(link, values, this.#options.clock.wallMs()))
    if (values.vin === undefined || values.vin === this.#vinOfConnection) return
    this.#vinOfConnection = values.vin
    this.#onVehicle(this.#live.vehicle)
  }

  /** The details of the car come first; the variables of the connection say the VIN where they have none. */
  #onVehicle(details: LiveView['vehicle']): void {
    const vehicle = details.vin || !this.#vinOfConnection ? details : { ...details, vin: this.#vinOfConnection }
    const { name: vehicleName, vin } = vehicle
    const before = this.#live.vehicle
    this.#live = { ...this.#live, vehicle }
    if (vehicleName !== before.name || vin !== before.vin) {
      const known = { ...(vehicleName ? { vehicleName } : {}), ...(vin ? { vin } : {}) }
      this.#options.record({ kind: 'job-described', actor: 'server', ...known })
    } else this.#options.changed()
  }

  #onCustody(custody: CustodyView): void {
    const { state } = custody
    if (this.isEnded || state.phase === 'idle') return
    const before = this.#custodyState
    this.#custodyState = state
    const { token } = custody
    this.#live = {
      ...this.#live,
      phase: state.phase,
      state: stateOf(state),
      checking: 'checking' in state && state.checking,
      ...(token ? { token: tokenView(token) } : {}),
    }
    const facts = custodyFacts(this.handle, before, state)
    if (facts.length > 0) this.#recorded = this.#options.record(...facts).durable
    if (state.phase === 'ended') this.#end(state.end)
    else if (custody.liveness && this.#link) this.#setLink({ ...this.#link, liveness: custody.liveness })
    else this.#options.changed()
  }

  #end({ kind }: Pick<SessionEnd, 'kind'>): void {
    this.#live = { ...this.#live, phase: 'ended', checking: false, state: endedState(kind) }
    this.#link = null
    this.release()
    this.#options.changed()
    this.#options.onEnd()
  }

  #setLink(link: LinkView): void {
    if (this.isEnded) return
    this.#link = link
    this.#options.changed()
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
