import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { extractAll, listPackage } from '@electron/asar'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fuses } from './fuses.mjs'

const root = join(import.meta.dirname, '../..')
const packed = join(root, 'dist/linux-unpacked')
const archive = join(packed, 'resources/app.asar')
const unpacked = mkdtempSync(join(tmpdir(), 'workbench-package-'))

describe.runIf(process.platform === 'linux')('the packed application', () => {
  let files: string[] = []

  beforeAll(() => {
    const result = spawnSync(process.execPath, ['build/package.ts'], { cwd: root, encoding: 'utf8' })
    expect(result.status, result.stdout + result.stderr).toBe(0)
    files = listPackage(archive, { isPack: false }).map((path) => path.replaceAll('\\', '/'))
    extractAll(archive, unpacked)
  }, 180_000)
  afterAll(() => rmSync(unpacked, { recursive: true, force: true }))

  it.each([
    '/package.json',
    '/LICENSE',
    '/out/main/index.js',
    '/out/preload/index.cjs',
    '/out/renderer/index.html',
    '/out/renderer-manifest.json',
    '/out/engine/cli.js',
    '/out/functions/host.js',
    '/out/licences/main.txt',
    '/out/licences/node.txt',
    '/out/licences/renderer.txt',
    '/workshops/default.yaml',
    '/vehicles/vehicle.schema.json',
    '/scenarios/scenario.schema.json',
    '/proto/workbench/v1/viewer.proto',
  ])('holds %s', (path) => {
    expect(files).toContain(path)
  })

  it('holds every proto, vehicle, workshop and scenario of the project', () => {
    for (const folder of ['proto/openobd/v1', 'proto/workbench/v1', 'vehicles', 'workshops', 'scenarios']) {
      const names = readdirSync(join(root, folder)).filter((name) => /\.(proto|ya?ml|json)$/.test(name))
      for (const name of names) expect(files).toContain(`/${folder}/${name}`)
    }
  })

  // @proves Delivery: The package holds what is needed and nothing else, and runs
  it('holds nothing from tests, sources or development tools', () => {
    const known = /^\/(package\.json|LICENSE|out|proto|workshops|vehicles|scenarios)(\/|$)/
    expect(files.filter((path) => !known.test(path))).toEqual([])
    expect(
      files.filter((path) => /node_modules|\.test\.|\.map$|\.tsx?$|README|stand-in|playwright/i.test(path)),
    ).toEqual([])
  })

  // @proves Delivery: Licence texts of bundled packages ship, and audits see what ships
  it('imports nothing that is not inside of it', () => {
    const scripts = files.filter((path) => /^\/out\/(?!renderer).*\.c?js$/.test(path))
    const foreign = scripts.flatMap((path) => {
      const text = readFileSync(join(unpacked, path), 'utf8')
      const statements = text.matchAll(
        /^(?:import|export)\b[^'"\n;]*?from\s*["']([^"']+)["']|^import\s*["']([^"']+)["']/gm,
      )
      return [...statements]
        .map(([, from, bare]) => from ?? bare ?? '')
        .filter((name) => !name.startsWith('.') && name !== 'electron' && !isBuiltin(name))
    })
    expect(foreign).toEqual([])
  })

  it('carries an engine that starts where no node_modules are', async () => {
    const engine = spawn(
      process.execPath,
      [join(unpacked, 'out/engine/cli.js'), '--port', '0', '--until-stdin-closes'],
      {
        stdio: 'pipe',
      },
    )
    const [line] = await once(createInterface({ input: engine.stdout }), 'line')
    expect(JSON.parse(String(line))).toMatchObject({ event: 'ready', host: '127.0.0.1' })
    engine.stdin.end()
    const [exitCode] = await once(engine, 'exit')
    expect(exitCode).toBe(0)
  })

  it('has every fuse of its binary set as decided', async () => {
    const wire = await getCurrentFuseWire(join(packed, 'openobd-workbench'))
    const { ENABLE, DISABLE } = FuseState
    // Written out, so that an error in fuses.mjs is noticed.
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
    expect(wire).toMatchObject(decided)
    const { version: _version, strictlyRequireAllFuses, ...all } = fuses({ inspectable: false })
    expect(strictlyRequireAllFuses).toBe(true)
    expect(Object.keys(all).sort()).toEqual(Object.keys(decided).sort())
  })

  it('brings the languages of the application and no others', () => {
    expect(readdirSync(join(packed, 'locales')).sort()).toEqual(['de.pak', 'en-US.pak', 'fr.pak', 'nl.pak'])
  })

  // @proves Security: A02 sandbox before ready, nothing switches it off
  it('names no way around the sandbox', () => {
    const texts = [readFileSync(join(root, 'electron-builder.yml'), 'utf8')]
    for (const path of files.filter((file) => /^\/out\/(main|preload)\//.test(file) && /\.c?js$/.test(file))) {
      texts.push(readFileSync(join(unpacked, path), 'utf8'))
    }
    expect(texts.filter((text) => text.includes('no-sandbox'))).toEqual([])
  })

  it('has an icon of its own for each system', () => {
    for (const icon of ['icon.ico', 'icon.icns', 'png/512x512.png'])
      expect(existsSync(join(root, 'build/icon', icon))).toBe(true)
  })
})
