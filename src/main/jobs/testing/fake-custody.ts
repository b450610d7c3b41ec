import { type CallOutcome, refused } from '../../../openobd/failure.ts'
import type { CustodyView } from '../../../openobd/session/custody/custody-options.ts'
import type { CustodyState } from '../../../openobd/session/custody/custody-state.ts'
import type { SessionCalls } from '../../../openobd/session/session-calls.ts'
import { Token } from '../../../openobd/token.ts'
import { succeeded } from '../../../shared/outcome.ts'
import type { ServiceResult } from '../../../shared/service-result.ts'
import type { CreateCustody, Custody } from '../../services/server.ts'

/** The refusal of a start on a connection that is taken. */
export const inUse = () => refused('sessionController/startSession', 'resource-in-use', { answered: true })
/** The failure of a call whose reply was lost. */
export const lost = () => refused('session/finish', 'connection-lost', { certainty: 'unclear' })

/** A custody whose outcomes a test defines, in order; by default everything succeeds. */
export class FakeCustody implements Custody {
  readonly hooks: Parameters<CreateCustody>[0]
  readonly sessionId: string
  readonly finishes: ServiceResult[] = []
  state: CustodyState = { phase: 'idle' }
  resumeOutcome: CallOutcome<SessionCalls> = succeeded({} as SessionCalls)
  startOutcome: CallOutcome<SessionCalls> = succeeded({} as SessionCalls)
  finishOutcomes: (CallOutcome<null> | Promise<CallOutcome<null>>)[] = []
  interruptOutcome: CallOutcome<null> = succeeded(null)
  released = 0
  wakes = 0
  readonly #calls: SessionCalls | undefined
  readonly sessionToken = new Token('session', 'CANARY-token')
  readonly endpoint = { host: '127.0.0.1', port: 5, transport: 'plaintext' } as const

  constructor(hooks: Parameters<CreateCustody>[0], sessionId: string, calls?: SessionCalls) {
    this.hooks = hooks
    this.sessionId = sessionId
    this.#calls = calls
  }
  get calls(): SessionCalls | undefined {
    return this.#calls
  }
  get view(): CustodyView {
    return { state: this.state }
  }
  move(state: CustodyState): void {
    this.state = state
    this.hooks.onChange?.(this.view)
  }
  async start(): Promise<CallOutcome<SessionCalls>> {
    this.move({ phase: 'starting', checking: false })
    if (!this.startOutcome.ok) {
      this.move({ phase: 'ended', end: { kind: 'failed', failure: this.startOutcome.failure } })
      return this.startOutcome
    }
    this.move({ phase: 'claiming', sessionId: this.sessionId, checking: false })
    await this.hooks.beforeClaim?.()
    this.hooks.onToken?.(this.sessionToken)
    this.move({ phase: 'active', sessionId: this.sessionId })
    return this.startOutcome
  }
  resume({ sessionId }: Parameters<Custody['resume']>[0]): ReturnType<Custody['resume']> {
    if (!this.resumeOutcome.ok) return Promise.resolve(this.resumeOutcome)
    this.hooks.onToken?.(this.sessionToken)
    this.move({ phase: 'active', sessionId })
    return Promise.resolve(this.resumeOutcome)
  }
  async finish(serviceResult: ServiceResult): Promise<CallOutcome<null>> {
    const { sessionId } = this
    this.finishes.push(serviceResult)
    this.move({ phase: 'finishing', sessionId, serviceResult, checking: false })
    const outcome = (await this.finishOutcomes.shift()) ?? succeeded(null)
    if (outcome.ok) this.move({ phase: 'ended', sessionId, end: { kind: 'finished', serviceResult } })
    else if (outcome.failure.certainty === 'refused') this.move({ phase: 'active', sessionId })
    return outcome
  }
  interrupt(): Promise<CallOutcome<null>> {
    const end = { phase: 'ended', sessionId: this.sessionId, end: { kind: 'interrupted-here' } } as const
    if (this.interruptOutcome.ok) this.move(end)
    return Promise.resolve(this.interruptOutcome)
  }
  wake(): void {
    this.wakes += 1
  }
  release(): void {
    this.released += 1
  }
}
