import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { extractAll, getRawHeader, listPackage } from '@electron/asar'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { NtExecutable, NtExecutableResource, Resource } from 'resedit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { vehicleEnding } from '../../src/main/opened-file.ts'

const root = join(import.meta.dirname, '../..')
const unpacked = mkdtempSync(join(tmpdir(), 'workbench-package-'))
const macApplication = 'mac/Workbench for openOBD.app'
/** Per system: the folder with app.asar, and the file with the fuses, below dist/. */
const systems = {
  linux: { resources: 'linux-unpacked/resources', program: 'linux-unpacked/openobd-workbench' },
  win: { resources: 'win-unpacked/resources', program: 'win-unpacked/openobd-workbench.exe' },
  mac: { resources: `${macApplication}/Contents/Resources`, program: macApplication },
} as const
type System = keyof typeof systems
const all = Object.keys(systems) as System[]
const dist = (...path: string[]) => join(root, 'dist', ...path)
const archiveOf = (system: System) => dist(systems[system].resources, 'app.asar')
const filesOf = (archive: string) =>
  listPackage(archive, { isPack: false })
    .map((path) => path.replaceAll('\\', '/').slice(1))
    .filter((path) => !('files' in entryOf(archive, path)))
const headerOf = (archive: string) => getRawHeader(archive) as unknown as { headerString: string; header: Entry }
interface Entry {
  readonly files?: Record<string, Entry>
}
const entryOf = (archive: string, path: string): Entry =>
  path.split('/').reduce<Entry>((at, name) => at.files?.[name] ?? {}, headerOf(archive).header)

/** Written out, so that an error in electron-builder.yml is noticed. A new program of its own needs a line. */
const bundles = [
  'LICENSE',
  'package.json',
  'out/engine/cli.js',
  'out/functions/host.js',
  'out/gateway/cli.js',
  'out/gateway/process.js',
  'out/library-protos/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto',
  'out/library-protos/@grpc/reflection/build/proto/grpc/reflection/v1alpha/reflection.proto',
  'out/library-protos/grpc-health-check/proto/health/v1/health.proto',
  'out/licences/main.txt',
  'out/licences/node.txt',
  'out/licences/preload.txt',
  'out/licences/renderer.txt',
  'out/main/index.js',
  'out/main/journal-worker.js',
  'out/preload/index.cjs',
  'out/renderer-manifest.json',
  'out/renderer/index.html',
  'out/updates.json',
]
/** Chunks and assets of the page: their names and number are the bundler's business, their place is not. */
const chunk = /^out\/((?:main|chunks)\/[\w-]+-[\w-]{8}\.js|renderer\/assets\/[\w-]+-[\w-]{8}\.(js|css|woff2|png))$/

// A stand-in distribution is made on Linux without Electron's binary; the release workflow looks at the real packages.
const isPackable = process.platform === 'linux' && !existsSync(join(root, 'node_modules/electron/dist/version'))

