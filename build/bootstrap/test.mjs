/** `npm test`: everything a fresh clone needs, then all tests. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureHost } from './host.mjs'
import { prepare } from './prepare.mjs'
import { becomeNode, node24, root, run, runsOnNode24, script } from './process.mjs'
import { ensurePython, python } from './python.mjs'

const say = (line) => process.stdout.write(`${line}\n`)

await script(async () => {
  await prepare({ say })
  if (!runsOnNode24()) {
    becomeNode([fileURLToPath(import.meta.url)])
    return
  }
  await ensurePython({ say })
  const host = await ensureHost({ say })
  await run(node24, [join(root, 'build/build.ts')], { stdio: ['ignore', 2, 2] })
  const runAll = [join(root, 'build/checks/run-all.ts'), '--python', python, '--host', host.kind]
  becomeNode([...runAll, '--wrapper', JSON.stringify(host.wrapper)], { ...host.env, WORKBENCH_HEADLESS: '1' })
})
