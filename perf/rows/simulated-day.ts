import { join } from 'node:path'
import { LineChild } from '../child.ts'
import type { Row } from '../table.ts'

const program = join(import.meta.dirname, '../load/simulated-day.ts')
const hours = 24
/** By then everything has been used once. */
const warmUpHours = 2
const megabyte = 1_000_000

interface Hour {
  readonly heapBytes: number
  readonly open: number
  readonly started: number
  readonly runs: number
  readonly answers: number
  readonly violations: number
}

/** The growth of the heap over a simulated day with eight jobs. Main, functions and server are one process there: each may be the one that grows. */
export async function simulatedDay(): Promise<Row> {
  const child = new LineChild(process.execPath, ['--expose-gc', '--disable-warning=ExperimentalWarning', program])
  const seen: Hour[] = []
  for (let hour = 1; hour <= hours; hour += 1) seen.push(JSON.parse(await child.line()) as Hour)
  await child.close()
  const [early, last] = [seen[warmUpHours - 1], seen.at(-1)]
  if (!early || !last) throw new Error('The day was not simulated.')
  return {
    title: 'a simulated day with eight jobs',
    numbers: {
      'heap after 2 h MB': early.heapBytes / megabyte,
      'heap after 24 h MB': last.heapBytes / megabyte,
      'largest MB': Math.max(...seen.map(({ heapBytes }) => heapBytes)) / megabyte,
      'jobs started': last.started,
      'jobs open at the end': last.open,
      'functions run': last.runs,
      'questions answered': last.answers,
      'broken promises': last.violations,
    },
    verdicts: [
      {
        what: 'growth of the heap, MB per hour',
        value: (last.heapBytes - early.heapBytes) / megabyte / (hours - warmUpHours),
        unit: '',
        atMost: 1,
      },
    ],
  }
}
