import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { systemClock } from '../../openobd/clock.ts'
import type { AppState } from '../../shared/app-state.ts'
import type { EventName } from '../../shared/ipc/contract.ts'
import { AdvanceableClock } from '../advanceable-clock.ts'
import { createBackend } from '../backend.ts'
import type { LaunchOptions } from '../environment.ts'
import { initialState } from '../initial-state.ts'
import { Journal } from '../jobs/journal/journal.ts'
import { journalHere } from '../jobs/journal/journal-thread.ts'
import { createLogger } from '../logging.ts'
import type { SpawnChild } from '../processes/child.ts'
import { SecretRegistry } from '../services/secret-registry.ts'
import { StatePublisher } from '../services/state-publisher.ts'
import type { Encryption } from '../storage/encryption.ts'
import type { Keyring } from '../storage/keyring.ts'
import { openStorage } from '../storage/storage.ts'
import { bundled, nodeChildSpawner } from './node-child.ts'

const noLaunch: LaunchOptions = {
  profileFolder: undefined,
  engineArguments: [],
  engineCredentials: undefined,
  connection: undefined,
  isDemonstration: false,
  hasAdvanceableClock: false,
}

/** The whole back end on real child processes; records everything that leaves it. */
export function startBackend(
  more: {
    launch?: Partial<LaunchOptions>
    folder?: string
    engineFile?: string
    spawn?: SpawnChild
    confirmPlaintext?: (host: string) => Promise<boolean>
    encryption?: Encryption
    keyring?: Keyring
    resolveProxy?: (url: string) => Promise<string>
    openFiles?: () => Promise<string | undefined>
    confirmUnprotected?: () => Promise<boolean>
  } = {},
) {
  const folder = more.folder ?? mkdtempSync(join(tmpdir(), 'workbench-backend-'))
  const secretsSeen = new Set<string>()
  class RecordingSecrets extends SecretRegistry {
    override add(...[secret, kind]: Parameters<SecretRegistry['add']>): void {
      secretsSeen.add(secret)
      super.add(secret, kind)
    }
  }
  const secrets = new RecordingSecrets()
  const pids: number[] = []
  const logLines: string[] = []
  const logger = createLogger({ write: (line) => void logLines.push(line) }, secrets)
  const storage = openStorage(folder, Date.now())
  const clock = new AdvanceableClock(systemClock)
  const events: { name: EventName; payload: unknown }[] = []
  const clipboard: string[] = []
  const ports: number[] = []
  const saved: { name: string; text: string }[] = []
  const publisher = new StatePublisher(
    { ...initialState({ version: '0', platform: 'test', host: 'stand-in' }), storage: storage.opened },
    systemClock,
    (name, payload) => void events.push({ name, payload }),
    undefined,
    (value) => secrets.clean(value),
  )
  const journal = new Journal({
    thread: journalHere(folder, Date.now),
    clock: systemClock,
    random: Math.random,
    onView: (view) => publisher.set('journal', view),
  })
  const backend = createBackend({
    publisher,
    logger,
    secrets,
    launch: { ...noLaunch, ...more.launch },
    storage,
    journal,
    spawn: more.spawn ?? nodeChildSpawner((pid) => void pids.push(pid)),
    engineFile: more.engineFile ?? bundled('engine/cli.js'),
    functionHostFile: bundled('functions/host.js'),
    gatewayFile: bundled('gateway/process.js'),
    childEnvironment: {},
    announceEngine: (port) => void ports.push(port),
    writeClipboard: (text) => void clipboard.push(text),
    applyTheme: () => undefined,
    saveFile: (name, text) => {
      saved.push({ name, text })
      return Promise.resolve(true)
    },
    confirmPlaintext: more.confirmPlaintext ?? (() => Promise.resolve(false)),
    openFiles: more.openFiles ?? (() => Promise.resolve(undefined)),
    confirmUnprotected: more.confirmUnprotected ?? (() => Promise.resolve(false)),
    ...(more.keyring && { keyring: more.keyring }),
    ...(more.resolveProxy && { resolveProxy: more.resolveProxy }),
    clock,
    ...(more.encryption && { encryption: more.encryption }),
  })
  /** Waits for a state that fulfils the condition and returns it. */
  const until = (isWanted: (state: AppState) => unknown, timeoutMs = 10_000): Promise<AppState> =>
    vi.waitFor(
      () => {
        if (!isWanted(publisher.state))
          throw new Error(
            `Not yet: ${JSON.stringify({ session: publisher.state.session, endpoint: publisher.state.endpoint, prompts: publisher.state.prompts }).slice(0, 2_000)}`,
          )
        return publisher.state
      },
      { timeout: timeoutMs, interval: 10 },
    )
  return {
    backend,
    clock,
    handlers: backend.handlers,
    publisher,
    events,
    logLines,
    clipboard,
    saved,
    journal,
    ports,
    pids,
    secretsSeen,
    folder,
    until,
    storage,
  }
}

/** A running back end of a test. */
export type RunningBackend = ReturnType<typeof startBackend>
