/**
 * `npm run --silent gateway -- …`: builds the gateway when its sources changed (talking on stderr) and becomes it, so
 * that stdout holds the ready line only. A signal to npm does not always get as far as here, and one that kills npm never does:
 * so the gateway is told to end with the processes that started it.
 */
import { join } from 'node:path'
import { engineFlags } from './engine-flags.mjs'
import { prepare } from './prepare.mjs'
import { becomeNode, canReplaceItself, node24, root, run, SetupError, script } from './process.mjs'
import { isRunning, starters } from './starters.mjs'

const args = process.argv.slice(2)
const endsWith = args.includes('--keep-running') ? [] : starters()

await script(async () => {
  await prepare({ say: (line) => process.stderr.write(`${line}\n`) })
  await run(node24, [join(root, 'build/build.ts'), 'node'], { stdio: ['ignore', 2, 2] })
  if (!endsWith.every(isRunning)) throw new SetupError('What started the gateway has ended, so it does not start.')
  const pids = canReplaceItself ? endsWith : [process.pid, ...endsWith]
  const watch = pids.flatMap((pid) => ['--until-exit', String(pid)])
  becomeNode([...engineFlags, join(root, 'out/gateway/cli.js'), ...watch, ...args])
})
