/**
 * `node build/release/installed.ts <installer>`: installs a package of this system without questions, starts the installed
 * application (`--demo`), removes it, and checks that nothing of it is left but the profile. For machines that may be changed.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'

const [installer = ''] = process.argv.slice(2).map((path) => resolve(path))
if (!existsSync(installer)) throw new Error('Name an installer that exists.')

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): void {
  process.stdout.write(`> ${program} ${args.join(' ')}\n`)
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', env, timeout: 300_000 })
  if (error || status !== 0) throw new Error(`${program} failed: ${error?.message ?? `exit code ${status}`}`)
}

/** Starts the application, which does a job on its simulator and ends with 0. Without a display it gets a virtual one. */
function demonstrate(program: string): void {
  const isHeadless = process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY
  if (isHeadless) run('xvfb-run', ['-a', program, '--demo'])
  else run(program, ['--demo'])
}

interface Way {
  readonly install: () => void
  readonly program: string
  readonly remove: () => void
  /** Places where nothing may be left. */
  readonly places: readonly string[]
}

const name = 'Workbench for openOBD'
const desktop = '/usr/share/applications/openobd-workbench.desktop'

function linuxPackage(install: string[], remove: string[]): Way {
  return {
    install: () => run('sudo', install),
    program: `/opt/${name}/openobd-workbench`,
    remove: () => run('sudo', remove),
    places: [`/opt/${name}`, desktop, '/usr/bin/openobd-workbench'],
  }
}

function windows(): Way {
  const folder = join(process.env.LOCALAPPDATA ?? '', 'Programs', 'openobd-workbench')
  return {
    install: () => run(installer, ['/S', '/currentuser']),
    program: join(folder, 'openobd-workbench.exe'),
    remove: () => {
      const uninstaller = readdirSync(folder).find((file) => /^Uninstall .*\.exe$/.test(file)) ?? ''
      // `_?=` keeps it from copying itself away, so that its end can be waited for; it then cannot remove itself.
      run(join(folder, uninstaller), ['/S', `_?=${folder}`])
      rmSync(join(folder, uninstaller), { force: true })
      if (readdirSync(folder).length === 0) rmSync(folder, { recursive: true })
    },
    places: [folder, join(process.env.APPDATA ?? '', 'Microsoft/Windows/Start Menu/Programs', `${name}.lnk`)],
  }
}

function macImage(): Way {
  const volume = mkdtempSync(join(tmpdir(), 'workbench-image-'))
  const target = join(homedir(), 'Applications', `${name}.app`)
  return {
    install: () => {
      run('hdiutil', ['attach', installer, '-nobrowse', '-mountpoint', volume])
      run('mkdir', ['-p', join(homedir(), 'Applications')])
      run('cp', ['-R', join(volume, `${name}.app`), target])
      run('hdiutil', ['detach', volume])
    },
    program: join(target, 'Contents/MacOS', name),
    remove: () => rmSync(target, { recursive: true }),
    places: [target],
  }
}

const ways: Record<string, () => Way> = {
  '.deb': () => linuxPackage(['apt-get', 'install', '-y', installer], ['apt-get', 'remove', '-y', 'openobd-workbench']),
  '.rpm': () => linuxPackage(['dnf', 'install', '-y', installer], ['dnf', 'remove', '-y', 'openobd-workbench']),
  '.AppImage': () => ({
    install: () => chmodSync(installer, 0o755),
    program: installer,
    remove: () => undefined,
    places: [],
  }),
  '.exe': windows,
  '.dmg': macImage,
}

const way = ways[extname(installer)]?.()
if (!way) throw new Error(`There is no way to install ${extname(installer)} here.`)
way.install()
demonstrate(way.program)
way.remove()
const left = way.places.filter((place) => existsSync(place))
if (left.length > 0) throw new Error(`Left behind: ${left.join(', ')}`)
process.stdout.write('Installed, started, removed; nothing is left but the profile.\n')
