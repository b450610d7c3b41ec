import { join } from 'node:path'
import { z } from 'zod'
import { engineFlags } from '../../build/bootstrap/engine-flags.mjs'
import { openObdV1 } from '../../src/openobd/grpc/protos.ts'
import type { EngineProcess, EngineReady } from '../../tests/support/engine-process.ts'
import { LineChild } from '../child.ts'
import { callNestedFunction } from '../load/nested-function.ts'
import { controllerOf, OurSession, outcomeValue } from '../our-session.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

const program = join(import.meta.dirname, '../load/measured-gateway.ts')
const contexts = 1_000
const calls = 20_000
/** By then V8 has grown its heap to the size that this needs. */
const warmUp = 1_000
const mebi = 1024 * 1024

const addressSchema = z.object({
  port: z.number(),
  clientId: z.string(),
  clientSecret: z.string(),
  clusterId: z.string(),
})
const memorySchema = z.object({ heapUsed: z.number(), rss: z.number(), tokens: z.number() })

/**
 * A gateway of its own process, through which a session runs a thousand functions, one after the other, and then makes twenty thousand
 * calls: what it still uses when the time has passed in which ended contexts are remembered.
 */
export async function gatewayContexts(engine: EngineProcess): Promise<Row> {
  const { port, clientId, clientSecret, clusterId } = engine.ready
  const environment = {
    UPSTREAM_PORT: String(port),
    CLIENT_ID: clientId,
    CLIENT_SECRET: clientSecret,
    CLUSTER_ID: clusterId,
  }
  const argv = [...engineFlags, '--expose-gc', '--disable-warning=ExperimentalWarning', program]
  const gateway = new LineChild(process.execPath, argv, environment)
  const near: EngineReady = { ...engine.ready, ...addressSchema.parse(JSON.parse(await gateway.line())) }
  const controller = controllerOf(near)
  const look = async () => memorySchema.parse(JSON.parse(await gateway.ask('look')))
  try {
    const session = await OurSession.start(controller, near.connector)
    const runs = (count: number) => timed(count, () => callNestedFunction(session.calls).then(outcomeValue))
    const reads = (count: number) =>
      timed(count, () => session.calls.unary(openObdV1.vehicleInfo.service.getVehicleDetails, {}).then(outcomeValue))
    await runs(warmUp)
    await reads(warmUp)
    const before = await look()
    const eachRun = summarise(await runs(contexts))
    const afterRuns = await look()
    const eachCall = summarise(await reads(calls))
    const afterCalls = await look()
    await session.finish()
    return {
      title: 'a thousand functions through the gateway',
      numbers: {
        'living heap before MiB': before.heapUsed / mebi,
        'living heap after the functions MiB': afterRuns.heapUsed / mebi,
        'living heap after the calls MiB': afterCalls.heapUsed / mebi,
        'resident before MiB': before.rss / mebi,
        'resident after the functions MiB': afterRuns.rss / mebi,
        'resident after the calls MiB': afterCalls.rss / mebi,
        'function median ms': eachRun.median,
        'call median ms': eachCall.median,
        'tokens before': before.tokens,
        'tokens at the end': afterCalls.tokens,
        contexts,
        calls,
      },
      verdicts: [
        { what: 'living heap after ÷ before', value: afterRuns.heapUsed / before.heapUsed, unit: '×', atMost: 1.1 },
        { what: 'resident memory after ÷ before', value: afterRuns.rss / before.rss, unit: '×', atMost: 1.1 },
        {
          what: 'living heap after the calls ÷ before them',
          value: afterCalls.heapUsed / afterRuns.heapUsed,
          unit: '×',
          atMost: 1.1,
        },
        { what: 'tokens that are left', value: afterCalls.tokens - before.tokens, unit: '', atMost: 0 },
      ],
    }
  } finally {
    controller.grpcChannel.close()
    await gateway.close()
  }
}

/** Does something many times in turn; ms of each. */
async function timed(count: number, run: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let number = 0; number < count; number += 1) {
    const begin = performance.now()
    await run()
    times.push(performance.now() - begin)
  }
  return times
}
