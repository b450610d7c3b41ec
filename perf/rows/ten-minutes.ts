import { join } from 'node:path'
import { runToEnd } from '../run-to-end.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

const root = join(import.meta.dirname, '../..')
const runs = 5

/** Ten simulated minutes of a scripted tester on a lossy bus, start and end of the engine included. */
export async function tenMinutes(): Promise<Row> {
  const seconds: number[] = []
  for (let run = 0; run < runs; run++) {
    const begin = performance.now()
    const files = ['--script', 'perf/scripts/ten-minutes.yaml', '--scenario', 'perf/scripts/lossy-bus.yaml']
    await runToEnd(join(root, 'out/engine/cli.js'), ['--clock', 'manual', ...files], root)
    seconds.push(performance.now() - begin)
  }
  const wall = summarise(seconds)
  return {
    title: 'ten simulated minutes of a scripted tester',
    numbers: { 'median ms': wall.median, 'slowest ms': wall.p99, runs },
    verdicts: [{ what: 'slowest run', value: wall.p99, unit: 'ms', atMost: 5_000 }],
  }
}
