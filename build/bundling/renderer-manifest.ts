import { createHash } from 'node:crypto'
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Plugin } from 'vite'

/** Content types of the renderer's files; a build with any other file type fails. */
const mimeTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/** Lists each file of a built renderer as URL path → { sha256 (hex), mimeType, bytes }; throws on an unknown file type. */
export function describeRenderer(folder: string) {
  const paths = globSync('**/*', { cwd: folder })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.endsWith('.map'))
    .sort()
  return Object.fromEntries(
    paths.map((path) => {
      const mimeType = mimeTypes[extname(path)]
      if (!mimeType) throw new Error(`The renderer's ${path} has a file type that app:// does not serve.`)
      const content = readFileSync(join(folder, path))
      return [
        `/${path}`,
        { sha256: createHash('sha256').update(content).digest('hex'), mimeType, bytes: content.length },
      ]
    }),
  )
}

/** Writes the manifest of the app:// handler of main, which serves no other files. */
export function rendererManifest(target: string): Plugin {
  let folder = ''
  return {
    name: 'renderer-manifest',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir
    },
    writeBundle() {
      writeFileSync(target, `${JSON.stringify(describeRenderer(folder), null, 2)}\n`)
    },
  }
}
