import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Imports } from './imports.ts'
import type { Reached } from './reach.ts'
import { digest } from './score.ts'
import { endsWithThis, stopGroup } from './tester.ts'

/** One test file and the names of the mutants that it reaches. */
export interface TestFile {
  readonly path: string
  /** Mutants reached outside of any test, e.g. while the file is loaded. */
  readonly reached: ReadonlySet<string>
  readonly tests: readonly { readonly id: string; readonly ms: number; readonly reached: ReadonlySet<string> }[]
}

/** Places and settings of a reading. */
export interface ReadingOptions {
  readonly root: string
  /** The copy of the repository that holds the mutants. */
  readonly sandbox: string
  /** Where the readings are kept. */
  readonly folder: string
  readonly workers: string
  /** Source and test files, relative to `root`. */
  readonly files: readonly string[]
}

/** What was read: the test files that pass, and why the others do not. */
export interface Reading {
  readonly tests: readonly TestFile[]
  readonly candidates: readonly string[]
  readonly failures: ReadonlyMap<string, string>
}

interface Kept {
  /** Digest of the test file and everything it imports. */
  readonly source: string
  /** Digest of the names of the mutants that were there. */
  readonly mutants: string
  readonly found: Reached
}

/**
 * Not read: `named-causes.test.ts` makes three hundred connections (`each-cause.test.ts` beside it makes one of each kind), and the
 * others search the texts of the sources, which the mutants have changed.
 */
const notRead = /named-causes\.test\.ts$|main\/static-rules\.test\.ts$|openobd\/boundaries\.test\.ts$/

/** Fewer at once would spend more time on starting Vitest. */
const filesAtOnce = 40

/** For the second try of a test file: it does not fail because the machine is busy. */
const patienceMs = 60_000
const patience = [
  ...['--testTimeout', '--hookTimeout'].map((name) => `${name}=${3 * patienceMs}`),
  `--expect.poll.timeout=${patienceMs}`,
]

/**
 * Runs the tests that could reach one of the mutants once, without switching any on. `switches`: the number of each mutant by name.
 * A test file that was read with the same mutants, and has not changed since, is not run again; one that fails gets a second try,
 * with more time. What was read is written down after every few files, so that a stopped run continues.
 */
export async function readTests(options: ReadingOptions, switches: ReadonlyMap<string, string>, mutated: string[]) {
  const { root, folder, files } = options
  const imports = new Imports(root, files)
  const candidates = [...imports.thatReach(mutated)].filter((file) => /\.test\.tsx?$/.test(file) && !notRead.test(file))
  const sources = new Map(candidates.map((file) => [file, sourceOf(imports, file)]))
  const mutants = digest([...switches.keys()].sort().join('\n'))
  const file = join(folder, 'reading.json')
  const kept = new Map(
    Object.entries(existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Kept>) : {}),
  )
  const isKnown = (path: string) => {
    const known = kept.get(path)
    return known?.mutants === mutants && known.source === sources.get(path)
  }
  const nameOf = new Map([...switches].map(([name, id]) => [id, name]))
  const failures = new Map<string, string>()
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const wanted = candidates.filter((path) => !isKnown(path))
    if (wanted.length === 0) break
    failures.clear()
    for (const part of inParts(wanted)) {
      const { found, failed } = await run(options, part, attempt > 0)
      for (const [path, why] of failed) failures.set(path, why)
      for (const one of found) {
        const path = pathInSandbox(one.path)
        if (!failed.has(path)) kept.set(path, { source: sources.get(path) ?? '', mutants, found: named(one, nameOf) })
      }
      writeFileSync(file, JSON.stringify(Object.fromEntries(kept)))
    }
  }
  const tests = candidates
    .filter(isKnown)
    .flatMap((path) => kept.get(path) ?? [])
    .map(({ found }) => asTestFile(found))
  return { tests, candidates, failures } satisfies Reading
}

const inParts = (files: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(files.length / filesAtOnce) }, (_, part) =>
    files.slice(part * filesAtOnce, (part + 1) * filesAtOnce),
  )

/** A test file with all that it imports: what it reaches is the same as long as this is. */
const sourceOf = (imports: Imports, file: string): string =>
  digest(
    [...imports.reachedBy(file)]
      .sort()
      .map((one) => imports.textOf(one) ?? '')
      .join('\n'),
  )

function named(found: Reached, nameOf: ReadonlyMap<string, string>): Reached {
  const names = (ids: readonly string[]) => ids.flatMap((id) => nameOf.get(id) ?? [])
  const tests = found.tests.map((test) => ({ ...test, reached: names(test.reached) }))
  return { ...found, reached: names(found.reached), tests }
}

const asTestFile = ({ path, reached, tests }: Reached): TestFile => ({
  path: pathInSandbox(path),
  reached: new Set(reached),
  tests: tests.map((test) => ({ ...test, reached: new Set(test.reached) })),
})

const pathInSandbox = (path: string) => path.replaceAll('\\', '/').replace(/^.*\/sandbox\//, '')

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message?: string
    readonly assertionResults: readonly { readonly fullName: string; readonly failureMessages?: readonly string[] }[]
  }[]
}

/** Runs test files without any mutant: what each reaches, and why those that failed did. */
async function run({ root, sandbox, folder, workers }: ReadingOptions, files: readonly string[], isPatient: boolean) {
  const report = join(folder, 'report.json')
  const reached = join(folder, 'reached')
  for (const path of [report, reached]) rmSync(path, { recursive: true, force: true })
  mkdirSync(reached, { recursive: true })
  const program = join(root, 'node_modules/vitest/vitest.mjs')
  const output = ['--silent=true', '--reporter=json', `--outputFile=${report}`, `--maxWorkers=${workers}`]
  const limits = isPatient ? patience : []
  const child = spawn(process.execPath, [program, 'run', ...output, ...limits, ...files], {
    cwd: sandbox,
    env: {
      ...process.env,
      REACHED_MUTANTS: reached,
      ...(isPatient && { WORKBENCH_TEST_PATIENCE_MS: `${patienceMs}` }),
    },
    stdio: 'ignore',
    detached: true,
  })
  endsWithThis(child)
  await once(child, 'exit')
  stopGroup(child)
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  const failed = new Map(files.map((path) => [path, 'it did not run']))
  for (const result of testResults)
    if (result.status === 'passed') failed.delete(pathInSandbox(result.name))
    else failed.set(pathInSandbox(result.name), reasonOf(result))
  const found = readdirSync(reached).map((name) => JSON.parse(readFileSync(join(reached, name), 'utf8')) as Reached)
  return { found, failed }
}

/** The first test that failed and the first line of its failure. */
function reasonOf({ message = '', assertionResults }: Report['testResults'][number]): string {
  const [first] = assertionResults.filter(({ failureMessages = [] }) => failureMessages.length > 0)
  const text = first?.failureMessages?.[0] ?? message
  return `${first ? `${first.fullName}: ` : ''}${text.split('\n')[0]}`
}
