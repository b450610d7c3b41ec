import type { NewFact } from '../../shared/facts.ts'
import { type Failure, fail, failed, type Outcome } from '../../shared/outcome.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import type { FunctionRuns } from './function-runs.ts'
import type { JobRecord } from './job-record.ts'
import type { LiveSession } from './live-session.ts'
import { plainFailure } from './plain-failure.ts'
import { lastSession } from './projections/job-state.ts'

/** How long a finish waits for the disk, in ms (design decision 12). */
export const finishRecordLimitMs = 2_000

/** Dependencies of the finish of a job. */
export interface JobFinishOptions {
  readonly record: JobRecord
  readonly runs: Pick<FunctionRuns, 'stopAndWait'>
  readonly session: () => LiveSession | undefined
}

/** Finishes the session of a job: the choice is recorded, then a running function is stopped, then the server is called. */
export class JobFinish {
  readonly #options: JobFinishOptions
  #running: { readonly result: ServiceResult; readonly outcome: Promise<Outcome<null>> } | undefined

  constructor(options: JobFinishOptions) {
    this.#options = options
  }

  /** Finishes with a result. A press that is repeated gets the outcome of the first one; another result must wait for it. */
  request(result: ServiceResult, withoutRecord: boolean): Promise<Outcome<null>> {
    if (this.#running)
      return isSame(this.#running.result, result) ? this.#running.outcome : Promise.resolve(fail('not-allowed-now'))
    const outcome = this.#finish(result, withoutRecord).finally(() => {
      this.#running = undefined
    })
    this.#running = { result, outcome }
    return outcome
  }

  async #finish(result: ServiceResult, withoutRecord: boolean): Promise<Outcome<null>> {
    const { record, runs } = this.#options
    const session = this.#options.session()
    if (!session) return fail('not-found')
    if (session.isEnded) return fail('session-ended')
    // The server may already have a result whose outcome is unclear: it must be confirmed or refused before another is sent.
    const sent = lastSession(record.state)?.finish
    const isInDoubt = session.live.phase === 'finishing' && sent !== undefined
    if (isInDoubt && !isSame(sent.serviceResult, result)) return fail('not-allowed-now')
    const { handle } = session
    const chosen: NewFact = { kind: 'finish-chosen', actor: 'mechanic', session: handle, serviceResult: result }
    const recorded = await record.addAndWait([chosen], finishRecordLimitMs)
    if (!recorded.ok && !withoutRecord) return this.#refuse(handle, recorded.failure)
    await runs.stopAndWait()
    const outcome = await session.finish(result)
    if (!outcome.ok && session.live.phase === 'active') this.#refuse(handle, outcome.failure)
    return outcome
  }

  #refuse(session: string, failure: Failure): Outcome<null> {
    const { record } = this.#options
    record.add({ kind: 'finish-refused', actor: 'server', session, failure: plainFailure(failure) })
    return failed(failure)
  }
}

const isSame = (a: ServiceResult, b: ServiceResult): boolean => JSON.stringify(a) === JSON.stringify(b)
