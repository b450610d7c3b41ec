import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/openobd/clock.ts'
import type { CallOutcome } from '../../src/openobd/failure.ts'
import { trustProfileEndpoint } from '../../src/openobd/grpc/endpoint.ts'
import { GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import type { CustodyView, DirectCustodyOptions } from '../../src/openobd/session/custody/custody-options.ts'
import { DirectCustody } from '../../src/openobd/session/custody/direct-custody.ts'
import type { SessionCalls } from '../../src/openobd/session/session-calls.ts'
import { SessionController } from '../../src/openobd/session/session-controller.ts'
import { FaultProxy } from './fault-proxy.ts'
import { type JudgeOptions, PythonJudge } from './judge.ts'

/** Our client connected to a judge; everything is closed when the test ends. */
export interface Bench {
  readonly judge: PythonJudge
  readonly proxy: FaultProxy
  readonly grpcChannel: GrpcChannel
  readonly controller: SessionController
  /** A custody for one session; all its reported views are in `views`. */
  custody(more?: Partial<DirectCustodyOptions>): { custody: DirectCustody; views: CustodyView[] }
}

/** The value of an outcome; a failure fails the test. */
export function good<T>(outcome: CallOutcome<T>): T {
  if (outcome.ok) return outcome.value
  throw new Error(`Expected a value, got ${JSON.stringify(outcome.failure)}`)
}

/** The failure of an outcome; a success fails the test. */
export function bad(outcome: CallOutcome<unknown>) {
  if (!outcome.ok) return outcome.failure
  throw new Error('Expected a failure.')
}

/** Starts judge and proxy and connects a client through the proxy. */
export async function openBench(options: JudgeOptions = {}): Promise<Bench> {
  const judge = await PythonJudge.start(options)
  const proxy = new FaultProxy({ port: judge.port })
  const port = await proxy.listen()
  if (options.grpcPort === undefined) await judge.set({ grpcPort: port })
  const grpcChannel = new GrpcChannel(good(trustProfileEndpoint({ host: '127.0.0.1', port })))
  const credentials = { clientId: 'partner', clientSecret: 'known-secret', clusterId: '001' }
  const controller = new SessionController(grpcChannel, credentials, systemClock)
  const custodies: DirectCustody[] = []
  onTestFinished(async () => {
    for (const custody of custodies) custody.release()
    grpcChannel.close()
    await proxy.close()
    await judge.stop('SIGKILL')
  })
  return {
    judge,
    proxy,
    grpcChannel,
    controller,
    custody(more = {}) {
      const views: CustodyView[] = []
      const custody = new DirectCustody({
        controller,
        clock: systemClock,
        random: Math.random,
        target: { kind: 'ticket', number: '7848095' },
        channelTo: () => grpcChannel,
        onChange: (view) => views.push(view),
        ...more,
      })
      custodies.push(custody)
      return { custody, views }
    },
  }
}

/** A bench with a claimed session. */
export async function openSession(options: JudgeOptions = {}): Promise<Bench & { readonly calls: SessionCalls }> {
  const bench = await openBench(options)
  return { ...bench, calls: good(await bench.custody().custody.start()) }
}
