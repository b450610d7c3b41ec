/** The second half of `npm test`: runs all test programs and prints the total counts in the last line. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runAndCount, runners } from './runners.ts'
import type { Tally } from './tallies.ts'

const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: { python: { type: 'string' }, wrapper: { type: 'string', default: '[]' }, host: { type: 'string' } },
})
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(0)} s`

function printNames(title: string, names: readonly string[]): void {
  if (names.length > 0) process.stdout.write(`\n${title}:\n${names.map((name) => `  ${name}`).join('\n')}\n`)
}

function printSummary(tallies: ReadonlyMap<string, Tally>, startedAt: number): number {
  const all = [...tallies.values()]
  const failures = all.flatMap((tally) => tally.failures)
  process.stdout.write('\n')
  for (const [name, tally] of tallies) {
    process.stdout.write(`${name}: ${tally.passed} passed, ${tally.failures.length} failed\n`)
  }
  if (values.host === 'stand-in') {
    const facts = readFileSync(join(root, 'docs/unproven.md'), 'utf8').match(/^- \*\*real Electron only\*\*.*$/gm) ?? []
    process.stdout.write(`\nReal Electron only, not proved in this run (docs/unproven.md): ${facts.length} facts\n`)
  }
  printNames(
    'Passed only when repeated, to be mended',
    all.flatMap((tally) => tally.repeated),
  )
  printNames('Failed', failures)
  const passed = all.reduce((sum, tally) => sum + tally.passed, 0)
  process.stdout.write(`\nTook ${seconds(startedAt)}.\n${passed} passed, ${failures.length} failed\n`)
  return failures.length
}

const startedAt = performance.now()
const tallies = new Map<string, Tally>()
mkdirSync(join(root, 'test-results'), { recursive: true })
for (const runner of runners({ python: values.python ?? 'python3', wrapper: JSON.parse(values.wrapper) })) {
  const since = performance.now()
  process.stdout.write(`\n── ${runner.name} ──\n`)
  tallies.set(runner.name, await runAndCount(runner))
  process.stdout.write(`── ${runner.name}: ${seconds(since)} ──\n`)
}
process.exitCode = printSummary(tallies, startedAt) > 0 ? 1 : 0
