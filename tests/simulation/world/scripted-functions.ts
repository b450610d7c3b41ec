import type { DiagnosticFunction, FunctionRunContext } from '../../../src/functions/diagnostic-function.ts'
import type { EcuConversation, Question } from '../../../src/functions/function-session.ts'
import type { PromptChoice, PromptControl } from '../../../src/shared/prompt.ts'
import type { ServiceResult } from '../../../src/shared/service-result.ts'
import type { SeededRandom } from '../time/random.ts'

/** What the world learns from its functions. */
export interface FunctionWitness {
  /** The number of the next question in the world. */
  nextQuestion(): number
  /** An answer reached the function that asked. */
  answerReceived(label: string, choice: PromptChoice | undefined): void
  /** A request to an ECU ended, however it did. */
  requestEnded(request: EndedRequest): void
  /** Ends the process of the function, as a bug in native code would. */
  die(): void
}

/** One request to an ECU, with the times of the world. */
export interface EndedRequest {
  readonly payload: string
  readonly kind: 'positive' | 'negative' | 'silent' | 'unreadable' | 'failed'
  readonly beganAtMs: number
  readonly endedAtMs: number
  /** Identifies the request among all of the world, when its payload does. */
  readonly isOnce: boolean
}

const succeededResult: ServiceResult = { results: ['success'] }
const engineEcu = {
  kind: 'isotp',
  bus: { pinPlus: 6, pinMin: 14, protocol: 'isotp', bitRate: 500 },
  requestId: 0x7e0,
  responseId: 0x7e8,
} as const
const brakeEcu = { ...engineEcu, requestId: 0x713, responseId: 0x77d } as const
const can = { kind: 'can', name: 'sim', can: engineEcu.bus } as const

/** The functions of a world besides the built-in one. Each is a way in which functions behave or misbehave. */
export function scriptedFunctions(
  random: SeededRandom,
  nowMs: () => number,
  witness: FunctionWitness,
): readonly DiagnosticFunction[] {
  const request = async (conversation: EcuConversation, payload: string, isOnce = false) => {
    const beganAtMs = nowMs()
    const ended = (kind: EndedRequest['kind']) =>
      witness.requestEnded({ payload, kind, beganAtMs, endedAtMs: nowMs(), isOnce })
    try {
      const reply = await conversation.request(payload)
      ended(reply.kind)
      return reply
    } catch (error) {
      ended('failed')
      throw error
    }
  }
  const ask = async (
    context: FunctionRunContext,
    ui: { ask(question: Question): Promise<PromptChoice | undefined> },
  ) => {
    const control = controlOf(random, `question ${witness.nextQuestion()}`)
    const choice = await ui.ask({ control, texts: [] })
    if (control.kind !== 'label' && control.kind !== 'unknown') witness.answerReceived(control.label, choice)
    context.signal.throwIfAborted()
  }
  return [
    scripted('ask', async (context) => {
      const ui = context.session.openUserInterface()
      for (let questions = random.whole(1, 3); questions > 0; questions -= 1) await ask(context, ui)
      ui.close()
      return succeededResult
    }),
    scripted('read', async (context) => {
      await context.session.configureBuses([can])
      const conversation = context.session.openConversation('sim', engineEcu)
      for (let turns = random.whole(3, 25); turns > 0; turns -= 1) {
        await request(conversation, '22F190')
        await context.wait(random.between(100, 2_000))
      }
      conversation.close()
      return succeededResult
    }),
    scripted('read-both', async (context) => {
      await context.session.configureBuses([can])
      const readOne = async (ecu: typeof engineEcu | typeof brakeEcu) => {
        const conversation = context.session.openConversation('sim', ecu)
        for (let turns = random.whole(3, 15); turns > 0; turns -= 1) {
          await request(conversation, '22F190')
          await context.wait(random.between(100, 2_000))
        }
        conversation.close()
      }
      const ends = await Promise.allSettled([readOne(engineEcu), readOne(brakeEcu)])
      for (const end of ends) if (end.status === 'rejected') throw end.reason
      return succeededResult
    }),
    scripted('write', async (context) => {
      await context.session.configureBuses([can])
      const conversation = context.session.openConversation('sim', engineEcu)
      for (let turns = random.whole(1, 6); turns > 0; turns -= 1) {
        await request(conversation, `2EF1A0${random.uint32().toString(16).padStart(8, '0').toUpperCase()}`, true)
        await context.wait(random.between(10, 500))
      }
      conversation.close()
      return succeededResult
    }),
    scripted('ignore-stop', async (context) => {
      const log = context.session.openScriptLog()
      for (let turns = random.whole(5, 40); turns > 0; turns -= 1) {
        log.write('info', 'still here')
        await new Promise((resolve) => setTimeout(resolve, 1_000))
      }
      log.close()
      return succeededResult
    }),
    scripted('flood', async (context) => {
      const ui = context.session.openUserInterface()
      const log = context.session.openScriptLog()
      for (let turns = random.whole(5, 60); turns > 0; turns -= 1) {
        log.write('info', `line ${turns}`)
        void ui
          .ask({ control: { kind: 'label', label: `step ${turns}`, minimalDisplayTimeMs: 0 }, texts: [] })
          .catch(() => undefined)
        if (random.chance(0.2)) await context.wait(random.between(1, 200))
      }
      await ask(context, ui)
      ui.close()
      log.close()
      return succeededResult
    }),
    scripted('die', async (context) => {
      await context.wait(random.between(10, 5_000))
      witness.die()
      return await new Promise<never>(() => undefined)
    }),
    scripted('throw', async (context) => {
      await context.wait(random.between(10, 1_000))
      throw new Error('a bug in a function')
    }),
  ]
}

function scripted(id: string, run: DiagnosticFunction['run']): DiagnosticFunction {
  return { info: { id, name: id, version: '1', description: '' }, run }
}

function controlOf(random: SeededRandom, label: string): PromptControl {
  switch (random.whole(0, 4)) {
    case 0:
      return { kind: 'yesno', label }
    case 1:
      return { kind: 'continue', label }
    case 2:
      return { kind: 'freetext', label }
    case 3:
      return { kind: 'options', label, options: ['one', 'two', 'three'] }
    default:
      return { kind: 'number', label, minimum: 1, maximum: 9 }
  }
}
