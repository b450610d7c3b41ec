/**
 * `npm run simulate:waiting`: runs plans in which two causes overlap, and compares what the window says of each with the plan.
 * `--seeds N` from `--from N` on; `--seed N` prints the line of one.
 */
import { parseArgs } from 'node:util'
import { planOf } from './plan.ts'
import { runPlan } from './run-plan.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
  },
})

const first = Number(values.seed ?? values.from)
const count = values.seed === undefined ? Number(values.seeds) : 1
const judged = new Map<string, number>()
const pairs = new Set<string>()
let wrong = 0
for (let seed = first; seed < first + count; seed += 1) {
  const plan = planOf(seed)
  const { mistakes, judged: looks, line } = await runPlan(plan)
  pairs.add(plan.injections.map(({ cause }) => cause).join(' then '))
  for (const [cause, times] of looks) judged.set(cause, (judged.get(cause) ?? 0) + times)
  const text = plan.injections
    .map(({ way, cause, fromMs, toMs }) => `${cause} (${way}) ${Math.round(fromMs)}–${Math.round(toMs)}`)
    .join(', ')
  if (values.seed !== undefined) console.log(`${text}${plan.isBare ? ', bare server' : ''}\n${line.join('\n')}`)
  if (mistakes.length === 0) continue
  wrong += 1
  console.log(`seed ${seed} (${text}${plan.isBare ? ', bare server' : ''}) is wrong at ${mistakes.length} looks:`)
  for (const { atMs, expected, said } of mistakes.slice(0, 3))
    console.log(`  ${Math.round(atMs)} ms: ${said} instead of ${expected}`)
}
console.log(`looks: ${[...judged].map(([cause, times]) => `${cause} ${times}`).join(', ')}`)
console.log(`${count} seeds, ${pairs.size} pairs, ${wrong} wrong`)
process.exitCode = wrong > 0 ? 1 : 0
