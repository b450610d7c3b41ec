import type { Cancel, Clock } from '../clock.ts'
import type { ConnectorInformation__Output } from '../generated/types/openOBD/v1/ConnectorInformation.ts'
import { Backoff } from '../grpc/backoff.ts'
import { ReopeningStream } from '../grpc/reopening-stream.ts'
import { type ConnectorInformation, connectorInformationFromWire } from '../wire/connector-information.ts'
import { openConnectorInformationStream } from './connection-monitor.ts'
import { LinkProbe } from './link-probe.ts'
import type { SessionCalls } from './session-calls.ts'

/** State of the link to the platform: `waiting` for the first tick, `reconnecting` after 3 missed ticks, `lost` after 30 s. */
export type Liveness = 'waiting' | 'live' | 'reconnecting' | 'lost'

/** The stream ticks once a second (protocol.md §11); the watchdog timer allows three missed ticks and a little more (quality.md B.4). */
const deadAfterMs = 3_300
const lostAfterMs = 30_000
/** A gap between two samples, taken every second, that means the computer slept, in ms. */
const sleepGapMs = 5_000
/** Pauses after a refused token, in ms: it seldom becomes good again, and a newer one is tried at once. */
const refusalPause = { initialMs: 2_000, maximumMs: 8_000 }

export interface HeartbeatOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly calls: Pick<SessionCalls, 'serverStream'>
  readonly onTick?: (information: ConnectorInformation) => void
  readonly onLiveness?: (liveness: Liveness) => void
}

/** Uses the connector information stream as the heartbeat of the connection: a lost link is noticed within 3.5 s. */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  readonly #stream: ReopeningStream<ConnectorInformation__Output>
  readonly #probe: LinkProbe
  #liveness: Liveness = 'waiting'
  #lastTickAtMs: number
  readonly #refusalBackoff: Backoff
  #cancelDeadMan: Cancel | undefined
  /** Set while the server has refused the token and the next attempt waits. */
  #cancelNextAttempt: Cancel | undefined
  #isRunning = false
  #isAbsent = false

  constructor(options: HeartbeatOptions) {
    this.#options = options
    this.#lastTickAtMs = options.clock.monotonicMs()
    this.#probe = new LinkProbe(options.clock, options.calls)
    this.#refusalBackoff = new Backoff({ random: options.random, ...refusalPause })
    this.#stream = new ReopeningStream({
      clock: options.clock,
      random: options.random,
      open: () => {
        const opened = openConnectorInformationStream(options.calls)
        return opened.ok ? opened.value : undefined
      },
      onMessage: (message) => this.#onTick(connectorInformationFromWire(message)),
      onEnd: (end) => {
        if (end.kind === 'failed' && end.failure.code === 'not-supported-by-server') return this.#giveUp()
        if (end.kind === 'failed') this.#set('reconnecting')
        if (end.kind === 'failed' && end.failure.bearerRefused) return this.#onRefused()
        return this.#isRunning ? 'reopen' : 'give-up'
      },
    })
  }

  get liveness(): Liveness {
    return this.#liveness
  }

  /** Whether a tick arrived within the limit of the watchdog timer. */
  get isFresh(): boolean {
    const isHopeful = this.#liveness === 'live' || this.#liveness === 'waiting'
    return this.#isAbsent || (isHopeful && this.#silenceMs() < deadAfterMs)
  }

  /**
   * Distinguishes a silent ECU from a lost connection: true as soon as a round trip has reached the platform, false when none does
   * in time. A tick proves nothing: it may have been sent before the link failed, and over a slow link before the request arrived
   * (quality.md P6).
   */
  confirm(): Promise<boolean> {
    if (!this.#isRunning || !this.isFresh) return Promise.resolve(false)
    return this.#probe.ask()
  }

  /** Opens the stream and starts the watchdog timer. */
  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#lastTickAtMs = this.#options.clock.monotonicMs()
    this.#stream.start()
    this.#armDeadMan(deadAfterMs)
  }

  /** Stops both. */
  stop(): void {
    this.#isRunning = false
    this.#cancelDeadMan?.()
    this.#cancelNextAttempt?.()
    this.#stream.stop()
    this.#probe.deny()
  }

  /** Tries a new stream at once, e.g. after a sleep or when the person asks for it. */
  reopenNow(): void {
    if (this.#cancelNextAttempt) this.#tryRefusedAgain()
    else if (this.#isRunning) this.#stream.reopenNow()
  }

  /** A newer token has arrived: a stream that was refused the one before is opened at once. */
  tokenRenewed(): void {
    this.#refusalBackoff.reset()
    if (this.#cancelNextAttempt) this.#tryRefusedAgain()
  }

  /** The stream is not kept open by itself meanwhile, so that silence does not open it either. */
  #onRefused(): 'give-up' {
    if (this.#isRunning)
      this.#cancelNextAttempt = this.#options.clock.after(this.#refusalBackoff.next(), () => this.#tryRefusedAgain())
    return 'give-up'
  }

  #tryRefusedAgain(): void {
    this.#cancelNextAttempt?.()
    this.#cancelNextAttempt = undefined
    if (this.#isRunning) this.#stream.start()
  }

  #silenceMs(): number {
    return this.#options.clock.monotonicMs() - this.#lastTickAtMs
  }

  #onTick(information: ConnectorInformation): void {
    this.#lastTickAtMs = this.#options.clock.monotonicMs()
    this.#refusalBackoff.reset()
    this.#set('live')
    this.#armDeadMan(deadAfterMs)
    this.#options.onTick?.(information)
  }

  #armDeadMan(delayMs: number): void {
    this.#cancelDeadMan?.()
    if (!this.#isRunning) return
    this.#cancelDeadMan = this.#options.clock.after(delayMs, () => this.#onSilence())
  }

  /** Nothing arrived for too long: the stream may be dead without an error, so a new one is opened every few seconds. */
  #onSilence(): void {
    const isLost = this.#silenceMs() >= lostAfterMs
    this.#set(isLost ? 'lost' : 'reconnecting')
    this.#stream.reopenNow()
    this.#armDeadMan(deadAfterMs)
  }

  /** A server without this service has no heartbeat; the link then counts as good. */
  #giveUp(): 'give-up' {
    this.#isAbsent = true
    this.#cancelDeadMan?.()
    return 'give-up'
  }

  #set(liveness: Liveness): void {
    if (liveness === 'reconnecting' || liveness === 'lost') this.#probe.deny()
    if (liveness === this.#liveness || (liveness === 'reconnecting' && this.#liveness === 'lost')) return
    this.#liveness = liveness
    this.#options.onLiveness?.(liveness)
  }
}

/**
 * Calls back with the length of a sleep of the computer in ms; the returned function stops it. Both clocks are read
 * because the monotonic one stops during sleep on some systems; a wall clock set forward looks like sleep, so the
 * callback must be harmless.
 */
export function watchSleep(clock: Clock, onWake: (sleptMs: number) => void): Cancel {
  let lastMonotonicMs = clock.monotonicMs()
  let lastWallMs = clock.wallMs()
  let cancel: Cancel = () => undefined
  const sample = (): void => {
    const monotonicGap = clock.monotonicMs() - lastMonotonicMs
    const wallGap = clock.wallMs() - lastWallMs
    lastMonotonicMs = clock.monotonicMs()
    lastWallMs = clock.wallMs()
    const slept = Math.max(monotonicGap, wallGap) - 1_000
    if (slept > sleepGapMs) onWake(slept)
    cancel = clock.after(1_000, sample)
  }
  cancel = clock.after(1_000, sample)
  return () => cancel()
}