describe.runIf(isPackable)('the packed application', () => {
  let printed = ''

  beforeAll(() => {
    const environment = { ...process.env, WORKBENCH_UPDATE_FEED: '', WORKBENCH_UPDATE_PUBLIC_KEY: '', CSC_LINK: '' }
    const options = { cwd: root, encoding: 'utf8', env: environment } as const
    const result = spawnSync(process.execPath, ['build/package.ts'], options)
    printed = result.stdout + result.stderr
    expect(result.status, printed).toBe(0)
    extractAll(archiveOf('linux'), unpacked)
  }, 240_000)
  afterAll(() => rmSync(unpacked, { recursive: true, force: true }))

  // @proves Delivery: The package holds what is needed and nothing else, and runs
  it.each(all)('holds exactly the expected files (%s)', (system) => {
    const data = ['proto/openobd/v1', 'proto/workbench/v1', 'vehicles', 'workshops', 'scenarios'].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => /\.(proto|ya?ml|json)$/.test(name))
        .map((name) => `${folder}/${name}`),
    )
    const found = filesOf(archiveOf(system))
    expect(found.filter((path) => !chunk.test(path)).sort()).toEqual([...bundles, ...data].sort())
    expect(found.filter((path) => /^out\/main\/backend-/.test(path))).toHaveLength(1)
  })

  it.each(all)('is at most 8 MB beside Electron (%s)', (system) => {
    expect(statSync(archiveOf(system)).size).toBeLessThan(8_000_000)
  })

  // @proves Delivery: Licence texts of bundled packages ship, and audits see what ships
  it('imports nothing that is not inside of it', () => {
    const scripts = filesOf(archiveOf('linux')).filter((path) => /^out\/(?!renderer).*\.c?js$/.test(path))
    const foreign = scripts.flatMap((path) => {
      const text = readFileSync(join(unpacked, path), 'utf8')
      const statements = text.matchAll(
        /^(?:import|export)\b[^'"\n;]*?from\s*["']([^"']+)["']|^import\s*["']([^"']+)["']/gm,
      )
      return [...statements]
        .map(([, from, bare]) => from ?? bare ?? '')
        .filter((name) => !name.startsWith('.') && name !== 'electron' && !isBuiltin(name))
    })
    expect(scripts.length).toBeGreaterThan(5)
    expect(foreign).toEqual([])
  })

  it('carries an engine that starts where no node_modules are', async () => {
    const engine = spawn(
      process.execPath,
      [join(unpacked, 'out/engine/cli.js'), '--port', '0', '--until-stdin-closes'],
      { stdio: 'pipe' },
    )
    const [line] = await once(createInterface({ input: engine.stdout }), 'line')
    expect(JSON.parse(String(line))).toMatchObject({ event: 'ready', host: '127.0.0.1' })
    engine.stdin.end()
    const [exitCode] = await once(engine, 'exit')
    expect(exitCode).toBe(0)
  })

  // @proves Security: A40 every fuse of the packed program is set as decided
  // @proves Security: A30 file: is refused in the page, and its privileges are off
  it.each(all)('has every fuse of its binary set as decided (%s)', async (system) => {
    const wire = await getCurrentFuseWire(dist(systems[system].program))
    const { ENABLE, DISABLE } = FuseState
    const decided = {
      [FuseV1Options.RunAsNode]: DISABLE,
      [FuseV1Options.EnableCookieEncryption]: ENABLE,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: DISABLE,
      [FuseV1Options.EnableNodeCliInspectArguments]: DISABLE,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: ENABLE,
      [FuseV1Options.OnlyLoadAppFromAsar]: ENABLE,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: DISABLE,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: DISABLE,
      [FuseV1Options.WasmTrapHandlers]: ENABLE,
    }
    const { version: _version, ...states } = wire
    expect(states).toEqual(decided)
  })

  it.each(all)('brings the languages of the application and no others (%s)', (system) => {
    const folder = { linux: 'linux-unpacked/locales', win: 'win-unpacked/locales', mac: systems.mac.resources }[system]
    const languages = readdirSync(dist(folder)).filter((name) => /\.(pak|lproj)$/.test(name))
    const end = system === 'mac' ? 'lproj' : 'pak'
    const english = system === 'mac' ? 'en' : 'en-US'
    expect(languages.sort()).toEqual(['de', english, 'fr', 'nl'].map((name) => `${name}.${end}`))
  })

  // @proves Security: A71 Windows packages always name their publisher
  it.each(all)('names the publisher whose signature an update needs (%s)', (system) => {
    const configuration = parse(readFileSync(dist(systems[system].resources, 'app-update.yml'), 'utf8'))
    expect(configuration).toEqual({
      provider: 'generic',
      url: 'https://updates.invalid/',
      publisherName: ['The Workbench for openOBD authors'],
      updaterCacheDirName: 'openobd-workbench-updater',
    })
  })

  it('takes no updates when it was packed without a feed and a key, and says so', () => {
    expect(JSON.parse(readFileSync(join(unpacked, 'out/updates.json'), 'utf8'))).toEqual({
      feed: null,
      publicKey: null,
    })
    expect(printed).toContain('This package takes no updates.')
    expect(printed).toContain('Windows installers are not signed')
  })

  // @proves Security: A44 the digest of app.asar is inside the program (Windows, macOS)
  it('carries the digest of its archive where Electron checks it', () => {
    const digestOf = (archive: string) => createHash('sha256').update(headerOf(archive).headerString).digest('hex')
    const exe = NtExecutableResource.from(NtExecutable.from(readFileSync(dist(systems.win.program))))
    const integrity = exe.entries.find(({ type, id }) => type === 'INTEGRITY' && id === 'ELECTRONASAR')
    expect(JSON.parse(Buffer.from(integrity?.bin ?? new ArrayBuffer(0)).toString())).toEqual([
      { file: 'resources\\app.asar', alg: 'SHA256', value: digestOf(archiveOf('win')) },
    ])
    const list = readFileSync(dist(macApplication, 'Contents/Info.plist'), 'utf8')
    const [, inPlist] =
      /<key>ElectronAsarIntegrity<\/key>\s*<dict>\s*<key>Resources\/app\.asar<\/key>\s*<dict>[\s\S]*?<key>hash<\/key>\s*<string>(\w+)<\/string>/.exec(
        list,
      ) ?? []
    expect(inPlist).toBe(digestOf(archiveOf('mac')))
    // The digest covers each byte of each file: the header holds their hashes, and one changed byte changes it.
    const index = entryOf(archiveOf('linux'), 'out/main/index.js') as { integrity?: { hash: string } }
    const bytes = readFileSync(join(unpacked, 'out/main/index.js'))
    expect(index.integrity?.hash).toBe(createHash('sha256').update(bytes).digest('hex'))
  })

  // @proves Security: A48 two builds of one commit give the same archive
  it('packs the same bundles into the same archive', () => {
    const digests = all.map((system) =>
      createHash('sha256')
        .update(readFileSync(archiveOf(system)))
        .digest('hex'),
    )
    expect(new Set(digests).size).toBe(1)
  })

  it('describes itself on Windows and asks for no administrator rights', () => {
    const exe = NtExecutableResource.from(NtExecutable.from(readFileSync(dist(systems.win.program))))
    const [version] = Resource.VersionInfo.fromEntries(exe.entries)
    const language = version?.getAllLanguagesForStringValues()[0] ?? { lang: 0, codepage: 0 }
    expect(version?.getStringValues(language)).toMatchObject({ ProductName: 'Workbench for openOBD' })
    expect(Resource.IconGroupEntry.fromEntries(exe.entries)).toHaveLength(1)
  })

  it('is a macOS application of its own name, for macOS 13 and later', () => {
    const list = readFileSync(dist(macApplication, 'Contents/Info.plist'), 'utf8')
    const value = (key: string) => new RegExp(`<key>${key}</key>\\s*<string>([^<]*)</string>`).exec(list)?.[1]
    expect(value('CFBundleIdentifier')).toBe('org.openobd-workbench.desktop')
    expect(value('LSMinimumSystemVersion')).toBe('13.0')
    expect(existsSync(dist(macApplication, 'Contents/Frameworks'))).toBe(true)
  })

  // @proves Security: A02 sandbox before ready, nothing switches it off
  it('names no way around the sandbox, except to refuse it', () => {
    const texts = [readFileSync(join(root, 'electron-builder.yml'), 'utf8')]
    const scripts = filesOf(archiveOf('linux')).filter((file) => /^out\/(main|preload)\/.*\.c?js$/.test(file))
    for (const path of scripts) texts.push(readFileSync(join(unpacked, path), 'utf8'))
    const uses = texts.flatMap((text) => text.match(/.{0,40}no-sandbox/g) ?? [])
    expect(uses.filter((use) => !use.includes('hasSwitch('))).toEqual([])
  })

  it('opens vehicle files', () => {
    const list = readFileSync(dist(macApplication, 'Contents/Info.plist'), 'utf8')
    expect(list).toMatch(/<key>CFBundleTypeExtensions<\/key>\s*<array>\s*<string>obdcar<\/string>/)
    const { fileAssociations } = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8'))
    expect(fileAssociations).toMatchObject([{ ext: vehicleEnding.slice(1), mimeType: 'application/x-openobd-vehicle' }])
  })

  it('has an icon of its own for each system', () => {
    for (const icon of ['icon.ico', 'icon.icns', 'png/512x512.png'])
      expect(existsSync(join(root, 'build/icon', icon))).toBe(true)
  })
})

describe('the configuration of the installers', () => {
  const configuration = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8'))
  const targetsOf = (system: System) =>
    configuration[system].target.map(({ target, arch }: { target: string; arch: string[] }) => [target, ...arch])

  it('makes each kind of installer for both processors', () => {
    expect(targetsOf('linux')).toEqual(['AppImage', 'deb', 'rpm'].map((kind) => [kind, 'x64', 'arm64']))
    expect(targetsOf('win')).toEqual([['nsis', 'x64', 'arm64']])
    expect(targetsOf('mac')).toEqual(['dmg', 'zip'].map((kind) => [kind, 'x64', 'arm64']))
  })

  it('installs on Windows for one person without administrator rights, or for all, and keeps the profile', () => {
    expect(configuration.nsis).toMatchObject({
      oneClick: false,
      perMachine: false,
      selectPerMachineByDefault: false,
      allowElevation: true,
      deleteAppDataOnUninstall: false,
    })
    expect(configuration.win.requestedExecutionLevel).toBe('asInvoker')
  })

  it('hardens the macOS application, which may compile and nothing else', () => {
    const { hardenedRuntime, notarize, entitlements, entitlementsInherit } = configuration.mac
    expect({ hardenedRuntime, notarize }).toEqual({ hardenedRuntime: true, notarize: true })
    expect(entitlementsInherit).toBe(entitlements)
    const keys = [...readFileSync(join(root, entitlements), 'utf8').matchAll(/<key>([^<]+)<\/key>\s*<(true|false)\/>/g)]
    expect(keys.map(([, key, value]) => [key, value])).toEqual([['com.apple.security.cs.allow-jit', 'true']])
  })

  it('decides every fuse that electron-builder knows', () => {
    const schema = JSON.parse(readFileSync(join(root, 'node_modules/app-builder-lib/scheme.json'), 'utf8'))
    const known = Object.keys(schema.definitions.FuseOptionsV1.properties)
    const decided = Object.keys(configuration.electronFuses)
    // It signs after the fuses are set, so nothing has to be reset.
    expect(decided.sort()).toEqual(known.filter((name) => name !== 'resetAdHocDarwinSignature').sort())
  })

  it('takes the AppImage tools that leave the sandbox on', () => {
    expect(configuration.toolsets.appimage).toMatch(/^[1-9]/)
  })
})
