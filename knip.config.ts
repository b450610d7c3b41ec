import type { KnipConfig } from 'knip'

/** Finds files, exports and dependencies that nothing uses (`npm run check`). */
const config: KnipConfig = {
  entry: [
    // Programs of their own.
    'src/engine/cli/cli.ts',
    'src/functions/host.ts',
    'src/gateway/cli/cli.ts',
    'src/gateway/process.ts',
    'build/*.ts',
    'build/bootstrap/*.mjs',
    'build/checks/run-all.ts',
    'build/icon/render.ts',
    'perf/run.ts',
    'perf/load/{measured-gateway,simulated-day}.ts',
    'e2e/demo/run.ts',
    // Loaded by name: by Vite, by electron-builder, by Electron and by tests.
    'build/bundling/library-protos.ts',
    'build/packaging/after-pack.mjs',
    'src/main/shell-parts.ts',
    'src/main/jobs/testing/kill-writer.ts',
    'src/renderer/testing/harness.tsx',
    'e2e/specs/*.ts',
    'e2e/stand-in/**/*.{ts,mjs,cjs}',
    'tests/**/*.ts',
  ],
  project: ['src/**/*.{ts,tsx}', 'build/**/*.{ts,mjs}', 'e2e/**/*.ts', 'perf/**/*.ts', 'tests/**/*.ts'],
  // build/icon/render.ts loads it by name, because it is no module.
  ignoreDependencies: ['png2icons'],
  // A type of a parameter is exported with its function.
  ignoreExportsUsedInFile: true,
}

export default config
