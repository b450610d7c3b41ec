import type { Cancel, Clock } from '../../openobd/clock.ts'
import type { GatewayActivity } from '../../shared/gateway.ts'
import type { Hold } from '../../shared/hold.ts'
import { holdOf, type LinkEvidence } from '../../shared/waiting.ts'

/** While something waits, time alone changes the answer; how often it is asked for again, in ms. */
const lookEveryMs = 500

/** What the contexts of a running function wait for, as the gateway reports it, and the calls that main makes for the run. */
export class RunHold {
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #activities = new Map<string, GatewayActivity>()
  /** Unix ms since when main waits for the server in this run. */
  #callSince: number | undefined
  #cancel: Cancel | undefined

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock
    this.#changed = changed
  }

  /** What holds the function up now. */
  of(link: LinkEvidence): Hold | undefined {
    return holdOf(this.#waits(), link, this.#clock.wallMs())
  }

  /** A context waits for something else. */
  take(contextId: string, activity: GatewayActivity): void {
    this.#activities.set(contextId, activity)
    this.#look()
  }

  /** A context has ended. */
  contextEnded(contextId: string): void {
    this.#activities.delete(contextId)
    this.#look()
  }

  /** Main waits for the server from now on. */
  callBegan(): void {
    this.#callSince = this.#clock.wallMs()
    this.#look()
  }

  /** Main waits no longer. */
  callEnded(): void {
    this.#callSince = undefined
    this.#look()
  }

  /** The run has ended. */
  stop(): void {
    this.#activities.clear()
    this.#callSince = undefined
    this.#cancel?.()
    this.#cancel = undefined
  }

  #waits(): Pick<GatewayActivity, 'requests' | 'serverSince'> {
    const all = [...this.#activities.values()]
    const calls = [...all.map(({ serverSince }) => serverSince), this.#callSince].filter((since) => since !== undefined)
    return {
      requests: all.flatMap(({ requests }) => requests),
      ...(calls.length > 0 ? { serverSince: Math.min(...calls) } : {}),
    }
  }

  #look(): void {
    this.#changed()
    this.#cancel ??= this.#clock.after(lookEveryMs, () => {
      this.#cancel = undefined
      const { requests, serverSince } = this.#waits()
      if (requests.length > 0 || serverSince !== undefined) this.#look()
      else this.#changed()
    })
  }
}
