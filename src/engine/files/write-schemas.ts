import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { generatedFiles } from './data-references.ts'

/** Updates the JSON schemas and reference tables; run it after a change of a file schema or a fault. */
for (const { path, update } of generatedFiles()) {
  const content = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const updated = update(content)
  if (updated !== content) writeFileSync(path, updated)
}
