/**
 * `npm run build [-- node | desktop]`: bundles what changed since the last build. Writes to stderr only, because
 * the stdout of `npm run engine` holds nothing but the ready line.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build as buildDesktop } from 'electron-vite'
import { build as buildNode } from 'vite'
import { isOldSqlite, oldestSqlite } from '../src/main/storage/sqlite-version.ts'
import { withLock } from './bundling/lock.ts'
import { ReadOnlyError, workUnlessDone } from './bundling/read-only.ts'
import { digestOf, isFresh, writeStamp } from './bundling/stamps.ts'

const root = join(import.meta.dirname, '..')
// Beside out/, so that source maps refer to the same paths.
const next = join(root, 'out.next')
const common = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'build/build.ts',
  'build/bundling/*.ts',
  'proto/**/*.proto',
  'src/openobd/**/*.ts',
  'src/shared/**/*.ts',
]

interface Target {
  readonly inputs: readonly string[]
  readonly entries: readonly string[]
  readonly outputs: readonly string[]
  readonly run: () => Promise<unknown>
}

const targets: Record<string, Target> = {
  node: {
    inputs: [
      ...common,
      'vite.node.config.ts',
      'src/engine/**/*',
      'src/functions/**/*',
      'src/gateway/**/*',
      'src/server/**/*',
    ],
    entries: ['src/engine/cli/cli.ts', 'src/functions/host.ts', 'src/gateway/cli/cli.ts', 'src/gateway/process.ts'],
    outputs: ['engine', 'functions', 'gateway', 'chunks', 'library-protos', 'licences/node.txt'],
    run: () => buildNode({ configFile: join(root, 'vite.node.config.ts'), logLevel: 'warn' }),
  },
  desktop: {
    inputs: [...common, 'electron.vite.config.ts', 'src/main/**/*', 'src/preload/**/*', 'src/renderer/**/*'],
    entries: ['src/main/index.ts', 'src/preload/index.ts', 'src/renderer/index.html'],
    outputs: [
      'main',
      'preload',
      'renderer',
      'renderer-manifest.json',
      'licences/main.txt',
      'licences/preload.txt',
      'licences/renderer.txt',
    ],
    run: () => buildDesktop({ configFile: join(root, 'electron.vite.config.ts'), logLevel: 'warn' }),
  },
}

function generate(): void {
  const result = spawnSync(process.execPath, [join(root, 'build/generate.ts')], { stdio: ['ignore', 2, 2] })
  if (result.status !== 0) throw new Error('Generating from proto/ failed.')
}

// A failed build leaves the last good one in place, which is replaced in one step.
function moveIntoPlace(outputs: readonly string[]): void {
  for (const output of outputs) {
    mkdirSync(join(root, 'out', output, '..'), { recursive: true })
    rmSync(join(root, 'out', output), { recursive: true, force: true })
    if (existsSync(join(next, output))) renameSync(join(next, output), join(root, 'out', output))
  }
  rmSync(next, { recursive: true, force: true })
}

const stampOf = (name: string) => join(root, 'out', `.${name}-digest`)

function isBuilt(name: string, target: Target, digest = digestOf(root, target.inputs)): boolean {
  return isFresh(stampOf(name), digest) && target.outputs.every((output) => existsSync(join(root, 'out', output)))
}

async function buildWhenStale(name: string, target: Target): Promise<void> {
  const missing = target.entries.filter((entry) => !existsSync(join(root, entry)))
  if (missing.length > 0) throw new Error(`Cannot build "${name}": ${missing.join(', ')} is missing.`)
  const digest = digestOf(root, target.inputs)
  if (isBuilt(name, target, digest)) return
  const startedAt = performance.now()
  rmSync(next, { recursive: true, force: true })
  await target.run()
  moveIntoPlace(target.outputs)
  writeStamp(stampOf(name), digest)
  process.stderr.write(`Built ${name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.\n`)
}

const wanted = process.argv.slice(2)
const names = wanted.length > 0 ? wanted : Object.keys(targets)
process.chdir(root)
process.env.WORKBENCH_BUILD_FOLDER = 'out.next'
// Bundlers print to stdout, which must hold nothing of the build.
console.log = console.info = (...values: unknown[]) => process.stderr.write(`${values.join(' ')}\n`)

async function buildAll(): Promise<void> {
  const { sqlite } = process.versions
  if (isOldSqlite(sqlite)) {
    throw new Error(
      `This Node has SQLite ${sqlite ?? 'not at all'}; the journal needs ${oldestSqlite} or later. Run npm ci.`,
    )
  }
  generate()
  for (const name of names) {
    const target = targets[name]
    if (!target) throw new Error(`There is no build target "${name}"; there are ${Object.keys(targets).join(' and ')}.`)
    await buildWhenStale(name, target)
  }
}

const areAllBuilt = () => names.every((name) => targets[name] !== undefined && isBuilt(name, targets[name]))

try {
  await workUnlessDone(root, () => withLock(join(root, '.cache/build.lock'), buildAll), areAllBuilt)
} catch (error) {
  if (!(error instanceof ReadOnlyError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
