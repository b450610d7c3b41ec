import { randomUUID } from 'node:crypto'
import { systemClock } from '../../src/openobd/clock.ts'
import type { SessionController } from '../../src/openobd/session/session-controller.ts'
import { WorkshopViewer } from '../../src/openobd/session/workshop-viewer.ts'

/** A viewer of the whole workshop that answers every question with yes; unanswered questions are in `failures`. */
export class Mechanic {
  readonly #viewer: WorkshopViewer
  readonly #controller: SessionController

  constructor(controller: SessionController, failures: string[]) {
    this.#controller = controller
    this.#viewer = new WorkshopViewer({
      controller,
      clock: systemClock,
      random: Math.random,
      onEvent: (event) => {
        if (event.kind === 'prompt-shown' && event.prompt.answeredAt === undefined) {
          void this.#answer(event.prompt.id, failures)
        }
      },
    })
    this.#viewer.start()
  }

  stop(): void {
    this.#viewer.stop()
    this.#controller.grpcChannel.close()
  }

  async #answer(promptId: string, failures: string[]): Promise<void> {
    const receipt = await this.#viewer.answerPrompt(promptId, randomUUID(), { kind: 'yesno', yes: true })
    if (!receipt.ok) failures.push(`viewer/answerPrompt: ${receipt.failure.code}`)
    else if (receipt.value.outcome !== 'accepted') failures.push(`viewer/answerPrompt: ${receipt.value.outcome}`)
  }
}
