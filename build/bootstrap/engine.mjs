/**
 * `npm run --silent engine -- …`: builds the engine when its sources changed (talking on stderr) and becomes it, so
 * that stdout holds the ready line only.
 */
import { join } from 'node:path'
import { engineFlags } from './engine-flags.mjs'
import { prepare } from './prepare.mjs'
import { becomeNode, node24, root, run, script } from './process.mjs'

await script(async () => {
  await prepare({ say: (line) => process.stderr.write(`${line}\n`) })
  await run(node24, [join(root, 'build/build.ts'), 'node'], { stdio: ['ignore', 2, 2] })
  becomeNode([...engineFlags, join(root, 'out/engine/cli.js'), ...process.argv.slice(2)])
})
