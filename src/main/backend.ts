import type { Clock } from '../openobd/clock.ts'
import type { LaunchOptions } from './environment.ts'
import type { Backend } from './ipc/lazy-handlers.ts'
import type { Logger } from './logging.ts'
import { fail } from './services/failures.ts'
import type { SecretRegistry } from './services/secret-registry.ts'
import type { StatePublisher } from './services/state-publisher.ts'

/** What the back end gets from the shell. */
export type BackendOptions = {
  publisher: StatePublisher
  logger: Logger
  secrets: SecretRegistry
  launch: LaunchOptions
  clock: Clock
  userData: string
  engineFile: string
  functionHostFile: string
  writeClipboard(text: string): void
  applyTheme(theme: 'system' | 'light' | 'dark'): void
}

/** Everything behind the window. */
export async function createBackend(_options: BackendOptions): Promise<Backend> {
  const no = () => fail('not-allowed-now')
  return {
    handlers: {
      getPromptImage: no,
      listSessions: no,
      selectProfile: no,
      saveProfile: no,
      removeProfile: no,
      reconnect: no,
      restartEngine: no,
      copyConnection: no,
      startSession: no,
      interruptSession: no,
      finishSession: no,
      leaveSession: no,
      dismissBlockingSessions: no,
      runFunction: no,
      stopFunction: no,
      answerPrompt: no,
      setLanguage: no,
      setTheme: no,
    },
    stop: () => Promise.resolve(),
  }
}
