import { join, relative } from 'node:path'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** The files that a page loads, relative to the root of the repository. */
async function filesOf(entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [join(root, entry)],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'out',
    platform: 'browser',
    jsx: 'automatic',
    loader: { '.css': 'empty' },
    logLevel: 'silent',
  })
  return Object.keys(metafile.inputs).map((path) => relative(root, join(root, path)).replaceAll('\\', '/'))
}

/** Schemas build functions from text, which the content policy of the page refuses; main belongs to another process. */
const isForbidden = (path: string): boolean =>
  /^(?:node_modules\/zod|src\/(?:main|engine|gateway|openobd|server))\//.test(path)

// @proves Window: Nothing that the page loads builds code from text or belongs to another process
it('the page loads no schema and no code of another process', async () => {
  const files = await filesOf('src/renderer/main.tsx')
  expect(files).toContain('src/renderer/App.tsx')
  expect(files.filter(isForbidden)).toEqual([])
})

it('a page that loads a schema would be noticed', async () => {
  expect((await filesOf('src/shared/prompt.ts')).some(isForbidden)).toBe(true)
})
