/**
 * Mutation run: makes one small change of the source at a time and checks whether a test fails (`npm run mutate`, see
 * docs/mutation.md). A copy of the sources holds every mutant of Stryker's instrumenter, all switched off. The tests run once
 * to see which of them reach which mutant; then each mutant of a seeded sample is switched on for the tests that reach it.
 * Results are kept in .cache/mutate, so that a stopped run continues.
 */
import {
  appendFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Mutant, mutantsOf, withMutants } from './mutation/mutants.ts'
import { readTests, type TestFile } from './mutation/reading.ts'
import { digest, isNoticed, type Status, sampled, scoreProblem, scoreText } from './mutation/score.ts'
import { Tester } from './mutation/tester.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, '.cache/mutate')
const sandbox = join(folder, 'sandbox')
const sources = ['src/main/**/*.ts', 'src/openobd/**/*.ts', 'src/engine/session/**/*.ts', 'src/server/**/*.ts']
const noSources = /\.test|\/testing\/|\/generated\/|\.d\.ts$|src\/main\/shell-parts\.ts$/
const notCopied = /^(node_modules|out|out\.next|dist|test-results|\..+)$/
/** With a mutant, tests wait less long than usual: see `build/mutation/test-process.ts`. */
const patience = { WORKBENCH_TEST_PATIENCE_MS: '4000' }
const temporary = mkdtempSync(join(tmpdir(), 'workbench-mutate-'))
for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = temporary
process.once('exit', () => rmSync(temporary, { recursive: true, force: true }))

interface Tried {
  readonly status: Status
  /** Digest of the mutated file: a result is forgotten when the file changes. */
  readonly source: string
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    sample: { type: 'string', default: '300' },
    again: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    workers: { type: 'string', default: '3' },
    beside: { type: 'string' },
  },
})

const workers = Number(values.workers)

const listed = (patterns: readonly string[]) =>
  globSync(patterns, { cwd: root, exclude: ['**/node_modules/**'] })
    .map((file) => file.replaceAll('\\', '/'))
    .sort()

/** A copy of the repository; dependencies and output are linked. Its tests report which mutants they have reached. */
function makeSandbox(): void {
  rmSync(sandbox, { recursive: true, force: true })
  mkdirSync(sandbox, { recursive: true })
  for (const { name } of readdirSync(root, { withFileTypes: true }).filter((place) => place.isDirectory()))
    if (!notCopied.test(name)) cpSync(join(root, name), join(sandbox, name), { recursive: true })
  for (const name of globSync('*.{json,ts,md}', { cwd: root })) cpSync(join(root, name), join(sandbox, name))
  for (const name of ['node_modules', 'out', '.cache'])
    if (existsSync(join(root, name))) symlinkSync(join(root, name), join(sandbox, name), 'junction')
  for (const file of listed(['src/**/*.test.ts'])) fewerRandomCases(join(sandbox, file))
  appendFileSync(join(sandbox, 'tests/support/patience.ts'), readFileSync(join(root, 'build/mutation/reach.ts')))
}

/** A mutant is noticed by the first of thousands of random cases, or by none: a hundred are enough. */
function fewerRandomCases(file: string): void {
  const text = readFileSync(file, 'utf8')
  const fewer = text.replaceAll(/\bnumRuns: \d[\d_]*\d{3}\b/g, 'numRuns: 100')
  if (fewer !== text) writeFileSync(file, fewer)
}

