/** `npm run crash`: kills the application again and again and checks that nothing was lost. See README.md of this folder. */
import { parseArgs } from 'node:util'
import { CrashBench, type RoundResult } from './crash-bench.ts'
import { distributionOf } from './death.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  throw new Error('Give whole numbers: --rounds 200 --seed 1.')
}

const results: RoundResult[] = []
const bench = await CrashBench.start(seed)
try {
  for (let number = 1; number <= rounds; number += 1) {
    const result = await bench.round()
    results.push(result)
    const point = result.isReached ? result.death : `end of the script (${result.death} did not come)`
    const { batches, written } = result.open
    const open = batches > 0 ? `, ${batches} batch on its way, ${written} written` : ''
    process.stdout.write(
      `${number}: ${point}${open}; ${result.left.length} sessions to take over; ${result.factCount} facts\n`,
    )
    for (const line of result.broken) process.stdout.write(`   BROKEN: ${line}\n`)
  }
} finally {
  await bench.stop()
}
process.stdout.write('\nPoints of death that were reached:\n')
const reached = results.filter(({ isReached }) => isReached)
for (const line of distributionOf(reached.map(({ planned }) => planned))) process.stdout.write(`${line}\n`)
const failed = results.filter(({ broken }) => broken.length > 0)
const inWrite = results.filter(({ open }) => open.batches > 0)
const written = inWrite.filter(({ open }) => open.written > 0)
process.stdout.write(
  `\n${rounds} rounds of seed ${seed}: ${reached.length} died at their planned point, ` +
    `${inWrite.length} of them during a write (${written.length} of these writes were complete). ${failed.length} broke a promise.\n`,
)
const [first] = failed
if (first) process.stdout.write(`Again: npm run crash -- --rounds ${first.number} --seed ${seed}\n`)
process.exitCode = failed.length > 0 ? 1 : 0
