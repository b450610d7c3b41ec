import { join } from 'node:path'
import { printReadyLine, runProgram, stopWhenAsked } from '../../server/cli/program.ts'
import { type BusLog, BusLogFile, noBusLog } from '../car/bus-log.ts'
import { createEngine, type RunningEngine } from '../create-engine.ts'
import { dataFolder } from '../files/data-folder.ts'
import { playScript, readScript } from '../script/scripted-tester.ts'
import { type CliOptions, parseCliOptions, usage } from './cli-options.ts'
import { readCredentials } from './credentials.ts'
import { explain } from './startup-error.ts'

async function main(): Promise<void> {
  const options = parseCliOptions(process.argv.slice(2), process.env)
  if (options === 'help') {
    process.stdout.write(usage)
    return
  }
  const busLog = options.busLogFile === undefined ? undefined : new BusLogFile(options.busLogFile, complainAboutBusLog)
  const running = await start(options, busLog ?? noBusLog)
  const script = options.scriptFile === undefined ? undefined : readScript(running.engine, options.scriptFile)
  const stop = stopWhenAsked(options, async () => {
    await running.stop()
    await busLog?.close()
    process.exit(0)
  })
  printReadyLine(readyLine(running))
  if (script === undefined) return
  const report = await playScript(running.engine, script)
  running.engine.log.info(report, 'script ended')
  stop()
}

function start(options: CliOptions, busLog: BusLog): Promise<RunningEngine> {
  return createEngine(
    {
      workshopFile: options.workshopFile ?? join(dataFolder('workshops'), 'default.yaml'),
      vehicleFile: options.vehicleFile,
      scenarioFile: options.scenarioFile,
      isClockManual: options.isClockManual,
      seed: options.seed,
      hasLab: options.hasLab,
      hasWorkbench: options.hasWorkbench,
      ...readCredentials(options.credentialsFile, process.env),
      busLog,
      socketcandPort: options.socketcandPort,
      doipPort: options.doipPort,
      partnerApiPort: options.partnerApiPort,
      logLevel: options.logLevel,
    },
    options.port,
  )
}

function readyLine({ engine, socketcandPort, doipPort, partnerApiPort }: RunningEngine) {
  const tickets = engine.workshop.tickets.map(({ number }) => number)
  const connectors = engine.workshop.bays.map(({ number }) => number)
  return {
    ...engine.endpoint,
    ...engine.credentials,
    ticket: tickets[0],
    connector: connectors[0],
    tickets,
    connectors,
    ...(socketcandPort !== undefined && { socketcand: socketcandPort }),
    ...(doipPort !== undefined && { doip: doipPort }),
    ...(partnerApiPort !== undefined && { partnerApi: partnerApiPort }),
  }
}

function complainAboutBusLog(error: Error): void {
  process.stderr.write(`The bus log cannot be written (${error.message}); the engine goes on without it.\n`)
}

await runProgram(main, explain)
