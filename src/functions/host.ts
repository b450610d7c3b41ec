/** Entry of the process that hosts the built-in functions; started by main with a private pipe. */
import { pino } from 'pino'
import { builtInFunctions } from './built-in-functions.ts'
import { FunctionHost } from './function-host.ts'
import { openMainPipe } from './main-pipe.ts'
import { openHostedSession } from './openobd-session.ts'

const log = pino({ name: 'functions', base: null }, pino.destination({ fd: 2, sync: true }))
const pipe = openMainPipe()

if (pipe) {
  const host = new FunctionHost({
    functions: builtInFunctions,
    openSession: (endpoint, sessionToken) => openHostedSession(endpoint, sessionToken),
    send: (message) => pipe.send(message),
    exit: () => process.exit(0),
    note: (event, { error, ...about }) => {
      log.warn({ event, ...about, ...(error instanceof Error ? { stack: error.stack } : {}) })
    },
  })
  pipe.onMessage((message) => host.receive(message))
  pipe.onClosed(() => void host.close())
  host.announce()
} else {
  log.error('There is no pipe to the application; only the application can start this process.')
  process.exitCode = 1
}
