/**
 * `npm run simulate`: runs simulated worlds and checks their promises. A failed seed is printed; `--seed N` runs it again with its
 * event log. See README.md of this folder.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { plant } from './bugs/plant.ts'
import type { RunOptions, RunResult } from './run-world.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    step: { type: 'string', default: '1' },
    work: { type: 'string', default: '60' },
    'first-seed': { type: 'string' },
    drop: { type: 'string', default: '' },
    bug: { type: 'string' },
    shrink: { type: 'boolean', default: false },
    'stop-at-failure': { type: 'boolean', default: false },
    progress: { type: 'string' },
  },
})

const assertPlanted = values.bug === undefined ? () => undefined : plant(values.bug)
const { runWorld } = await import('./run-world.ts')
const { realNowMs } = await import('./time/virtual-globals.ts')
const { nameOf } = await import('./script/chaos.ts')
assertPlanted()

/** What `--progress` keeps, so that a long run goes on where it stopped. */
interface Progress {
  next: number
  sessionMinutes: number
  failed: number[]
}

/** Simulated minutes of work in each world. */
const workMinutes = Number(values.work)

const droppedOf = (text: string): ReadonlySet<number> => new Set(text.split(',').filter(Boolean).map(Number))

function printViolations({ seed, violations }: RunResult): void {
  console.log(`seed ${seed} failed:`)
  for (const { promise, text, atMs } of violations.slice(0, 8))
    console.log(`  ${promise} at ${(atMs / 1000).toFixed(1)} s: ${text}`)
  console.log(`  again: npm run simulate -- --seed ${seed}`)
}

/** Leaves out mishaps as long as the first violation stays the same promise. */
async function shrink(options: RunOptions, first: RunResult): Promise<ReadonlySet<number>> {
  const promise = first.violations[0]?.promise
  let dropped = new Set(options.dropped)
  for (let index = first.mishaps.length - 1; index >= 0; index -= 1) {
    if (dropped.has(index)) continue
    const fewer = new Set([...dropped, index])
    const again = await runWorld({ ...options, dropped: fewer, keepsLog: false })
    if (again.violations[0]?.promise === promise) dropped = fewer
  }
  return dropped
}

async function runOne(seed: number): Promise<number> {
  const options: RunOptions = { seed, dropped: droppedOf(values.drop), keepsLog: !values.shrink, minutes: workMinutes }
  const result = await runWorld(options)
  if (values.shrink && result.violations.length > 0) {
    const dropped = await shrink(options, result)
    const small = await runWorld({ ...options, dropped, keepsLog: true })
    console.log(small.lines.join('\n'))
    console.log(`npm run simulate -- --seed ${seed} --drop ${[...dropped].join(',')}`)
  } else console.log(result.lines.join('\n'))
  console.log(`${result.sessionMinutes.toFixed(1)} session-minutes, digest ${result.digest}`)
  if (result.violations.length > 0) printViolations(result)
  return result.violations.length
}

async function runMany(minutes: number): Promise<Progress> {
  const file = values.progress
  const progress: Progress =
    file && existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as Progress)
      : { next: Number(values.from), sessionMinutes: 0, failed: [] }
  const startedAtMs = realNowMs()
  let seeds = 0
  let early = values['first-seed'] === undefined ? undefined : Number(values['first-seed'])
  let simulatedMs = 0
  let sessions = 0
  let timers = Number.NEGATIVE_INFINITY
  let toldAtMs = startedAtMs
  const struck = new Map<string, number>()
  while (progress.sessionMinutes < minutes) {
    const result = await runWorld({ seed: early ?? progress.next, minutes: workMinutes })
    if (early === undefined) progress.next += Number(values.step)
    early = undefined
    seeds += 1
    progress.sessionMinutes += result.sessionMinutes
    simulatedMs += result.simulatedMs
    sessions += result.sessions
    timers = Math.max(timers, result.timers)
    for (const mishap of result.mishaps) struck.set(nameOf(mishap), (struck.get(nameOf(mishap)) ?? 0) + 1)
    if (result.violations.length > 0) {
      progress.failed.push(result.seed)
      printViolations(result)
      if (values['stop-at-failure']) break
    }
    if (file) writeFileSync(file, JSON.stringify(progress))
    if (realNowMs() - toldAtMs < 5_000) continue
    toldAtMs = realNowMs()
    const rate = simulatedMs / (toldAtMs - startedAtMs)
    console.log(
      `seed ${result.seed}: ${Math.round(progress.sessionMinutes)} session-minutes, ${Math.round(rate)} s per s`,
    )
  }
  console.log(`mishaps: ${[...struck].map(([name, count]) => `${name} ${count}`).join(', ')}`)
  console.log(`at most ${timers} timers of main beyond those of its jobs`)
  const seconds = (realNowMs() - startedAtMs) / 1_000
  console.log(
    `${Math.round(progress.sessionMinutes)} session-minutes in ${sessions} sessions of ${seeds} seeds in ${seconds.toFixed(0)} s, ${progress.failed.length} failed${progress.failed.length > 0 ? `: ${progress.failed.join(', ')}` : ''}`,
  )
  return progress
}

const failures =
  values.seed === undefined ? (await runMany(Number(values.minutes))).failed.length : await runOne(Number(values.seed))
process.exitCode = failures > 0 ? 1 : 0
