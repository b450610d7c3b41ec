import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

/** A package whose code is part of a bundle. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  /** SPDX expression of its package.json. */
  readonly licence: string
  /** Its licence and notice files, unchanged. */
  readonly text: string
}

const textFile = /^(licen[cs]e|copying|notice)/i

/** The folder of the package that a module belongs to; undefined for the project's own modules and virtual ones of bundlers. */
export function packageFolder(moduleId: string): string | undefined {
  const path = moduleId.replaceAll('\\', '/').replace(/^\0/, '').split('?')[0] ?? ''
  return /^(.*\/node_modules\/(?:@[^/]+\/)?[^/@]+)\//.exec(path)?.[1]
}

/** Packages under the MIT licence that come without its text, with the copyright of their package.json or repository. */
const textless: Readonly<Record<string, string>> = {
  'lazy-val': 'Copyright (c) Vladimir Krivosheev',
}

/** The MIT licence with another copyright: the text is the one of this project. */
function mitText(project: string, copyright: string): string {
  const own = readFileSync(join(project, 'LICENSE'), 'utf8').trim()
  return own.replace(/^Copyright .*$/m, copyright)
}

/** Reads name, version and licence of the package in a folder. Throws when the text of the licence is missing. */
export function readPackage(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const files = readdirSync(folder)
    .filter((file) => textFile.test(file))
    .sort()
  if (files.length === 0 && license === 'MIT' && textless[name] !== undefined)
    return { name, version, licence: license, text: mitText(folder.split('/node_modules/')[0] ?? '', textless[name]) }
  if (files.length === 0)
    throw new Error(`${name} is bundled, but it comes without the text of its licence (${license}).`)
  const text = files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
  return { name, version, licence: String(license), text }
}

const rule = '='.repeat(80)
/** The heading of one package in a file of licences. */
export const headingOf = ({ name, version, licence }: BundledPackage): string => `${name} ${version} (${licence})`

/** The file of licences for the given packages: each with its heading between two rules and its texts below. */
export const licencesFile = (packages: readonly BundledPackage[]): string =>
  [...packages]
    .sort((a, b) => headingOf(a).localeCompare(headingOf(b), 'en'))
    .map((one) => `${rule}\n${headingOf(one)}\n${rule}\n\n${one.text}\n`)
    .join('\n')

/** The headings of a file of licences. */
export const headingsIn = (file: string): string[] =>
  [...file.matchAll(new RegExp(`^${rule}\\n(.+)\\n${rule}$`, 'gm'))].map(([, heading]) => heading ?? '')

/** Writes the licences of all packages in a bundle's module graph to `target`. */
export function licences(target: string): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((output) =>
        output.type === 'chunk' ? Object.keys(output.modules) : [],
      )
      // Styles are no longer part of a chunk, but of the bundle.
      const styles = [...this.getModuleIds()].filter((id) => /\.css(\?|$)/.test(id))
      const folders = new Set([...modules, ...styles].flatMap((id) => packageFolder(id) ?? []))
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, licencesFile([...folders].map(readPackage)))
    },
  }
}
