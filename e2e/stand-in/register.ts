/** Loaded before everything else: `electron` means the stand-in, for `import` and `require` alike. */
import { registerHooks } from 'node:module'

const electronUrl = new URL('./electron.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' || specifier === 'electron/main'
      ? { url: electronUrl, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
})
