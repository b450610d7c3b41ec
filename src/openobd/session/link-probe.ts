import type { Cancel, Clock } from '../clock.ts'
import { openConnectorInformationStream } from './connection-monitor.ts'
import type { SessionCalls } from './session-calls.ts'

type Answer = (isReached: boolean) => void

/** Longest round trip that still counts, in ms: as long as the heartbeat waits for a tick. */
const roundTripMs = 3_300

/**
 * Finds out by a round trip whether the platform is reached. A round trip answers only questions asked before it began: what arrives
 * later may have been sent before the link failed, or before a request reached the other side of a slow link (quality.md P6). It has
 * a stream of its own: reopening that of the heartbeat for each silent ECU would leave the heartbeat without ticks.
 */
export class LinkProbe {
  readonly #clock: Clock
  readonly #calls: Pick<SessionCalls, 'serverStream'>
  #waiting: Answer[] = []
  #asking: Answer[] = []
  #stop: (() => void) | undefined

  constructor(clock: Clock, calls: Pick<SessionCalls, 'serverStream'>) {
    this.#clock = clock
    this.#calls = calls
  }

  /** True as soon as a message has come back over a new stream; false when none comes in time. */
  ask(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (!this.#stop) this.#begin()
    })
  }

  /** Answers everybody with no: the link is known to be lost, or nobody may ask any more. */
  deny(): void {
    this.#asking.push(...this.#waiting.splice(0))
    this.#answer(false)
  }

  #begin(): void {
    this.#asking = this.#waiting.splice(0)
    const opened = openConnectorInformationStream(this.#calls)
    if (!opened.ok) {
      this.#answer(false)
      return
    }
    const stream = opened.value
    let cancel: Cancel = () => undefined
    const stop = (): void => {
      cancel()
      stream.stop()
    }
    const answer = (isReached: boolean): void => {
      if (this.#stop === stop) this.#answer(isReached)
    }
    this.#stop = stop
    cancel = this.#clock.after(roundTripMs, () => answer(false))
    stream.onMessage(() => answer(true))
    // A server without this service has answered, too.
    void stream.ended.then((end) => answer(end.kind === 'failed' && end.failure.code === 'not-supported-by-server'))
  }

  #answer(isReached: boolean): void {
    this.#stop?.()
    this.#stop = undefined
    for (const answer of this.#asking.splice(0)) answer(isReached)
    if (this.#waiting.length > 0 && !this.#stop) this.#begin()
  }
}
