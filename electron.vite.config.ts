import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { licences } from './build/bundling/licences.ts'
import { rendererManifest } from './build/bundling/renderer-manifest.ts'

const root = import.meta.dirname
const out = join(root, process.env.WORKBENCH_BUILD_FOLDER ?? 'out')
// How long each plugin takes is of no interest to whoever starts the application.
const checks = { pluginTimings: false } as const
const licencesOf = (bundle: string) => licences(join(out, 'licences', `${bundle}.txt`))
const source = (path: string) => join(root, 'src', path)

/** The three bundles of the desktop application; engine and function host are in vite.node.config.ts. */
export default defineConfig({
  main: {
    plugins: [licencesOf('main')],
    build: {
      externalizeDeps: false,
      outDir: join(out, 'main'),
      sourcemap: true,
      lib: {
        entry: { index: source('main/index.ts'), 'journal-worker': source('main/jobs/journal/journal-worker.ts') },
        formats: ['es'],
      },
      // Chunks lie beside the entry, so that import.meta.dirname means the same in each of them.
      rolldownOptions: {
        checks,
        // A package of development that a library of ours uses only where it is there.
        external: ['supports-color'],
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    plugins: [licencesOf('preload')],
    build: {
      // A sandboxed preload can require nothing but electron: everything else has to be inside of it.
      externalizeDeps: false,
      outDir: join(out, 'preload'),
      lib: { entry: source('preload/index.ts'), formats: ['cjs'] },
      rolldownOptions: { checks, output: { entryFileNames: 'index.cjs', codeSplitting: false } },
    },
  },
  renderer: {
    root: source('renderer'),
    plugins: [react(), rendererManifest(join(out, 'renderer-manifest.json')), licencesOf('renderer')],
    build: {
      outDir: join(out, 'renderer'),
      emptyOutDir: true,
      // Data URLs are forbidden by the content security policy, and so is every inline script.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      minify: true,
      chunkSizeWarningLimit: 2_000,
      rolldownOptions: { checks, input: source('renderer/index.html') },
    },
  },
})
