import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Fuse wire of @electron/fuses: this text, the version, the number of fuses, then one byte each.
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const numberOfFuses = 9

/**
 * Makes a folder that electron-builder accepts as an unpacked Electron distribution. Its binary only prints that it is none; it
 * contains a fuse wire with every fuse on, so that the hook which sets them can be tested. Returns the folder.
 */
export function makeStandInDistribution(folder: string): string {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'resources'), { recursive: true })
  mkdirSync(join(folder, 'locales'))
  for (const language of ['en-US', 'de', 'nl', 'fr', 'ja'])
    writeFileSync(join(folder, 'locales', `${language}.pak`), '')
  const wire = Buffer.concat([Buffer.from(sentinel), Buffer.from([1, numberOfFuses]), Buffer.alloc(numberOfFuses, '1')])
  const script = '#!/bin/sh\necho "This package was made without Electron\'s binary." >&2\nexit 1\n'
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.from(script), wire]), { mode: 0o755 })
  writeFileSync(join(folder, 'version'), '0.0.0')
  for (const name of ['LICENSE', 'LICENSES.chromium.html']) writeFileSync(join(folder, name), '')
  return folder
}
