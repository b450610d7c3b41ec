import type { Cancel, Clock } from '../openobd/clock.ts'
import type { WorkshopEvent } from '../openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import { workbenchV1 } from '../openobd/grpc/protos.ts'

const { responseSerialize } = workbenchV1.viewer.service.watchWorkshop

/** Events are sent this often, in ms: a frame of the window. */
const sendEveryMs = 16
/** Log lines of one sending; at 60 sendings a second this is about a thousand lines a second. */
const mostLines = 16

/**
 * Collects the events for main. A prompt that was replaced before it could be sent is left out, so that a function which shows
 * hundreds a second costs main no more than one frame each; log lines beyond a thousand a second are only counted.
 */
export class PortOutbox {
  readonly #clock: Clock
  readonly #send: (events: string[], leftOut: number) => void
  /** Prompt events by prompt id, oldest first, and log lines. */
  readonly #prompts = new Map<string, WorkshopEvent[]>()
  #lines: WorkshopEvent[] = []
  #leftOut = 0
  #next: Cancel | undefined

  constructor(clock: Clock, send: (events: string[], leftOut: number) => void) {
    this.#clock = clock
    this.#send = send
  }

  /** Takes one event. */
  add(event: WorkshopEvent): void {
    const shown = event.prompt_shown?.id
    const ended = event.prompt_ended?.prompt_id
    if (shown !== undefined) this.#prompts.set(shown, [event])
    else if (ended !== undefined) this.#ended(ended, event)
    else if (this.#lines.length < mostLines) this.#lines.push(event)
    else this.#leftOut += 1
    this.#next ??= this.#clock.after(sendEveryMs, () => this.flush())
  }

  /** Sends what was collected. */
  flush(): void {
    this.#next?.()
    this.#next = undefined
    const events = [...[...this.#prompts.values()].flat(), ...this.#lines]
    const leftOut = this.#leftOut
    this.#prompts.clear()
    this.#lines = []
    this.#leftOut = 0
    if (events.length > 0 || leftOut > 0)
      this.#send(
        events.map((event) => responseSerialize(event).toString('base64')),
        leftOut,
      )
  }

  /** A prompt that appeared and ended within one sending was never seen; its end is still told, because it may be an update. */
  #ended(promptId: string, event: WorkshopEvent): void {
    this.#prompts.delete(promptId)
    this.#prompts.set(promptId, [event])
  }
}
