import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { generatedFiles } from './data-references.ts'

/** Brings schemas and reference tables up to date; run it after a change of a file schema or a fault. */
for (const { path, update } of generatedFiles()) {
  const content = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const updated = update(content)
  if (updated !== content) writeFileSync(path, updated)
}
