import type { Control, Control__Output } from '../../openobd/generated/types/openOBD/v1/Control.ts'
import type { PromptBoard, PromptOwner } from './prompt-board.ts'

/** The stream of a function that asks. */
export interface ControlStream {
  send(control: Control): void
  /** Calls `take` for each control; resolves when the stream ends, rejects with what `take` throws. */
  receive(take: (control: Control__Output) => void): Promise<void>
  end(): void
}

/** Serves `userInterface.openControlStream` until the stream ends; its prompts then leave the board (protocol.md §10). */
export async function serveControlStream(board: PromptBoard, stream: ControlStream, owner: PromptOwner): Promise<void> {
  const desk = board.open({ owner, reply: (control) => stream.send(control), end: () => stream.end() })
  try {
    await stream.receive((control) => desk.show(control))
  } finally {
    desk.close()
  }
}
