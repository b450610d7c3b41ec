import { join } from 'node:path'
import { vehicleJsonSchema } from '../car/file/json-schema.ts'
import { vehicleSchema } from '../car/file/schema.ts'
import { engineFaults } from '../faults/index.ts'
import { workshopFileSchema, workshopJsonSchema } from '../workshop/workshop-file.ts'
import { dataFolder } from './data-folder.ts'
import { scenarioFileSchema, scenarioJsonSchema } from './scenario-file.ts'
import { faultTable, fieldTable, withTable } from './schema-reference.ts'

/** A file with a generated part: its path, and the new content for a given content. */
export interface GeneratedFile {
  readonly path: string
  update(content: string): string
}

/** JSON schemas for editors and reference tables for the docs, derived from the schemas of the engine. */
export function generatedFiles(): readonly GeneratedFile[] {
  const docs = join(dataFolder('workshops'), '../docs')
  return [
    schemaFile('workshops', 'workshop', workshopJsonSchema()),
    schemaFile('scenarios', 'scenario', scenarioJsonSchema()),
    schemaFile('vehicles', 'vehicle', vehicleJsonSchema()),
    {
      path: join(docs, 'workshop-files.md'),
      update: (page) => withTable(page, 'reference', fieldTable(workshopFileSchema)),
    },
    {
      path: join(docs, 'vehicle-files.md'),
      update: (page) => withTable(page, 'reference', fieldTable(vehicleSchema)),
    },
    {
      path: join(docs, 'scenarios.md'),
      update: (page) =>
        withTable(withTable(page, 'reference', faultTable(engineFaults)), 'fields', fieldTable(scenarioFileSchema)),
    },
  ]
}

/** A schema file is rewritten only when its content differs, so that its formatting stays. */
function schemaFile(folder: 'workshops' | 'scenarios' | 'vehicles', name: string, schema: string): GeneratedFile {
  return {
    path: join(dataFolder(folder), `${name}.schema.json`),
    update: (content) => (isSameJson(content, schema) ? content : schema),
  }
}

function isSameJson(one: string, other: string): boolean {
  if (one === '') return false
  return JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other))
}
