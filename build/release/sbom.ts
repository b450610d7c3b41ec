import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A package of the lockfile that ships: name, version and the digest of its archive. */
export interface ShippedPackage {
  readonly name: string
  readonly version: string
  readonly integrity: string
  readonly licence: string
}

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly license?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly peer?: boolean
  readonly optional?: boolean
  readonly link?: boolean
}

/** Reads a package-lock.json. */
export const readLockfile = (root: string): { readonly packages: Readonly<Record<string, Locked>> } =>
  JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))

/** All packages that `npm ci --omit=dev` installs, by the lockfile. */
export function shippedPackages(root: string): ShippedPackage[] {
  return Object.entries(readLockfile(root).packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
    .map(([path, { version = '', integrity = '', license = '' }]) => ({
      name: path.split('node_modules/').at(-1) ?? '',
      version,
      integrity,
      licence: license,
    }))
}

/** The part of a CycloneDX document that is compared with the lockfile. */
export interface Sbom {
  readonly bomFormat: string
  readonly metadata: { readonly component: { readonly 'bom-ref': string } }
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[]
  readonly components: readonly {
    readonly 'bom-ref': string
    readonly name: string
    readonly group?: string
    readonly version: string
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
  }[]
}

/**
 * A CycloneDX document of what ships, by npm from the lockfile alone. Throws when npm cannot, or leaves a package out. With `--omit dev`
 * npm 11 also omits packages that are needed both ways, so the whole list is made and cut here.
 */
export function makeSbom(root: string): Sbom {
  const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx']
  const npm = process.env.npm_execpath
  const [program, first] = npm ? [process.execPath, [npm]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []]
  const made = spawnSync(program, [...first, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64_000_000,
    shell: program.endsWith('.cmd'),
  })
  if (made.status !== 0) throw new Error(`npm sbom failed: ${made.stderr}`)
  const whole: Sbom = JSON.parse(made.stdout)
  const shipped = shippedPackages(root)
  const wanted = new Set(shipped.map(({ name, version }) => `${name}@${version}`))
  const refs = new Set<string>()
  const components = whole.components.filter((component) => {
    const isWanted = wanted.has(`${nameOf(component)}@${component.version}`)
    if (isWanted) refs.add(component['bom-ref'])
    return isWanted
  })
  const kept = (ref: string) => refs.has(ref) || ref === whole.metadata.component['bom-ref']
  const dependencies = whole.dependencies
    .filter(({ ref }) => kept(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(kept) }))
  const sbom = { ...whole, components, dependencies }
  const differences = sbomDifferences(sbom, shipped)
  if (differences.length > 0) throw new Error(`The SBOM differs from the lockfile: ${differences.join(', ')}`)
  return sbom
}

const nameOf = ({ group, name }: { group?: string; name: string }): string =>
  group === undefined || name.startsWith('@') ? name : `${group}/${name}`

/** What is in one of the two and not in the other, with version and digest. */
export function sbomDifferences(
  { components }: Pick<Sbom, 'components'>,
  shipped: readonly ShippedPackage[],
): string[] {
  const listed = new Set(
    components.map((component) => {
      const digest = component.hashes?.find(({ alg }) => alg === 'SHA-512')?.content ?? ''
      return `${nameOf(component)}@${component.version} ${digest}`
    }),
  )
  const locked = new Set(
    shipped.map(({ name, version, integrity }) => {
      const digest = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')
      return `${name}@${version} ${digest}`
    }),
  )
  return [...locked].filter((one) => !listed.has(one)).concat([...listed].filter((one) => !locked.has(one)))
}
