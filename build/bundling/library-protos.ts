import { cpSync, existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { Plugin } from 'vite'

/** Libraries that read .proto files beside their code when they are loaded. */
const libraries = ['@grpc/reflection', 'grpc-health-check']

/**
 * Lets bundled libraries find their .proto files: they are copied to `<out>/library-protos/<library>`, and `__dirname` in the
 * code of such a library is the matching folder there. Bundles lie one folder below `out`.
 */
export function libraryProtos(root: string, out: string): Plugin {
  const copied = new Set<string>()
  return {
    name: 'library-protos',
    transform: {
      order: 'pre',
      handler(code, id) {
        const file = id.split('?')[0] ?? id
        const library = libraries.find((name) => file.includes(`node_modules/${name}/`.replaceAll('/', sep)))
        if (library === undefined || !code.includes('__dirname')) return undefined
        const home = join(root, 'node_modules', library)
        const place = ['..', 'library-protos', library, ...relative(home, dirname(file)).split(sep)]
        copied.add(library)
        const folder = `(import.meta.dirname + ${JSON.stringify(`/${place.join('/')}`)})`
        return { code: code.replaceAll('__dirname', folder), map: null }
      },
    },
    closeBundle() {
      for (const library of copied) {
        for (const folder of ['proto', 'build/proto/grpc']) {
          const source = join(root, 'node_modules', library, folder)
          if (existsSync(source)) cpSync(source, join(out, 'library-protos', library, folder), { recursive: true })
        }
      }
    },
  }
}
