import type { Clock } from '../openobd/clock.ts'
import type { AppState } from '../shared/app-state.ts'
import { fail, type Outcome } from '../shared/outcome.ts'
import type { BackendHandlers } from './ipc/lazy-handlers.ts'

/** How long the whole demonstration may take, in ms. */
export const demonstrationLimitMs = 120_000
const lookEveryMs = 200

/** Dependencies of the demonstration. */
export interface DemonstrationOptions {
  readonly handlers: Pick<BackendHandlers, 'startSession' | 'runFunction' | 'stopFunction' | 'finishSession'>
  readonly state: () => AppState
  readonly clock: Clock
  /** Writes one line for whoever started the application. */
  readonly say: (line: string) => void
}

/**
 * Does a small job on the own simulator, as a check of an installation (`--demo`): waits for the engine, starts a session on the first
 * ticket, runs the first function until it asks, stops it and finishes. Resolves to whether everything worked.
 */
export async function demonstrate(options: DemonstrationOptions): Promise<boolean> {
  try {
    for (const [name, step] of steps(options)) {
      await step()
      options.say(`demo: ${name}`)
    }
    options.say('demo: everything worked')
    return true
  } catch (error) {
    options.say(`demo: failed: ${error instanceof Error ? error.message : 'unknown'}`)
    return false
  }
}

type Step = readonly [name: string, work: () => Promise<unknown>]

function steps({ handlers, state, clock }: DemonstrationOptions): Step[] {
  const endsAt = clock.monotonicMs() + demonstrationLimitMs
  const until = async <T>(what: string, find: (state: AppState) => T | undefined | false | null): Promise<T> => {
    for (;;) {
      const found = find(state())
      if (found) return found
      if (clock.monotonicMs() > endsAt) throw new Error(`waited too long for ${what}`)
      await new Promise<void>((resolve) => clock.after(lookEveryMs, resolve))
    }
  }
  const session = () => until('a session', (now) => now.session)
  return [
    ['the simulator runs', () => until('the simulator', (now) => now.endpoint.status === 'ready' && now.tickets[0])],
    [
      'a session was started and claimed',
      async () => {
        const ticket = state().tickets[0]?.number ?? ''
        await done(handlers.startSession({ target: { kind: 'ticket', number: ticket } }))
        await until('the claim', (now) => now.session?.phase === 'active')
      },
    ],
    [
      'a function asked its question',
      async () => {
        const functionId = (await until('a function', (now) => now.functions[0])).id
        await done(handlers.runFunction({ handle: (await session()).handle, functionId }))
        await until('a question', (now) => now.prompts.length > 0)
      },
    ],
    [
      'the function was stopped and the session finished',
      async () => {
        const { handle } = await session()
        await done(handlers.stopFunction({ handle }))
        await done(handlers.finishSession({ handle, serviceResult: { results: ['success'] } }))
        await until('the end', (now) => now.session?.phase === 'ended')
      },
    ],
  ]
}

async function done(outcome: Outcome<null> | Promise<Outcome<null>>): Promise<void> {
  const { ok, ...rest } = (await outcome) ?? fail('internal')
  if (!ok && 'failure' in rest) throw new Error(rest.failure.code)
}
