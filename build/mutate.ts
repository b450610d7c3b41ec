/**
 * Mutation run: makes one small change of the source at a time and checks whether a test fails (`npm run mutate`, see
 * docs/mutation.md). The mutants are those of Stryker's instrumenter; a seeded sample of them is tried, two at a time, each in
 * a copy of the repository. Results are kept in .cache/mutate, so that a stopped run continues.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
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

const root = join(import.meta.dirname, '..')
const folder = join(root, '.cache/mutate')
const sources = ['src/main/**/*.ts', 'src/openobd/**/*.ts', 'src/engine/session/**/*.ts', 'src/engine/server/**/*.ts']
const noSources = /\.test|\/testing\/|\/generated\/|\.d\.ts$|src\/main\/shell-parts\.ts$/
/** Texts of the log and of internal errors are for developers only; a test would only test spelling. */
const wordsOfTheLog = /\blogger\.(?:debug|info|warn|error)\(|\bnew (?:Type|Range)?Error\(/
/** Number of nearest test files that run first, and of further ones before a mutant counts as survived. */
const nearest = 8
const further = 30
const timeoutMs = 120_000
/** Files that a sandbox links or leaves out. */
const notCopied = /^(node_modules|out|out\.next|dist|test-results|\..+)$/

interface Mutant {
  readonly file: string
  readonly line: number
  readonly mutator: string
  readonly from: number
  readonly to: number
  readonly replacement: string
  status?: 'killed' | 'survived' | 'timeout' | 'no-test'
}

interface State {
  readonly key: string
  readonly mutants: Mutant[]
  readonly goodTests: Record<string, boolean>
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    sample: { type: 'string', default: '300' },
    again: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})

const listed = (patterns: readonly string[]) =>
  globSync(patterns, { cwd: root, exclude: ['**/node_modules/**'] })
    .map((file) => file.replaceAll('\\', '/'))
    .sort()

/** All mutants of the sources, without those of texts for developers. */
async function allMutants(): Promise<Mutant[]> {
  const quiet = new Proxy({}, { get: () => () => false })
  const files = listed(sources).filter((file) => !noSources.test(file))
  const mutants: Mutant[] = []
  for (const file of files) {
    const content = readFileSync(join(root, file), 'utf8')
    const lines = content.split('\n')
    const starts = [0]
    for (const text of lines) starts.push((starts.at(-1) ?? 0) + text.length + 1)
    const offset = (place: { line: number; column: number }) => (starts[place.line] ?? 0) + place.column
    const options = { plugins: null, excludedMutations: [], ignorers: [], noHeader: true, mutator: { plugins: null } }
    const instrumenter = new Instrumenter(quiet as never)
    const result = await instrumenter.instrument([{ name: file, mutate: true, content }], options as never)
    for (const { location, mutatorName, replacement } of result.mutants) {
      const line = location.start.line
      const isLogWord =
        mutatorName === 'StringLiteral' && wordsOfTheLog.test(lines.slice(line - 1, line + 1).join('\n'))
      const range = { from: offset(location.start), to: offset(location.end) }
      if (!isLogWord)
        mutants.push({ file, line: line + 1, mutator: mutatorName, ...range, replacement: replacement ?? '' })
    }
  }
  return mutants
}

/** The Mulberry32 random generator, equal on all machines. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function sampled<T>(items: readonly T[], count: number, random: () => number): T[] {
  const left = [...items]
  const chosen: T[] = []
  while (chosen.length < count && left.length > 0) {
    const [item] = left.splice(Math.floor(random() * left.length), 1)
    if (item !== undefined) chosen.push(item)
  }
  return chosen
}

/** For each file the files that import it. */
function importers(): Map<string, string[]> {
  const graph = new Map<string, string[]>()
  for (const file of listed(['{src,tests,build}/**/*.{ts,tsx,mts}'])) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, target = ''] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
      const imported = relative(root, join(root, dirname(file), target)).replaceAll('\\', '/')
      graph.set(imported, [...(graph.get(imported) ?? []), file])
    }
  }
  return graph
}

/** Test files that reach a file through imports, the nearest first; those of its own folder before others. */
function testsOf(file: string, graph: ReadonlyMap<string, readonly string[]>): string[] {
  const seen = new Set([file])
  const tests: string[] = []
  let ring = [file]
  while (ring.length > 0) {
    const next = ring.flatMap((place) => graph.get(place) ?? []).filter((place) => !seen.has(place))
    for (const place of next) seen.add(place)
    ring = [...new Set(next)]
    const found = ring.filter((place) => /\.test\.tsx?$/.test(place))
    const isNear = (test: string) => (dirname(test) === dirname(file) ? 0 : 1)
    tests.push(...found.sort((a, b) => isNear(a) - isNear(b)))
  }
  return tests
}

/** A copy of the repository in which one file is changed at a time. */
class Sandbox {
  readonly path: string

