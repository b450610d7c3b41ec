/** `npm start [-- --demo]`: everything a fresh clone needs, then the application in a window (or its demonstration). */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureHost, hasDisplay } from './host.mjs'
import { prepare } from './prepare.mjs'
import { becomeNode, becomeProgram, node24, root, run, runsOnNode24, SetupError, script } from './process.mjs'

const say = (line) => process.stdout.write(`${line}\n`)
const args = process.argv.slice(2)

await script(async () => {
  await prepare({ say })
  if (!runsOnNode24()) {
    becomeNode([fileURLToPath(import.meta.url), ...args])
    return
  }
  await run(node24, [join(root, 'build/build.ts')], { stdio: ['ignore', 2, 2] })
  const host = await ensureHost({ say })
  const wantsDemo = args.includes('--demo')
  if (!wantsDemo && hasDisplay()) {
    becomeProgram(host.program, ['.', ...args], host.env)
    return
  }
  if (!wantsDemo)
    say('There is no display here, so the demonstration runs instead; nothing will be seen but its record.')
  const [program, ...rest] = [...host.wrapper, node24, join(root, 'e2e/demo/run.ts'), ...args]
  const code = await run(program, rest, { mayFail: true, env: { ...process.env, ...host.env } })
  if (code !== 0) throw new SetupError(`The demonstration failed (exit code ${code}).`)
})
