import type { DiagnosticFunction, FunctionRunContext } from '../../../src/functions/diagnostic-function.ts'
import { OpenObdSession } from '../../../src/functions/openobd-session.ts'
import type { Clock } from '../../../src/openobd/clock.ts'
import { UdsChannel } from '../../../src/openobd/diagnostics/uds-channel.ts'
import { openObdV1 } from '../../../src/openobd/grpc/protos.ts'
import { ControlAsker } from '../../../src/openobd/session/control-asker.ts'
import type { SessionCalls } from '../../../src/openobd/session/session-calls.ts'
import type { Injection, Plan } from './plan.ts'

export const plannedFunctionId = 'planned'

const can = { pinPlus: 6, pinMin: 14, protocol: 'isotp', bitRate: 500 } as const
const channel = { kind: 'isotp', channel: { busName: 'sim', requestId: 0x7e0, responseId: 0x7e8 } } as const
const readVin = Buffer.from('22F190', 'hex')
/** A pause after a failure, in ms. */
const retryMs = 200
/** Longer than any cause lasts, in ms. */
const patienceMs = 60_000

interface Branch {
  readonly calls: SessionCalls
  readonly clock: Clock
  readonly context: FunctionRunContext
  /** Milliseconds since the function began. */
  readonly now: () => number
}

/** A function that runs into each cause of a plan in a branch of its own, and is at work itself until its end. */
export function plannedFunction(plan: Plan, clock: Clock, begun: () => void): DiagnosticFunction {
  return {
    info: { id: plannedFunctionId, name: plannedFunctionId, version: '1', description: '' },
    run: async (context) => {
      const { session } = context
      if (!(session instanceof OpenObdSession)) throw new Error('The planned function needs the real session.')
      await session.configureBuses([{ kind: 'can', name: 'sim', can }])
      begun()
      const startedAtMs = clock.monotonicMs()
      const branch: Branch = { calls: session.calls, clock, context, now: () => clock.monotonicMs() - startedAtMs }
      const branches = plan.injections.map((injection) => runInto(injection, branch))
      await Promise.all([...branches, context.wait(plan.endMs)])
      return { results: ['success'] }
    },
  }
}

async function runInto(injection: Injection, branch: Branch): Promise<void> {
  const { context, now } = branch
  await context.wait(injection.fromMs)
  while (now() < injection.toMs) {
    const isDone = await once(injection, branch)
    if (isDone && injection.way === 'question') return
    if (!isDone) await context.wait(retryMs)
  }
}

/** Does once what the cause holds up; whether it worked. */
async function once({ cause, way, toMs }: Injection, { calls, clock, now }: Branch): Promise<boolean> {
  switch (cause) {
    case 'you':
    case 'operator': {
      const asker = new ControlAsker(calls)
      const outcome = await asker.askContinue(cause, { target: cause === 'you' ? 'customer' : 'operator' })
      asker.close()
      return outcome.ok
    }
    case 'server': {
      const { getEcuList, getVehicleDetails } = openObdV1.vehicleInfo.service
      const outcome =
        way === 'getEcuList'
          ? await calls.unary(getEcuList, {}, patienceMs)
          : await calls.unary(getVehicleDetails, {}, patienceMs)
      return outcome.ok
    }
    case 'control-unit': {
      const conversation = new UdsChannel(calls, clock, channel)
      const timeoutMs = way === 'asleep-repeated' ? 2_000 : 10_000
      let isOk = true
      while (isOk && now() < toMs) isOk = (await conversation.request(readVin, { timeoutMs })).ok
      conversation.close()
      return isOk
    }
    case 'link':
      return false
  }
}
