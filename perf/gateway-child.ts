import { join } from 'node:path'
import { z } from 'zod'
import { engineFlags } from '../build/bootstrap/engine-flags.mjs'
import type { EngineReady } from '../tests/support/engine-process.ts'
import { LineChild } from './child.ts'

const addressSchema = z.object({
  port: z.number(),
  clientId: z.string(),
  clientSecret: z.string(),
  clusterId: z.string(),
})
const program = join(import.meta.dirname, '../out/gateway/cli.js')

/** The built gateway in a process of its own in front of an engine, and what its clients know in place of the engine's ready line. */
export async function startGateway(engine: EngineReady): Promise<{ process: LineChild; near: EngineReady }> {
  const process = new LineChild(globalThis.process.execPath, [...engineFlags, program, ...argumentsFor(engine)], {
    OPENOBD_PARTNER_CLIENT_ID: engine.clientId,
    OPENOBD_PARTNER_CLIENT_SECRET: engine.clientSecret,
    OPENOBD_CLUSTER_ID: engine.clusterId,
  })
  return { process, near: { ...engine, ...addressSchema.parse(JSON.parse(await process.line())) } }
}

const argumentsFor = ({ host, port }: EngineReady) => [
  '--port',
  '0',
  '--upstream',
  `${host}:${port}`,
  '--until-stdin-closes',
]
