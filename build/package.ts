/**
 * `npm run package [-- electron-builder arguments]`: packs the build. Without arguments it makes the directory build
 * of this system; without Electron's binary, around a stand-in distribution that proves the packing and cannot run.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { makeStandInDistribution } from './packaging/stand-in-distribution.ts'

const root = join(import.meta.dirname, '..')
const args = process.argv.slice(2)

function runNode(script: string, ...rest: string[]): void {
  const result = spawnSync(process.execPath, [join(root, script), ...rest], { cwd: root, stdio: 'inherit' })
  if (result.status !== 0) process.exit(result.status ?? 1)
}

function electronDistribution(): string[] {
  if (existsSync(join(root, 'node_modules/electron/dist/version'))) return []
  if (process.platform !== 'linux' || args.length > 0) return []
  process.stdout.write('There is no Electron binary: packing around a stand-in distribution, to look at, not to run.\n')
  return [`-c.electronDist=${makeStandInDistribution(join(root, '.cache/stand-in-distribution'))}`]
}

runNode('build/build.ts')
const wanted = args.length > 0 ? args : ['--dir']
runNode('node_modules/electron-builder/cli.js', '--publish', 'never', ...wanted, ...electronDistribution())
