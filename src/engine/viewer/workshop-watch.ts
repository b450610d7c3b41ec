import type { WorkshopEvent } from '../../openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import { choices } from '../choices.ts'
import type { Engine } from '../engine.ts'
import type { RpcStream } from '../server/rpc-stream.ts'
import {
  connectorToWire,
  endReasonToWire,
  logLineToWire,
  promptToWire,
  sessionToWire,
  ticketToWire,
} from './to-wire.ts'

type Change = Omit<WorkshopEvent, 'sequence'>

/**
 * One viewer: a snapshot, then every change in order. A viewer that does not read costs at most a bounded queue: what it
 * missed is replaced by a fresh snapshot as soon as it reads again.
 */
export class WorkshopWatch {
  readonly #engine: Engine
  readonly #stream: RpcStream<unknown, WorkshopEvent>
  #sequence = 0
  #queue: Change[] = []
  #needsSnapshot = true
  #isFlushing = false

  constructor(engine: Engine, stream: RpcStream<unknown, WorkshopEvent>) {
    this.#engine = engine
    this.#stream = stream
  }

  /** Sends until the stream is over. */
  async run(): Promise<void> {
    const stop = this.#listen()
    this.#flush()
    await this.#stream.whenOver()
    stop()
    this.#queue = []
  }

  #listen(): () => void {
    const { sessions, prompts, scriptLog, workshop } = this.#engine
    const leave = [
      sessions.onChange((session) => {
        this.#add({ session_changed: sessionToWire(session) })
      }),
      prompts.onEvent((event) => {
        if (event.kind === 'shown') this.#add({ prompt_shown: promptToWire(event.prompt) })
        else this.#add({ prompt_ended: { prompt_id: event.prompt.id, reason: endReasonToWire(event.reason) } })
      }),
      scriptLog.onLine((line) => this.#add({ script_log: logLineToWire(line) })),
      ...workshop.bays.map((bay) => {
        let holder = bay.session
        return bay.onChange(() => {
          this.#add({ connector_changed: connectorToWire(bay) })
          if (holder === bay.session) return
          holder = bay.session
          for (const ticket of workshop.tickets)
            if (ticket.bay === bay) this.#add({ ticket_changed: ticketToWire(ticket) })
        })
      }),
    ]
    return () => {
      for (const stop of leave) stop()
    }
  }

  #add(change: Change): void {
    if (this.#needsSnapshot) return
    this.#queue.push(change)
    if (this.#queue.length > choices.viewerQueue) {
      this.#queue = []
      this.#needsSnapshot = true
    }
    this.#flush()
  }

  #flush(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    void this.#send()
  }

  async #send(): Promise<void> {
    while (!this.#stream.over.aborted && (this.#needsSnapshot || this.#queue.length > 0)) {
      const change = this.#needsSnapshot ? this.#snapshot() : this.#queue.shift()
      if (change !== undefined) this.#stream.send({ sequence: this.#sequence++, ...change })
      if (this.#stream.isCongested) await this.#stream.whenDrained()
    }
    this.#isFlushing = false
  }

  #snapshot(): Change {
    const { workshop, sessions, prompts } = this.#engine
    this.#needsSnapshot = false
    return {
      snapshot: {
        workshop_name: workshop.name,
        tickets: workshop.tickets.map(ticketToWire),
        connectors: workshop.bays.map(connectorToWire),
        sessions: sessions.retrievable.map(sessionToWire),
        prompts: prompts.prompts.map(promptToWire),
      },
    }
  }
}