/** The tests that reach a mutant, file by file: those of its own folder first, then the quickest. */
function ordersFor({ name, file }: Mutant, id: string, files: readonly TestFile[]) {
  return files
    .map(({ path, reached, tests }) => {
      const isReachedByLoading = reached.has(name)
      const wanted = tests.filter((test) => isReachedByLoading || test.reached.has(name))
      const usualMs = wanted.reduce((sum, { ms }) => sum + ms, 0)
      const isOwn = path.startsWith(file.replace(/\.ts$/, '.'))
      const rank = (isOwn ? 0 : dirname(path) === dirname(file) ? 1e6 : 1e9) + usualMs
      const ids = isReachedByLoading ? undefined : wanted.map((test) => test.id)
      return { count: wanted.length, usualMs, rank, order: { mutant: id, file: path, tests: ids } }
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.rank - b.rank)
}

async function tryMutant(orders: ReturnType<typeof ordersFor>, tester: Tester): Promise<Status> {
  if (orders.length === 0) return 'no-test'
  for (const { order, usualMs } of orders) {
    const passed = await tester.hasPassed(order, 20_000 + 4 * usualMs)
    if (passed === undefined) return 'timeout'
    if (!passed) return 'killed'
  }
  return 'survived'
}

/** The test files that reach a mutant. Ends the run when too many of them fail without any. */
async function read(switches: ReadonlyMap<string, string>, mutants: readonly Mutant[]): Promise<readonly TestFile[]> {
  const files = listed(['src/**/*.{ts,tsx}', 'tests/contract/**/*.ts'])
  const options = { root, sandbox, folder, workers: values.workers, files }
  const mutated = [...new Set(mutants.map(({ file }) => file))]
  const { tests, candidates, failures } = await readTests(options, switches, mutated)
  for (const [file, why] of failures) console.log(`Fails without any mutant, left out: ${file}: ${why}`)
  const reporting = tests.map(({ path }) => path)
  const problem = scoreProblem(candidates, reporting)
  if (problem !== undefined) throw new Error(`No score: ${problem}`)
  return tests
}

async function main(): Promise<void> {
  const names = listed(sources).filter((file) => !noSources.test(file))
  const everything = await mutantsOf(root, names)
  const unseen = new Set(
    values.beside === undefined ? [] : sampled(everything, values.beside, 300).map(({ name }) => name),
  )
  const chosen = sampled(everything, values.seed, Number(values.sample)).filter(
    ({ file, name }) => file.includes(values.only) && !unseen.has(name),
  )
  const sourceOf = new Map(names.map((file) => [file, digest(readFileSync(join(root, file), 'utf8'))]))
  const stateFile = join(folder, 'results.json')
  const state = new Map<string, Tried>(
    existsSync(stateFile) ? Object.entries(JSON.parse(readFileSync(stateFile, 'utf8')) as Record<string, Tried>) : [],
  )
  const statusOf = ({ name, file }: Mutant) => {
    const tried = state.get(name)
    return tried?.source === sourceOf.get(file) ? tried?.status : undefined
  }
  const isKilled = (mutant: Mutant) => isNoticed(statusOf(mutant))
  const say = (mutant: Mutant) =>
    console.log(`${statusOf(mutant) ?? 'not tried'}: ${mutant.file}:${mutant.line} ${mutant.mutator}: ${mutant.change}`)
  const left = chosen.filter((mutant) => statusOf(mutant) === undefined || (values.again && !isKilled(mutant)))
  console.log(
    `${everything.length} mutants; sample of seed ${values.seed}: ${chosen.length}, ${left.length} of them to try.`,
  )
  if (values.list) {
    for (const mutant of chosen.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line)) say(mutant)
    return
  }

  const startedAt = performance.now()
  const minutes = () => ((performance.now() - startedAt) / 60_000).toFixed(1)
  makeSandbox()
  const { files, switches } = await withMutants(root, chosen)
  for (const { name, content } of files) writeFileSync(join(sandbox, name), content)
  const tests = left.length === 0 ? [] : await read(switches, chosen)
  console.log(`${tests.length} test files, read in ${minutes()} minutes.`)
  const queue = [...left]
  const work = async () => {
    const tester = new Tester(sandbox, { ...process.env, ...patience })
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const status = await tryMutant(ordersFor(mutant, switches.get(mutant.name) ?? '', tests), tester)
      state.set(mutant.name, { status, source: sourceOf.get(mutant.file) ?? '' })
      writeFileSync(stateFile, JSON.stringify(Object.fromEntries(state), null, 1))
      if ((left.length - queue.length) % 20 === 0)
        console.log(`${left.length - queue.length} of ${left.length} after ${minutes()} minutes`)
    }
    tester.stop()
  }
  await Promise.all(Array.from({ length: workers }, work))

  const tried = chosen.filter((mutant) => statusOf(mutant) !== undefined)
  for (const mutant of tried.filter((one) => !isKilled(one))) say(mutant)
  console.log(`Score: ${scoreText(tried.map(statusOf))}, in ${minutes()} minutes`)
}

await main()
