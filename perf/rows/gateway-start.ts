import { EngineProcess } from '../../tests/support/engine-process.ts'
import type { LineChild } from '../child.ts'
import { startGateway } from '../gateway-child.ts'
import { interleaved, roundOf } from '../rounds.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

/** From spawning the built gateway to its ready line, against the same of the engine. */
export async function gatewayStart(engine: EngineProcess): Promise<Row> {
  const gateways: LineChild[] = []
  const engines: EngineProcess[] = []
  const [gateway, other] = await interleaved(
    [
      async (requests) => {
        const round = await roundOf(requests, async () => gateways.push((await startGateway(engine.ready)).process))
        await Promise.all(gateways.splice(0).map((one) => one.close()))
        return round
      },
      async (requests) => {
        const round = await roundOf(requests, async () => engines.push(await EngineProcess.start({ code: 'built' })))
        await Promise.all(engines.splice(0).map((one) => one.stop()))
        return round
      },
    ],
    { rounds: 12, requests: 1 },
  )
  if (!gateway || !other) throw new Error('Nothing was measured.')
  const its = summarise(gateway.samples)
  const theirs = summarise(other.samples)
  return {
    title: 'cold start of the gateway ÷ engine',
    numbers: {
      'gateway median ms': its.median / 1_000,
      'gateway slowest ms': its.p99 / 1_000,
      'engine median ms': theirs.median / 1_000,
      'starts each': its.count,
    },
    verdicts: [{ what: 'spawn → ready line, median', value: its.median / theirs.median, unit: '×' }],
  }
}
