/** `npm run unit | mutate | crash | interop | e2e | perf [-- arguments]`: one runner alone, with what it needs prepared as `npm test` would. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureHost } from './host.mjs'
import { prepare } from './prepare.mjs'
import { becomeNode, becomeProgram, node24, root, run, runsOnNode24, SetupError, script } from './process.mjs'
import { ensurePython, python } from './python.mjs'

const say = (line) => process.stderr.write(`${line}\n`)
const [name, ...args] = process.argv.slice(2)
const module = (path) => join(root, 'node_modules', path)

const commands = {
  async unit() {
    await ensurePython({ say })
    becomeNode([module('vitest/vitest.mjs'), 'run', ...args])
  },
  async mutate() {
    await ensurePython({ say })
    becomeNode([join(root, 'build/mutate.ts'), ...args])
  },
  async crash() {
    becomeNode([join(root, 'tests/crash/crash.ts'), ...args])
  },
  async interop() {
    await ensurePython({ say })
    becomeProgram(python, ['-m', 'pytest', ...(args.length > 0 ? args : ['tests/interop', '-q'])], {
      ENGINE_CLI: 'out/engine/cli.js',
    })
  },
  async e2e() {
    await ensurePython({ say })
    const host = await ensureHost({ say })
    const [program, ...rest] = [...host.wrapper, node24, module('@playwright/test/cli.js'), 'test', ...args]
    const code = await run(program, rest, {
      mayFail: true,
      env: { ...process.env, ...host.env, WORKBENCH_HEADLESS: '1' },
    })
    process.exitCode = code
  },
  async perf() {
    await ensurePython({ say })
    const host = await ensureHost({ say })
    const [program, ...rest] = [...host.wrapper, node24, join(root, 'perf/run.ts'), ...args]
    process.exitCode = await run(program, rest, {
      mayFail: true,
      env: { ...process.env, ...host.env, WORKBENCH_HEADLESS: '1' },
    })
  },
}

await script(async () => {
  await prepare({ say })
  if (!runsOnNode24()) {
    becomeNode([fileURLToPath(import.meta.url), ...process.argv.slice(2)])
    return
  }
  const command = commands[name]
  if (!command) throw new SetupError(`Which runner? One of ${Object.keys(commands).join(', ')}.`)
  await run(node24, [join(root, 'build/build.ts')], { stdio: ['ignore', 2, 2] })
  await command()
})