  constructor(index: number) {
    this.path = join(folder, `sandbox-${index}`)
    rmSync(this.path, { recursive: true, force: true })
    mkdirSync(this.path, { recursive: true })
    const places = readdirSync(root, { withFileTypes: true }).filter((place) => place.isDirectory())
    for (const { name } of places)
      if (!notCopied.test(name)) cpSync(join(root, name), join(this.path, name), { recursive: true })
    for (const name of globSync('*.{json,ts,md}', { cwd: root })) cpSync(join(root, name), join(this.path, name))
    for (const name of ['node_modules', 'out', '.cache'])
      if (existsSync(join(root, name))) symlinkSync(join(root, name), join(this.path, name), 'junction')
  }

  /** Whether the tests pass; undefined when they do not end. */
  run(tests: readonly string[]): Promise<boolean | undefined> {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const child = spawn(
      process.execPath,
      [vitest, 'run', '--bail', '1', '--maxWorkers', '1', '--silent=true', ...tests],
      {
        cwd: this.path,
        stdio: 'ignore',
        detached: true,
      },
    )
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
        resolve(undefined)
      }, timeoutMs)
      child.on('exit', (code) => {
        clearTimeout(timer)
        resolve(code === 0)
      })
    })
  }

  async withMutant<T>({ file, from, to, replacement }: Mutant, work: () => Promise<T>): Promise<T> {
    const place = join(this.path, file)
    const content = readFileSync(join(root, file), 'utf8')
    writeFileSync(place, content.slice(0, from) + replacement + content.slice(to))
    try {
      return await work()
    } finally {
      writeFileSync(place, content)
    }
  }
}

/** Processes the items, one per sandbox at a time. */
async function inSandboxes<T>(
  sandboxes: readonly Sandbox[],
  items: readonly T[],
  work: (box: Sandbox, item: T) => Promise<void>,
) {
  const left = [...items]
  await Promise.all(
    sandboxes.map(async (box) => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(box, item)
    }),
  )
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const graph = importers()
  const everything = await allMutants()
  const wanted =
    values.only === undefined ? everything : everything.filter(({ file }) => file.includes(values.only ?? ''))
  const chosen = sampled(wanted, Number(values.sample), seeded(Number(values.seed)))
  const key = createHash('sha256').update(JSON.stringify(chosen)).digest('hex').slice(0, 16)
  const stateFile = join(folder, `${key}.json`)
  const state: State = existsSync(stateFile)
    ? (JSON.parse(readFileSync(stateFile, 'utf8')) as State)
    : { key, mutants: chosen, goodTests: {} }
  if (values.again) for (const mutant of state.mutants) if (mutant.status === 'survived') delete mutant.status
  const save = () => writeFileSync(stateFile, JSON.stringify(state, null, 1))
  const open = state.mutants.filter(({ status }) => status === undefined)
  console.log(
    `${wanted.length} mutants, ${chosen.length} of them in the sample (seed ${values.seed}), ${open.length} to try.`,
  )
  const sandboxes = [new Sandbox(0), new Sandbox(1)]

  const chosenTests = [...new Set(open.flatMap(({ file }) => testsOf(file, graph).slice(0, nearest + further)))]
  const untried = chosenTests.filter((test) => values.again || state.goodTests[test] === undefined)
  await inSandboxes(sandboxes, untried, async (box, test) => {
    state.goodTests[test] = (await box.run([test])) === true
    if (state.goodTests[test] === false) console.log(`fails without any mutant, left out: ${test}`)
    save()
  })

  let done = 0
  await inSandboxes(sandboxes, open, async (box, mutant) => {
    const tests = testsOf(mutant.file, graph).filter((test) => state.goodTests[test])
    mutant.status = tests.length === 0 ? 'no-test' : await box.withMutant(mutant, () => tried(box, tests))
    done += 1
    const isKilled = mutant.status === 'killed' || mutant.status === 'timeout'
    if (!isKilled)
      console.log(
        `${mutant.status}: ${mutant.file}:${mutant.line} ${mutant.mutator} → ${mutant.replacement.slice(0, 80)}`,
      )
    if (done % 20 === 0) console.log(`${done} of ${open.length}`)
    save()
  })
  const killed = state.mutants.filter(({ status }) => status === 'killed' || status === 'timeout').length
  console.log(`Score: ${killed} of ${state.mutants.length}, ${((100 * killed) / state.mutants.length).toFixed(1)} %`)
}

async function tried(box: Sandbox, tests: readonly string[]): Promise<NonNullable<Mutant['status']>> {
  for (const some of [tests.slice(0, nearest), tests.slice(nearest, nearest + further)]) {
    if (some.length === 0) continue
    const passed = await box.run(some)
    if (passed === undefined) return 'timeout'
    if (!passed) return 'killed'
  }
  return 'survived'
}

await main()
