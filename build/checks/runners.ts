import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Tally, tallyOfJunit, tallyOfPlaywright, tallyOfVitest } from './tallies.ts'

const root = join(import.meta.dirname, '../..')
const bin = (name: string) => join(root, 'node_modules/.bin', process.platform === 'win32' ? `${name}.cmd` : name)
const results = (name: string) => join(root, 'test-results', name)

/** A program of `npm test` and how its report is counted; without a report it counts as one test. */
export interface Runner {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly env?: Record<string, string>
  readonly report?: { readonly file: string; readonly read: (text: string) => Tally }
}

/**
 * Folders whose tests leave nothing behind in their process, so that many files run in one: starting a process and loading its
 * modules takes longer than most of them.
 */
const inOneProcess = ['src/openobd', 'src/shared', 'src/engine/car', 'src/engine/files', 'src/engine/faults']

/**
 * The programs of `npm test`, in order. A failed test is repeated once, because machines may be busy; one
 * that passes only then is named at the end of the run, because it still has to be repaired.
 */
export function runners(options: { readonly python: string; readonly wrapper: readonly string[] }): Runner[] {
  const junit = results('interop.xml')
  const playwright = results('e2e.json')
  const npm = process.env.npm_execpath
  const npmRun = (script: string): [string, ...string[]] =>
    npm ? [process.execPath, npm, 'run', '--silent', script] : ['npm', 'run', '--silent', script]
  const [first = bin('playwright'), ...rest] = [...options.wrapper, bin('playwright')]
  return [
    { name: 'types', command: npmRun('check:types') },
    { name: 'lint', command: npmRun('check:lint') },
    vitest('unit, many files in one process', ['--no-isolate', ...inOneProcess]),
    vitest(
      'unit and contract',
      inOneProcess.map((folder) => `--exclude=${folder}/**`),
    ),
    {
      name: 'interoperability',
      command: [
        options.python,
        '-m',
        'pytest',
        'tests/interop',
        '-q',
        '-n',
        '3',
        '--reruns',
        '1',
        `--junit-xml=${junit}`,
      ],
      env: { ENGINE_CLI: 'out/engine/cli.js' },
      report: { file: junit, read: tallyOfJunit },
    },
    {
      name: 'application',
      command: [first, ...rest, 'test', '--retries=1', '--reporter=list,json'],
      env: { PLAYWRIGHT_JSON_OUTPUT_NAME: playwright },
      report: { file: playwright, read: tallyOfPlaywright },
    },
  ]
}

function vitest(name: string, args: readonly string[]): Runner {
  const file = results(`${name.replaceAll(/\W+/g, '-')}.json`)
  const reports = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  return {
    name,
    command: [bin('vitest'), 'run', '--retry=1', ...reports, ...args],
    report: { file, read: tallyOfVitest },
  }
}

function exitCodeOf(runner: Runner): Promise<number> {
  const [program, ...args] = runner.command
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...runner.env },
      shell: program.endsWith('.cmd'),
    })
    child.once('error', (error) => {
      process.stderr.write(`${program} cannot be started: ${error.message}\n`)
      resolve(127)
    })
    child.once('close', (code) => resolve(code ?? 128))
  })
}

function readReport(runner: Runner): Tally | undefined {
  const { report } = runner
  if (!report || !existsSync(report.file)) return undefined
  try {
    return report.read(readFileSync(report.file, 'utf8'))
  } catch (error) {
    process.stderr.write(`The report of "${runner.name}" cannot be read: ${(error as Error).message}\n`)
    return undefined
  }
}

/** Counts of one run; a program that crashed, wrote no report or ran no test is one more failure. */
export function verdict(runner: Pick<Runner, 'name' | 'report'>, exitCode: number, tally: Tally | undefined): Tally {
  const own = (text: string) => `${runner.name}: ${text}`
  if (!runner.report) {
    const failures = exitCode === 0 ? [] : [own(`exit code ${exitCode}`)]
    return { passed: 1 - failures.length, failures, repeated: [] }
  }
  if (!tally) return { passed: 0, failures: [own(`no report (exit code ${exitCode})`)], repeated: [] }
  const failures = tally.failures.map(own)
  if (tally.passed + failures.length === 0) return { passed: 0, failures: [own('ran no test')], repeated: [] }
  if (exitCode !== 0 && failures.length === 0) failures.push(own(`exit code ${exitCode} although every test passed`))
  return { passed: tally.passed, failures, repeated: tally.repeated.map(own) }
}

/** Runs a program and counts its report. Never throws: errors count as failures. */
export async function runAndCount(runner: Runner): Promise<Tally> {
  if (runner.report) rmSync(runner.report.file, { force: true })
  const exitCode = await exitCodeOf(runner)
  return verdict(runner, exitCode, readReport(runner))
}
