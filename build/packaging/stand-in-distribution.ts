import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NtExecutable, NtExecutableResource, Resource } from 'resedit'

// Fuse wire of @electron/fuses: this text, the version, the number of fuses, then one byte each.
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const numberOfFuses = 9
const fuseWire = Buffer.concat([
  Buffer.from(sentinel),
  Buffer.from([1, numberOfFuses]),
  Buffer.alloc(numberOfFuses, '1'),
])
const languages = ['en-US', 'de', 'nl', 'fr', 'ja']
const notes = ['LICENSE', 'LICENSES.chromium.html']

/** A system that electron-builder packs for. */
export type PackedSystem = 'linux' | 'win' | 'mac'

/**
 * Makes a folder that electron-builder accepts as an unpacked Electron distribution of a system. Its program cannot run; it
 * contains a fuse wire with every fuse on and what else electron-builder edits, so that the packing can be read back. Returns the
 * folder.
 */
export function makeStandInDistribution(system: PackedSystem, folder: string): string {
  rmSync(folder, { recursive: true, force: true })
  const put = (path: string, content: string | Buffer, mode = 0o644) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content, { mode })
  }
  if (system === 'mac') {
    putMacApplication(folder, put)
    return folder
  }
  mkdirSync(join(folder, 'resources'), { recursive: true })
  for (const language of languages) put(`locales/${language}.pak`, '')
  for (const name of notes) put(name, '')
  put('version', '0.0.0')
  if (system === 'win') put('electron.exe', windowsProgram())
  else put('electron', unixProgram(), 0o755)
  return folder
}

function unixProgram(): Buffer {
  const script = '#!/bin/sh\necho "This package was made without Electron\'s binary." >&2\nexit 1\n'
  return Buffer.concat([Buffer.from(script), fuseWire])
}

function windowsProgram(): Buffer {
  const program = NtExecutable.createEmpty(false, false)
  const resources = NtExecutableResource.from(program)
  const version = Resource.VersionInfo.createEmpty()
  version.setStringValues({ lang: 1033, codepage: 1200 }, { ProductName: 'Electron', FileDescription: 'Electron' })
  version.outputToResourceEntries(resources.entries)
  resources.outputResource(program)
  program.setExtraData(new Uint8Array(fuseWire).buffer)
  return Buffer.from(program.generate())
}

function putMacApplication(folder: string, put: (path: string, content: string | Buffer, mode?: number) => void): void {
  const contents = 'Electron.app/Contents'
  const framework = `${contents}/Frameworks/Electron Framework.framework`
  put(`${contents}/Info.plist`, propertyList('Electron'))
  put(`${contents}/MacOS/Electron`, unixProgram(), 0o755)
  put(`${framework}/Versions/A/Electron Framework`, fuseWire, 0o755)
  symlinkSync('Versions/A/Electron Framework', join(folder, framework, 'Electron Framework'))
  for (const language of languages) {
    put(`${contents}/Resources/${language.replace('-US', '')}.lproj/.keep`, '')
    put(`${framework}/Versions/A/Resources/${language.replace('-US', '')}.lproj/locale.pak`, '')
  }
  for (const kind of ['', ' (GPU)', ' (Plugin)', ' (Renderer)']) {
    const name = `Electron Helper${kind}`
    put(`${contents}/Frameworks/${name}.app/Contents/Info.plist`, propertyList(name))
    put(`${contents}/Frameworks/${name}.app/Contents/MacOS/${name}`, unixProgram(), 0o755)
  }
  for (const name of notes) put(name, '')
}

const propertyList = (name: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>CFBundleExecutable</key><string>${name}</string>
<key>CFBundleIconFile</key><string>electron.icns</string>
<key>CFBundleIdentifier</key><string>com.github.Electron</string>
<key>CFBundleName</key><string>${name}</string>
<key>CFBundlePackageType</key><string>APPL</string>
</dict></plist>
`
