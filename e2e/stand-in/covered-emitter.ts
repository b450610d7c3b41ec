import { EventEmitter } from 'node:events'
import { StandInError } from './stand-in-error.ts'

type Listener = (...args: never[]) => void

/** An emitter with a fixed set of events: listening for any other throws a StandInError. */
export class CoveredEmitter extends EventEmitter {
  protected readonly covered: readonly string[] = []
  protected readonly label: string = 'Electron'

  private check(event: string | symbol): void {
    if (typeof event === 'symbol' || this.covered.includes(event)) return
    throw new StandInError(`The event "${event}" of ${this.label} is not covered by the stand-in.`)
  }
  override on(event: string | symbol, listener: Listener): this {
    this.check(event)
    return super.on(event, listener as (...args: unknown[]) => void)
  }
  override addListener(event: string | symbol, listener: Listener): this {
    return this.on(event, listener)
  }
  override once(event: string | symbol, listener: Listener): this {
    this.check(event)
    return super.once(event, listener as (...args: unknown[]) => void)
  }
}

/** The first argument of events whose default action a listener may prevent. */
export interface PreventableEvent {
  readonly defaultPrevented: boolean
  preventDefault(): void
}

/** Creates such an event; further properties are Electron's details. */
export function preventableEvent<T extends object>(details?: T): PreventableEvent & T {
  let prevented = false
  return Object.defineProperties(
    {
      ...details,
      preventDefault: () => {
        prevented = true
      },
    },
    { defaultPrevented: { get: () => prevented } },
  ) as PreventableEvent & T
}
