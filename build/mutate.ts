/**
 * Mutation run: makes one small change of the source at a time and checks whether a test fails (`npm run mutate`, see
 * docs/mutation.md). A copy of the sources holds every mutant of Stryker's instrumenter, all switched off. The tests run once
 * to see which of them reach which mutant; then each mutant of a seeded sample is switched on for the tests that reach it.
 * Results are kept in .cache/mutate, so that a stopped run continues.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { Instrumenter } from '@stryker-mutator/instrumenter'
import { digest, isNoticed, type Status, sampled, scoreProblem, scoreText } from './mutation/score.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, '.cache/mutate')
const sandbox = join(folder, 'sandbox')
const sources = ['src/main/**/*.ts', 'src/openobd/**/*.ts', 'src/engine/session/**/*.ts', 'src/server/**/*.ts']
const noSources = /\.test|\/testing\/|\/generated\/|\.d\.ts$|src\/main\/shell-parts\.ts$/
/** Texts of the log and of internal errors are for developers only; a test would only test spelling. */
const wordsOfTheLog = /\blogger\.(?:debug|info|warn|error)\(|\bnew (?:Type|Range)?Error\(/
/** Number of mutants tried at the same time, and of nearest test files that run before the others. */
const workers = 2
const nearest = 5
/** Tests wait for a shorter time than usual: with a mutant many of the expected states never come. */
const patience = { WORKBENCH_TEST_PATIENCE_MS: '4000' }
const limits = ['--testTimeout=12000', '--hookTimeout=12000', '--expect.poll.timeout=4000']
const notCopied = /^(node_modules|out|out\.next|dist|test-results|\..+)$/

interface Mutant {
  /** The same as long as the mutated text of the file is. */
  readonly name: string
  /** Number of the mutant in the sandbox. */
  readonly id: string
  readonly file: string
  readonly line: number
  readonly mutator: string
  readonly replacement: string
}

interface Tried {
  readonly status: Status
  /** Digest of the mutated file: a result is forgotten when the file changes. */
  readonly source: string
}

interface TestFile {
  readonly path: string
  readonly durationMs: number
  readonly reaches: ReadonlySet<string>
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    sample: { type: 'string', default: '300' },
    again: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
})

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
  appendFileSync(
    join(sandbox, 'tests/support/patience.ts'),
    `
import { writeFileSync } from 'node:fs'
import { afterAll, expect } from 'vitest'
afterAll(() => {
  const folder = process.env.REACHED_MUTANTS
  const reached = Object.keys(Reflect.get(globalThis, '__stryker__')?.mutantCoverage?.static ?? {})
  const name = expect.getState().testPath!.replaceAll(/[^\\w.-]/g, '_')
  if (folder) writeFileSync(folder + '/' + name + '.json', JSON.stringify({ path: expect.getState().testPath, reached }))
})
`,
  )
}

/** Writes every mutant, switched off, into the sandbox; returns those that are worth a test. */
async function instrument(): Promise<Mutant[]> {
  const quiet = new Proxy({}, { get: () => () => false })
  const files = listed(sources)
    .filter((file) => !noSources.test(file))
    .map((name) => ({ name, mutate: true, content: readFileSync(join(root, name), 'utf8') }))
  const options = { plugins: null, excludedMutations: [], ignorers: [], noHeader: false, mutator: { plugins: null } }
  const result = await new Instrumenter(quiet as never).instrument(files, options as never)
  for (const { name, content } of result.files) writeFileSync(join(sandbox, name), content)
  const linesOf = new Map(files.map(({ name, content }) => [name, content.split('\n')]))
  const alike = new Map<string, number>()
  const mutants: Mutant[] = []
  for (const { id, fileName, location, mutatorName, replacement = '' } of result.mutants) {
    const lines = linesOf.get(fileName) ?? []
    const { line, column } = location.start
    const isLogWord = mutatorName === 'StringLiteral' && wordsOfTheLog.test(lines.slice(line - 1, line + 1).join('\n'))
    if (isLogWord) continue
    const text = [fileName, mutatorName, lines[line]?.trim(), lines[line]?.slice(column), replacement].join('\n')
    const count = alike.get(text) ?? 0
    alike.set(text, count + 1)
    const name = digest(`${text}\n${count}`)
    mutants.push({ name, id, file: fileName, line: line + 1, mutator: mutatorName, replacement })
  }
  return mutants
}

const running = new Set<ChildProcess>()

function stop(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    for (const child of running) stop(child)
    process.exit(130)
  })

/** Runs tests in the sandbox. Returns whether they passed; undefined when they did not end in time. */
function vitest(args: readonly string[], env: Record<string, string>, timeoutMs: number): Promise<boolean | undefined> {
  const program = join(root, 'node_modules/vitest/vitest.mjs')
  const child = spawn(process.execPath, [program, 'run', '--silent=true', ...limits, ...args], {
    cwd: sandbox,
    env: { ...process.env, ...patience, ...env },
    stdio: 'ignore',
    detached: true,
  })
  running.add(child)
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      stop(child)
      resolve(undefined)
    }, timeoutMs)
    child.on('exit', (code) => {
      clearTimeout(timer)
      stop(child)
      running.delete(child)
      resolve(code === 0)
    })
  })
}

interface Report {
  readonly testResults: readonly { name: string; status: string; startTime: number; endTime: number }[]
}

