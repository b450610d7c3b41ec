import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { EngineProcess } from '../../tests/support/engine-process.ts'
import { interleaved, roundOf } from '../rounds.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

/** Starts an empty Node process and waits for its end: the least time of any Node program. */
export async function emptyNode(): Promise<void> {
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' })
  await once(child, 'exit')
}

/** From spawning the built engine to its ready line, against `node -e 0`. */
export async function engineColdStart(): Promise<Row> {
  const started: EngineProcess[] = []
  const [engine, node] = await interleaved(
    [
      async (requests) => {
        const round = await roundOf(requests, async () => started.push(await EngineProcess.start({ code: 'built' })))
        await Promise.all(started.splice(0).map((one) => one.stop()))
        return round
      },
      (requests) => roundOf(requests, emptyNode),
    ],
    { rounds: 12, requests: 1 },
  )
  if (!engine || !node) throw new Error('Nothing was measured.')
  const our = summarise(engine.samples)
  const empty = summarise(node.samples)
  return {
    title: 'cold start of the engine ÷ node -e 0',
    numbers: {
      'engine median ms': our.median / 1_000,
      'engine slowest ms': our.p99 / 1_000,
      'node -e 0 median ms': empty.median / 1_000,
      'starts each': our.count,
    },
    verdicts: [{ what: 'spawn → ready line, median', value: our.median / empty.median, unit: '×' }],
  }
}
