import { systemClock } from '../../src/openobd/clock.ts'
import { configureBuses } from '../../src/openobd/diagnostics/config.ts'
import { UdsChannel } from '../../src/openobd/diagnostics/uds-channel.ts'
import type { CallOutcome } from '../../src/openobd/failure.ts'
import type { GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import { ControlAsker } from '../../src/openobd/session/control-asker.ts'
import { DirectCustody } from '../../src/openobd/session/custody/direct-custody.ts'
import type { SessionCalls } from '../../src/openobd/session/session-calls.ts'
import type { EngineReady } from '../../tests/support/engine-process.ts'
import { controllerOf, outcomeValue } from '../our-session.ts'
import { callNestedFunction } from './nested-function.ts'
import { Pace } from './pace.ts'

/** Identifiers of the four ECUs that every session talks to. */
const ecus = [
  [0x7e0, 0x7e8],
  [0x7e1, 0x7e9],
  [0x713, 0x77d],
  [0x712, 0x77c],
] as const
const can = { pinPlus: 6, pinMin: 14, protocol: 'isotp', bitRate: 500 } as const
const testerPresent = Buffer.from('3E00', 'hex')

/** Interval of each kind of call, in ms. */
export interface LoadPace {
  readonly requestEveryMs: number
  readonly promptEveryMs: number
  readonly functionEveryMs: number
}

/** Durations measured in a session, in ms; `failures` are texts. */
export interface LoadNotes {
  readonly requests: number[]
  readonly prompts: number[]
  readonly functions: number[]
  readonly failures: string[]
}

/** One session as in the application, on its own connection: four conversations, questions, nested functions. */
export class LoadedSession {
  readonly #custody: DirectCustody
  readonly #calls: SessionCalls
  readonly #channels: readonly UdsChannel[]
  readonly #asker: ControlAsker
  readonly #notes: LoadNotes
  #paces: Pace[] = []

  private constructor(custody: DirectCustody, calls: SessionCalls, notes: LoadNotes) {
    this.#custody = custody
    this.#calls = calls
    this.#notes = notes
    this.#asker = new ControlAsker(calls)
    this.#channels = ecus.map(
      ([requestId, responseId]) =>
        new UdsChannel(calls, systemClock, { kind: 'isotp', channel: { busName: 'load', requestId, responseId } }),
    )
  }

  /** Starts and claims a session on a ticket. */
  static async start(engine: EngineReady, ticket: string, notes: LoadNotes): Promise<LoadedSession> {
    const controller = controllerOf(engine)
    const custody = new DirectCustody({
      controller,
      clock: systemClock,
      random: Math.random,
      target: { kind: 'ticket', number: ticket },
      channelTo: () => controller.grpcChannel,
    })
    const calls = outcomeValue(await custody.start())
    outcomeValue(await configureBuses(calls, [{ kind: 'can', name: 'load', can }]))
    return new LoadedSession(custody, calls, notes)
  }

  /** Starts the load. `phase` (0 to 1) spreads the sessions over time. */
  run({ requestEveryMs, promptEveryMs, functionEveryMs }: LoadPace, phase: number): void {
    const { requests, prompts, functions } = this.#notes
    const phaseOf = (index: number) => (phase + index / ecus.length) % 1
    this.#paces = [
      ...this.#channels.map(
        (channel, index) =>
          new Pace(requestEveryMs, phaseOf(index), () => this.#time(requests, () => channel.request(testerPresent))),
      ),
      new Pace(promptEveryMs, phase, () => this.#time(prompts, () => this.#asker.askYesNo('Is the ignition on?'))),
      new Pace(functionEveryMs, phase, () => this.#time(functions, () => callNestedFunction(this.#calls))),
    ]
  }

  /** Stops the load and finishes the session. */
  async finish(): Promise<void> {
    await Promise.all(this.#paces.map((pace) => pace.stop()))
    this.#asker.close()
    for (const channel of this.#channels) channel.close()
    const finished = await this.#custody.finish({ results: ['success'] })
    if (!finished.ok) this.#notes.failures.push(`finish: ${finished.failure.code}`)
    this.#custody.release()
    const grpcChannel = this.#calls.grpcChannel as GrpcChannel
    grpcChannel.close()
  }

  async #time(into: number[], action: () => Promise<CallOutcome<unknown>>): Promise<void> {
    const begin = performance.now()
    const outcome = await action()
    if (outcome.ok) into.push(performance.now() - begin)
    else this.#notes.failures.push(`${outcome.failure.rpc}: ${outcome.failure.code} ${outcome.failure.detail ?? ''}`)
  }
}
