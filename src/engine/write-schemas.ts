import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dataFolder } from './data-folder.ts'
import { scenarioJsonSchema } from './scenario-file.ts'
import { vehicleJsonSchema } from './vehicle/file/json-schema.ts'
import { workshopJsonSchema } from './workshop/workshop-file.ts'

/** Writes the JSON schemas that editors use beside the data files; run it after a change of a file schema. */
writeFileSync(join(dataFolder('workshops'), 'workshop.schema.json'), workshopJsonSchema())
writeFileSync(join(dataFolder('scenarios'), 'scenario.schema.json'), scenarioJsonSchema())
writeFileSync(join(dataFolder('vehicles'), 'vehicle.schema.json'), vehicleJsonSchema())
