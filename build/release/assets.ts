/**
 * `node build/release/assets.ts <folder>`: completes the files of a release. Signs each `latest….yml` with the release key
 * (WORKBENCH_UPDATE_SIGNING_KEY, PEM of an Ed25519 private key; without it says so and signs nothing), dates it now, and writes
 * the SBOM and SHA256SUMS. Run again within 30 days to renew the date of a release that is still the newest.
 */
import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { makeSbom } from './sbom.ts'

const manifest = /^latest.*\.yml$/

/** Signs every manifest of the folder; returns their names. Throws when one has no date. */
export function signManifests(folder: string, key: KeyObject, now: Date): string[] {
  const names = readdirSync(folder).filter((name) => manifest.test(name))
  for (const name of names) {
    const path = join(folder, name)
    const text = readFileSync(path, 'utf8')
    const dated = text.replace(/^releaseDate: .*$/m, `releaseDate: '${now.toISOString()}'`)
    if (!/^releaseDate: /m.test(text)) throw new Error(`${name} has no releaseDate.`)
    writeFileSync(path, dated)
    writeFileSync(`${path}.sig`, `${sign(null, Buffer.from(dated), key).toString('base64')}\n`)
  }
  return names
}

/** The lines of SHA256SUMS for all files of the folder, sorted by name. */
export function checksums(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'SHA256SUMS')
    .map(({ name }) => name)
    .sort()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}  ${name}\n`,
    )
    .join('')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2]
  if (!folder) throw new Error('Name the folder with the files of the release.')
  const pem = process.env.WORKBENCH_UPDATE_SIGNING_KEY
  if (pem) {
    const signed = signManifests(folder, createPrivateKey(pem), new Date())
    process.stdout.write(`Signed ${signed.join(', ')}.\n`)
  } else {
    for (const name of readdirSync(folder)) if (manifest.test(name)) rmSync(join(folder, name))
    process.stdout.write(
      'Update manifests are not signed: WORKBENCH_UPDATE_SIGNING_KEY is not set. They are left out, so nobody is offered this release.\n',
    )
  }
  writeFileSync(
    join(folder, 'sbom.cdx.json'),
    `${JSON.stringify(makeSbom(join(import.meta.dirname, '../..')), null, 2)}\n`,
  )
  writeFileSync(join(folder, 'SHA256SUMS'), checksums(folder))
}
