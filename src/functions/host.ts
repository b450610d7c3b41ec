/** Entry of the process that hosts the built-in functions; started by main, which names the gateway to offer them to. */
import { pino } from 'pino'
import { systemClock } from '../openobd/clock.ts'
import { systemNetwork } from '../openobd/grpc/network.ts'
import { builtInFunctions } from './built-in-functions.ts'
import { FunctionHost } from './function-host.ts'
import { onMainMessage } from './main-port.ts'

const log = pino({ name: 'functions', base: null }, pino.destination({ fd: 2, sync: true }))
const host = new FunctionHost({
  functions: builtInFunctions,
  clock: systemClock,
  network: systemNetwork,
  random: Math.random,
  exit: () => process.exit(0),
  note: (event, { error, ...about }) => {
    log.warn({ event, ...about, ...(error instanceof Error ? { stack: error.stack } : {}) })
  },
})
const isHeard = onMainMessage(
  (message) => host.receive(message),
  () => void host.close(),
)
if (!isHeard) {
  log.error('There is no port to the application; only the application can start this process.')
  process.exitCode = 1
}
