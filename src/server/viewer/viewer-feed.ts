import type { Connector } from '../../openobd/generated/types/workbench/v1/Connector.ts'
import type { Prompt } from '../../openobd/generated/types/workbench/v1/Prompt.ts'
import type { Ticket } from '../../openobd/generated/types/workbench/v1/Ticket.ts'
import type { WorkshopEvent } from '../../openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import type { PromptBoard } from '../prompts/prompt-board.ts'
import { endReasonToWire, promptToWire } from '../prompts/prompt-to-wire.ts'
import type { ScriptLog } from './script-log.ts'
import type { ViewedSession } from './viewed-session.ts'

/** An event for viewers, before it has its number in a stream. */
export type ViewerChange = Omit<WorkshopEvent, 'sequence'>

/** What a feed shows at a moment; lists that it has nothing to do with are left out. */
export interface ViewerSnapshot {
  readonly workshopName?: string
  readonly tickets?: readonly Ticket[]
  readonly connectors?: readonly Connector[]
  readonly sessions?: readonly ViewedSession[]
  readonly prompts?: readonly Prompt[]
}

/** Who follows a feed. */
export interface ViewerSink {
  /** Something happened that viewers are told as it is. Changes of sessions are not told this way. */
  happened(change: ViewerChange): void
  /** A session is new or has changed; its difference to what was sent is computed later. */
  sessionChanged(session: ViewedSession): void
  /** A session has left the snapshot. */
  sessionForgotten(session: ViewedSession): void
  /** What happened is not known: viewers get a fresh snapshot. */
  restarted(): void
}

/** Something that viewers can follow: a snapshot, then its changes in order. */
export interface ViewerFeed {
  snapshot(): ViewerSnapshot
  /** Calls `sink` from now on; returns a function that stops it. */
  follow(sink: ViewerSink): () => void
}

/** The prompts of a board. */
export const boardFeed = (board: PromptBoard): ViewerFeed => ({
  snapshot: () => ({ prompts: board.prompts.map(promptToWire) }),
  follow: (sink) =>
    board.onEvent((event) => {
      if (event.kind === 'shown') sink.happened({ prompt_shown: promptToWire(event.prompt) })
      else sink.happened({ prompt_ended: { prompt_id: event.prompt.id, reason: endReasonToWire(event.reason) } })
    }),
})

/** The lines of a ScriptLog; they are in no snapshot. */
export const scriptLogFeed = (log: ScriptLog): ViewerFeed => ({
  snapshot: () => ({}),
  follow: (sink) => log.onLine((line) => sink.happened({ script_log: line })),
})

/** Several feeds as one. The first name counts; prompts are in the order in which they were shown. */
export function mergedFeed(feeds: readonly ViewerFeed[]): ViewerFeed {
  const all = <T>(snapshots: readonly ViewerSnapshot[], pick: (one: ViewerSnapshot) => readonly T[] | undefined): T[] =>
    snapshots.flatMap((one) => pick(one) ?? [])
  return {
    snapshot() {
      const snapshots = feeds.map((feed) => feed.snapshot())
      return {
        workshopName: snapshots.find(({ workshopName }) => workshopName)?.workshopName ?? '',
        tickets: all(snapshots, ({ tickets }) => tickets),
        connectors: all(snapshots, ({ connectors }) => connectors),
        sessions: all(snapshots, ({ sessions }) => sessions),
        prompts: all(snapshots, ({ prompts }) => prompts).sort((a, b) => Number(a.shown_at) - Number(b.shown_at)),
      }
    },
    follow(sink) {
      const leave = feeds.map((feed) => feed.follow(sink))
      return () => {
        for (const stop of leave) stop()
      }
    },
  }
}
