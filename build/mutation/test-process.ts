/**
 * A process that keeps Vitest ready for one mutant after the other: `build/mutate.ts` starts it in the sandbox and sends
 * `Order` messages; each is answered with one `Verdict`. A test file still gets a process of its own.
 */
import { createVitest } from 'vitest/node'

/** Runs one test file with one mutant switched on. */
export interface Order {
  readonly mutant: string
  /** Path inside the sandbox. */
  readonly file: string
  /** The tests of the file that reach the mutant; undefined: all of them. */
  readonly tests?: readonly string[]
}

/** Whether the tests of an order passed. */
export interface Verdict {
  readonly hasPassed: boolean
}

/** Tests wait for a shorter time than usual: with a mutant many of the expected states never come. */
const limits = { testTimeout: 12_000, hookTimeout: 12_000, expect: { poll: { timeout: 4000, interval: 10 } } }
const options = { root: process.cwd(), watch: false, silent: true, bail: 1, maxWorkers: 1, reporters: [{}], ...limits }
const vitest = await createVitest('test', options as never)
await vitest.standalone()

async function hasPassed({ mutant, file, tests }: Order): Promise<boolean> {
  process.env.__STRYKER_ACTIVE_MUTANT__ = mutant
  const path = `${process.cwd().replaceAll('\\', '/')}/${file}`
  const wanted = tests === undefined ? undefined : { testIds: [...tests] }
  const specification = vitest.getRootProject().createSpecification(path, wanted)
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification])
  const own = testModules.find(({ moduleId }) => moduleId === path)
  return unhandledErrors.length === 0 && own?.ok() === true
}

process.on('message', (order: Order) => {
  hasPassed(order).then((passed) => process.send?.({ hasPassed: passed } satisfies Verdict))
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
