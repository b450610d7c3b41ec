import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { causes, expectedAt, type Plan, planOf } from './plan.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, 'judge.ts')

// `npm run simulate:waiting` does the same for 300 seeds.
it('the line names the cause that holds everything up, for each pair of causes in both orders', async () => {
  const { stdout } = await run(process.execPath, [program, '--seeds', '20'])
  expect(stdout).toMatch(/^20 seeds, 20 pairs, 0 wrong$/m)
  for (const cause of [...causes, 'function']) expect(stdout).toMatch(new RegExp(`${cause} [1-9]`))
}, 120_000)

it('the plan of two causes expects the one that comes first, and nothing of a moment at which one begins or ends', () => {
  const plan: Plan = {
    seed: 0,
    isBare: false,
    injections: [
      { cause: 'control-unit', way: 'busy', fromMs: 5_000, toMs: 30_000 },
      { cause: 'link', way: 'black-hole', fromMs: 10_000, toMs: 15_000 },
    ],
    endMs: 60_000,
  }
  const said = [4_000, 6_000, 8_000, 11_000, 14_500, 20_000, 24_000, 31_000, 40_000].map((atMs) =>
    expectedAt(plan, atMs),
  )
  const expected = [
    'function',
    'unsure',
    'control-unit',
    'unsure',
    'link',
    'unsure',
    'control-unit',
    'unsure',
    'function',
  ]
  expect(said).toEqual(expected)
})

it('most looks of a plan are judged', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const plan = planOf(seed)
    const looks = Array.from({ length: Math.floor(plan.endMs / 250) }, (_, index) => expectedAt(plan, index * 250))
    expect(looks.filter((one) => one !== 'unsure').length / looks.length).toBeGreaterThan(0.3)
  }
})
