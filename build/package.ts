/**
 * `npm run package [-- electron-builder arguments]`: packs the build. Without arguments it makes directory builds: where
 * Electron's binary is installed, of this system; elsewhere of Linux, Windows and macOS around a stand-in distribution, which
 * proves the packing and cannot run. `--inspectable` makes the build under test, which Playwright can drive.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { packConfiguration } from './packaging/configuration.ts'
import { electronSupport } from './packaging/electron-support.ts'
import { readReleaseEnvironment } from './packaging/release-environment.ts'
import { makeStandInDistribution, type PackedSystem } from './packaging/stand-in-distribution.ts'

const root = join(import.meta.dirname, '..')
const given = process.argv.slice(2)
const isInspectable = given.includes('--inspectable')
const args = given.filter((arg) => arg !== '--inspectable')
const release = readReleaseEnvironment(process.env)

function runNode(script: string, ...rest: string[]): void {
  const result = spawnSync(process.execPath, [join(root, script), ...rest], { cwd: root, stdio: 'inherit' })
  if (result.status !== 0) process.exit(result.status ?? 1)
}

const electronVersion = (): string =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.electron

function pack(wanted: readonly string[], electronDist?: string): void {
  const file = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8'))
  const configuration = join(root, '.cache/electron-builder.json')
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(configuration, JSON.stringify(packConfiguration(file, { release, isInspectable, electronDist })))
  runNode('node_modules/electron-builder/cli.js', '--publish', 'never', '--config', configuration, ...wanted)
}

function packStandIns(): void {
  process.stdout.write('There is no Electron binary: packing around stand-in distributions, to look at, not to run.\n')
  for (const system of ['linux', 'win', 'mac'] satisfies PackedSystem[]) {
    const distribution = makeStandInDistribution(system, join(root, '.cache/stand-in-distribution', system))
    pack([`--${system}`, '--dir', '--x64'], distribution)
  }
}

const { kind, text } = electronSupport(electronVersion(), new Date())
if (kind !== 'good') process.stdout.write(`${text}\n`)
if (kind === 'error' && release.feed !== undefined) process.exit(1)
for (const note of release.notes) process.stdout.write(`${note}\n`)
runNode('build/build.ts')
// Read by the packed application only; inside the archive, so that its integrity covers the key.
const updates = { feed: release.feed ?? null, publicKey: release.updateKey ?? null }
writeFileSync(join(root, 'out/updates.json'), `${JSON.stringify(updates)}\n`)
const hasElectron = existsSync(join(root, 'node_modules/electron/dist/version'))
if (args.length > 0) pack(args)
else if (hasElectron) pack(['--dir'])
else packStandIns()
