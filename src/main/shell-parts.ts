/*
 * Everything that the window needs except Electron, in one module. It is imported while Electron starts, so that schemas and logger do not delay `ready`.
 */

export { newFailure } from '../shared/outcome.ts'
export { createBundleHandler } from './bundle/handler.ts'
export { bundleManifestSchema } from './bundle/manifest.ts'
export { ClosingGuard } from './closing-guard.ts'
export { restrictContents, restrictSession } from './content-policy.ts'
export { Ending } from './ending.ts'
export { initialState } from './initial-state.ts'
export { lazyHandlers } from './ipc/lazy-handlers.ts'
export { registerCalls } from './ipc/registrar.ts'
export { Journal } from './jobs/journal/journal.ts'
export { journalInWorker } from './jobs/journal/journal-thread.ts'
export { createLogger, describeBug, openLogFile } from './logging.ts'
export { menuTemplate } from './menu.ts'
export { applyPresets, presetsFile, readPresets } from './presets.ts'
export { RefusalCounter } from './refusal-counter.ts'
export { SecretRegistry } from './services/secret-registry.ts'
export { StatePublisher } from './services/state-publisher.ts'
export { isOldSqlite } from './storage/sqlite-version.ts'
export { openStorage } from './storage/storage.ts'
