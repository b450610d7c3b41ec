import type { FromFunctionHost } from '../shared/function-host.ts'
import type { FunctionSession, UserInterface } from './function-session.ts'
import { translationsOf } from './translated-text.ts'

type PromptMessage = Extract<FromFunctionHost, { type: 'prompt' | 'promptEnded' }>

/** A session that also reports the prompts of the function to main, so that main can mirror them. */
export function mirrored(
  session: FunctionSession,
  runId: string,
  tell: (message: PromptMessage) => void,
): FunctionSession {
  let number = 0
  return {
    configureBuses: (buses) => session.configureBuses(buses),
    detectedEcus: () => session.detectedEcus(),
    knownVehicle: () => session.knownVehicle(),
    openConversation: (busName, ecu) => session.openConversation(busName, ecu),
    openScriptLog: () => session.openScriptLog(),
    openUserInterface: () => mirroredInterface(session.openUserInterface(), runId, () => `${runId}-${++number}`, tell),
  }
}

function mirroredInterface(
  ui: UserInterface,
  runId: string,
  nextId: () => string,
  tell: (message: PromptMessage) => void,
): UserInterface {
  let shown: string | undefined
  const withdraw = (promptId: string | undefined) => {
    if (promptId === undefined || promptId !== shown) return
    shown = undefined
    tell({ type: 'promptEnded', runId, promptId, reason: 'withdrawn' })
  }
  return {
    ask: async (question) => {
      const promptId = nextId()
      shown = promptId
      const { control, texts } = question
      tell({ type: 'prompt', runId, promptId, target: 'customer', control, translations: translationsOf(texts) })
      try {
        const choice = await ui.ask(question)
        if (choice) tell({ type: 'promptEnded', runId, promptId, reason: 'answered' })
        return choice
      } catch (error) {
        withdraw(promptId)
        throw error
      }
    },
    close: () => {
      withdraw(shown)
      ui.close()
    },
  }
}
