/**
 * Copies the TypeScript examples of READMEs and docs into files that `npm run check` compiles. Code that an example needs
 * stands above it in an HTML comment that begins with `compiled with:`; in it, `src/…` is a path from the root of the project.
 * Fails when an example has no such comment.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'src/openobd/generated/examples')
const pages = globSync(['README.md', 'docs/**/*.md', 'src/**/README.md', 'build/**/*.md', 'tests/**/README.md'], {
  cwd: root,
})
const example = /(?:<!-- compiled with:\n(?<context>[\s\S]*?)-->\n+)?```ts\n(?<code>[\s\S]*?)\n```/g

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const page of pages.sort()) {
  const text = readFileSync(join(root, page), 'utf8')
  for (const [index, { groups }] of [...text.matchAll(example)].entries()) {
    const { context, code = '' } = groups ?? {}
    if (context === undefined)
      throw new Error(`${page}: example ${index + 1} has no comment "compiled with:" above it.`)
    const name = `${page.replaceAll(/[\\/.]/g, '-')}-${index + 1}.ts`
    const body = /^export /m.test(code) ? code : `export async function example() {\n${code}\n}`
    writeFileSync(join(folder, name), `${context.replaceAll("'src/", "'../../../")}\n${body}\n`)
  }
}
