import { systemClock } from '../../openobd/clock.ts'
import { printReadyLine, runProgram, stopWhenAsked } from '../../server/cli/program.ts'
import { explainStartup } from '../../server/cli/startup-error.ts'
import { clusterId, randomPartner } from '../../server/credentials.ts'
import { createGateway } from '../create-gateway.ts'
import { parseCliOptions, usage } from './cli-options.ts'

async function main(): Promise<void> {
  const options = parseCliOptions(process.argv.slice(2), process.env)
  if (options === 'help') {
    process.stdout.write(usage)
    return
  }
  const credentials = { ...randomPartner(), clusterId }
  const { upstream, extraAuthorities } = options
  const running = await createGateway(
    {
      upstream: {
        endpoint: upstream,
        credentials: () => options.credentials,
        route: { authorities: extraAuthorities },
        clock: systemClock,
      },
      credentials,
      logLevel: options.logLevel,
    },
    options.port,
  )
  stopWhenAsked(options, async () => {
    await running.stop()
    process.exit(0)
  })
  printReadyLine({ host: running.host, port: running.port, ...credentials })
}

await runProgram(main, (error) => explainStartup(error, { name: 'gateway', usage, selfExplaining: [] }))
