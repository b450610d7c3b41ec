/**
 * A program: a gateway in front of the server that the environment names, on a clock of its own. Each line on its stdin lets the time pass
 * after which ended contexts are forgotten, collects garbage, and answers with a line of JSON: used heap and resident memory in bytes, and
 * the mapped tokens. The first line on its stdout is its address and the credentials of its clients. Needs `--expose-gc`.
 */
import { createInterface } from 'node:readline'
import { createGateway } from '../../src/gateway/create-gateway.ts'
import { systemClock } from '../../src/openobd/clock.ts'
import { trustProfileEndpoint } from '../../src/openobd/grpc/endpoint.ts'
import { ManualClock } from '../../src/openobd/manual-clock.ts'

/** Longer than ended contexts and their tokens are remembered. */
const forgottenAfterMs = 121_000

const collect = (globalThis as { gc?: () => void }).gc
if (!collect) throw new Error('Run with --expose-gc.')
const { UPSTREAM_PORT, CLIENT_ID = '', CLIENT_SECRET = '', CLUSTER_ID = '' } = process.env
const endpoint = trustProfileEndpoint({ host: '127.0.0.1', port: Number(UPSTREAM_PORT) })
if (!endpoint.ok) throw new Error('There is no server.')
const account = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, clusterId: CLUSTER_ID }
const credentials = { clientId: 'near', clientSecret: 'near secret', clusterId: CLUSTER_ID }
const clock = new ManualClock()
const running = await createGateway(
  {
    upstream: { endpoint: endpoint.value, credentials: () => account, clock: systemClock },
    credentials,
    clock,
    logLevel: 'silent',
  },
  0,
)
const write = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`)
write({ port: running.port, ...credentials })
for await (const _line of createInterface({ input: process.stdin })) {
  clock.advance(forgottenAfterMs)
  for (let round = 0; round < 4; round += 1) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, rss } = process.memoryUsage()
  write({ heapUsed, rss, tokens: running.gateway.tokens.size })
}
await running.stop()
process.exit(0)
