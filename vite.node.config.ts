import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { defineConfig } from 'vite'
import { libraryProtos } from './build/bundling/library-protos.ts'
import { licences } from './build/bundling/licences.ts'

const root = import.meta.dirname
const out = join(root, process.env.WORKBENCH_BUILD_FOLDER ?? 'out')

/**
 * The engine's command line and the process that hosts the built-in functions: plain Node programs that also run as
 * Electron utility processes. Every file of theirs lies two folders below the project's root, where the data folders are.
 */
export default defineConfig({
  root,
  publicDir: false,
  plugins: [libraryProtos(root, out), licences(join(out, 'licences/node.txt'))],
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node24',
    outDir: out,
    emptyOutDir: false,
    minify: false,
    sourcemap: true,
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        'engine/cli': join(root, 'src/engine/cli/cli.ts'),
        'functions/host': join(root, 'src/functions/host.ts'),
        'gateway/cli': join(root, 'src/gateway/cli/cli.ts'),
        'gateway/process': join(root, 'src/gateway/process.ts'),
      },
      external: [...builtinModules, /^node:/],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
})
