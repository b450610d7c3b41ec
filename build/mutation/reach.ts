/**
 * Vitest setup of a mutation run, appended to `tests/support/patience.ts` of the sandbox: writes down which test reaches which
 * mutant, into the folder `REACHED_MUTANTS`.
 */
import { writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'

/** What one test file reaches. */
export interface Reached {
  readonly path: string
  /** Mutants reached outside of any test, e.g. while the file is loaded. */
  readonly reached: readonly string[]
  readonly tests: readonly { readonly id: string; readonly ms: number; readonly reached: readonly string[] }[]
}

const reachFolder = process.env.REACHED_MUTANTS
if (reachFolder) {
  const stryker = globalThis as { __stryker__?: { currentTestId?: string; mutantCoverage?: Coverage } }
  interface Coverage {
    readonly static: object
    readonly perTest: Record<string, object>
  }
  stryker.__stryker__ ??= {}
  const namespace = stryker.__stryker__
  const durations = new Map<string, number>()
  const now = performance.now.bind(performance)
  let startedAt = 0
  beforeEach(({ task }) => {
    namespace.currentTestId = task.id
    startedAt = now()
  })
  afterEach(({ task }) => {
    durations.set(task.id, now() - startedAt)
  })
  afterAll(() => {
    const path = expect.getState().testPath ?? ''
    const { static: loading = {}, perTest = {} } = namespace.mutantCoverage ?? {}
    const tests = [...durations].map(([id, ms]) => ({ id, ms, reached: Object.keys(perTest[id] ?? {}) }))
    const found: Reached = { path, reached: Object.keys(loading), tests }
    writeFileSync(`${reachFolder}/${path.replaceAll(/[^\w.-]/g, '_')}.json`, JSON.stringify(found))
  })
}