/** Test files that import one of the files, directly or through others. */
function testsThatImport(files: readonly string[]): string[] {
  const importers = new Map<string, string[]>()
  for (const file of listed(['src/**/*.{ts,tsx}'])) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, target = ''] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
      const imported = join(dirname(file), target).replaceAll('\\', '/')
      importers.set(imported, [...(importers.get(imported) ?? []), file])
    }
  }
  const seen = new Set(files)
  for (const file of seen) for (const importer of importers.get(file) ?? []) seen.add(importer)
  return [...seen].filter((file) => /\.test\.tsx?$/.test(file))
}

/** Runs the tests that could reach a mutant once, without any, and returns those that pass. */
async function readTests(mutants: readonly Mutant[]): Promise<TestFile[]> {
  const reached = join(folder, 'reached')
  rmSync(reached, { recursive: true, force: true })
  mkdirSync(reached, { recursive: true })
  const report = join(folder, 'report.json')
  const candidates = testsThatImport([...new Set(mutants.map(({ file }) => file))])
  const args = [`--maxWorkers=${workers}`, '--reporter=json', `--outputFile=${report}`, ...candidates]
  await vitest(args, { REACHED_MUTANTS: reached }, 1_200_000)
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  const results = new Map(testResults.map((result) => [result.name, result]))
  const tests: TestFile[] = []
  for (const name of readdirSync(reached)) {
    const found = JSON.parse(readFileSync(join(reached, name), 'utf8')) as { path: string; reached: string[] }
    const result = results.get(found.path)
    const path = found.path.replaceAll('\\', '/').replace(/^.*\/sandbox\//, '')
    if (result?.status === 'passed')
      tests.push({ path, durationMs: result.endTime - result.startTime, reaches: new Set(found.reached) })
  }
  const paths = tests.map(({ path }) => path)
  const problem = scoreProblem(candidates, paths)
  if (problem !== undefined) throw new Error(`No score: ${problem}`)
  for (const path of candidates.filter((one) => !paths.includes(one)))
    console.log(`Fails without any mutant, left out: ${path}`)
  return tests
}

/** Tests of the mutant's own folder first, then the quickest. */
function testsOf(mutant: Mutant, tests: readonly TestFile[]): TestFile[] {
  const rank = ({ path, durationMs }: TestFile) => {
    const isOwn = path.startsWith(mutant.file.replace(/\.ts$/, '.'))
    return (isOwn ? 0 : dirname(path) === dirname(mutant.file) ? 1e6 : 1e9) + durationMs
  }
  return tests.filter(({ reaches }) => reaches.has(mutant.id)).sort((a, b) => rank(a) - rank(b))
}

async function tryMutant(mutant: Mutant, tests: readonly TestFile[]): Promise<Status> {
  if (tests.length === 0) return 'no-test'
  for (const some of [tests.slice(0, nearest), tests.slice(nearest)]) {
    if (some.length === 0) continue
    const usualMs = some.reduce((sum, { durationMs }) => sum + durationMs + 2_000, 0)
    const args = ['--bail=1', '--maxWorkers=1', ...some.map(({ path }) => path)]
    const passed = await vitest(args, { __STRYKER_ACTIVE_MUTANT__: mutant.id }, 15_000 + 3 * usualMs)
    if (passed === undefined) return 'timeout'
    if (!passed) return 'killed'
  }
  return 'survived'
}

async function main(): Promise<void> {
  makeSandbox()
  const everything = await instrument()
  const wanted = everything.filter(({ file }) => file.includes(values.only))
  const chosen = sampled(wanted, values.seed, Number(values.sample))
  const sourceOf = new Map(listed(sources).map((file) => [file, digest(readFileSync(join(root, file), 'utf8'))]))
  const stateFile = join(folder, 'results.json')
  const state = new Map<string, Tried>(
    existsSync(stateFile) ? Object.entries(JSON.parse(readFileSync(stateFile, 'utf8')) as Record<string, Tried>) : [],
  )
  const statusOf = ({ name, file }: Mutant) => {
    const tried = state.get(name)
    return tried?.source === sourceOf.get(file) ? tried?.status : undefined
  }
  const isKilled = (mutant: Mutant) => isNoticed(statusOf(mutant))
  const left = chosen.filter((mutant) => statusOf(mutant) === undefined || (values.again && !isKilled(mutant)))
  console.log(
    `${wanted.length} mutants; sample of seed ${values.seed}: ${chosen.length}, ${left.length} of them to try.`,
  )

  const tests = left.length === 0 ? [] : await readTests(left)
  console.log(`${tests.length} test files.`)
  if (left.length > 0 && tests.every(({ reaches }) => reaches.size === 0)) throw new Error('No test reaches a mutant.')
  const queue = [...left]
  const work = async () => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const status = await tryMutant(mutant, testsOf(mutant, tests))
      state.set(mutant.name, { status, source: sourceOf.get(mutant.file) ?? '' })
      writeFileSync(stateFile, JSON.stringify(Object.fromEntries(state), null, 1))
      if ((left.length - queue.length) % 20 === 0) console.log(`${left.length - queue.length} of ${left.length}`)
    }
  }
  await Promise.all(Array.from({ length: workers }, work))

  const tried = chosen.filter((mutant) => statusOf(mutant) !== undefined)
  for (const mutant of tried.filter((one) => !isKilled(one)))
    console.log(
      `${statusOf(mutant)}: ${relative('.', mutant.file)}:${mutant.line} ${mutant.mutator} → ${mutant.replacement.slice(0, 80)}`,
    )
  console.log(`Score: ${scoreText(tried.map(statusOf))}`)
}

await main()
